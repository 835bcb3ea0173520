/** The geometry of the cost curve: thresholds stand at the root of their probability, as the API spaces them. */
import { cheapest } from '@/features/risk/report'
import type { CurvePoint } from '@/features/risk/types'

/** How much more than the dearer end is still shown: reviewing everything costs far more than is worth a look. */
const HEADROOM = 1.5
export const TICKS: readonly number[] = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 1]

/** Where a threshold stands, from 0 at the left to 1 at the right. */
export const placeOf = (share: number): number => Math.sqrt(Math.min(1, Math.max(0, share)))

/** The cost at the upper edge, in minor units: what is above it leaves the picture. */
export function ceilingOf(curve: readonly CurvePoint[], others: readonly number[] = []): number {
  const least = cheapest(curve)?.cost_minor ?? 0
  const ofNothing = curve.at(-1)?.cost_minor ?? 0
  const dearest = Math.max(...curve.map(({ cost_minor }) => cost_minor), 1)
  return Math.max(1, Math.min(dearest, HEADROOM * Math.max(ofNothing, least, ...others)))
}

/** The curve as an SVG path in a box of `width` by `height`, cut off at the ceiling. */
export function pathOf(
  curve: readonly CurvePoint[],
  { width, height, ceiling }: { width: number; height: number; ceiling: number },
): string {
  return curve
    .map(({ review_from, cost_minor }, index) => {
      const x = placeOf(review_from) * width
      const y = height * (1 - Math.min(cost_minor / ceiling, 1))
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}
