import type { Block } from '@/features/chain/types'

const US_PER_MS = 1_000

export interface Rhythm {
  blocks: number
  everyMs: number
}

/** How far apart blocks were made in the middle of those given, newest first; null where there are fewer than two. */
export function rhythmOf(blocks: readonly Pick<Block, 'made_at_us'>[]): Rhythm | null {
  const gaps = blocks.slice(1).map((block, index) => (blocks[index]?.made_at_us ?? 0) - block.made_at_us)
  const middle = gaps.sort((one, other) => one - other)[Math.floor(gaps.length / 2)]
  return middle === undefined ? null : { blocks: gaps.length, everyMs: Math.round(middle / US_PER_MS) }
}

/** How many times longer than usual the newest block may be old before the page says so. */
const LATE_TIMES = 6

export const isLate = (ageMs: number, rhythm: Rhythm | null): boolean =>
  rhythm !== null && ageMs > LATE_TIMES * Math.max(rhythm.everyMs, 10_000)
