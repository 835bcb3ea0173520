import type { ReactNode } from 'react'
import { classes } from '@/design/classes'
import type { Level } from '@/features/chain/verify'
import { useChain } from '@/features/chain/words'

type Look = 'ours' | 'given' | 'wrong'

const LOOKS: Record<Look, { box: string; name: string; hash: string }> = {
  ours: { box: 'border-accent/60 bg-accent-soft', name: 'text-accent', hash: 'text-ink' },
  given: { box: 'border-line bg-sunken', name: 'text-ink-3', hash: 'text-ink-2' },
  wrong: { box: 'border-bad-mark/60 bg-bad-soft', name: 'text-bad', hash: 'text-ink' },
}
const SHOWN_DIGITS = 12

function Node({ hash, look, name }: { hash: string; look: Look; name: string }) {
  const { box, name: nameLook, hash: hashLook } = LOOKS[look]
  return (
    <span className={classes('grid min-w-0 gap-0.5 rounded-control border px-2.5 py-1.5 text-center', box)}>
      <span className={classes('text-[11px] leading-4', nameLook)}>{name}</span>
      <span title={hash} className={classes('truncate font-mono text-[12px]', hashLook)}>
        {hash.slice(0, SHOWN_DIGITS)}…
      </span>
    </span>
  )
}

/** From the two of a level to the one that is computed of them, which stands left or right in the next. */
function Joint({ from, to, isAlone }: { from: number; to: number; isAlone: boolean }) {
  const other = 100 - from
  return (
    <svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden className="h-5 w-full">
      {!isAlone && (
        <path
          d={`M${other} 0 C${other} 12 ${to} 8 ${to} 20`}
          className="fill-none stroke-line-strong"
          vectorEffect="non-scaling-stroke"
        />
      )}
      <path
        d={`M${from} 0 C${from} 12 ${to} 8 ${to} 20`}
        className="fill-none stroke-accent"
        strokeWidth={1.75}
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}

function Row({ left, right }: { left: ReactNode; right: ReactNode }) {
  return (
    <div className="grid grid-cols-2 gap-3">
      {left}
      {right}
    </div>
  )
}

const LEFT = 25
const RIGHT = 75
const MIDDLE = 50

interface MerklePathProps {
  levels: readonly Level[]
  /** What it came to; null where it came to nothing. */
  root: string | null
  /** What the block says. */
  claimed: string
}

/** The way from the leaf at the top to the root at the bottom. What was computed here is coloured, what the bank gave is not. */
export function MerklePath({ levels, root, claimed }: MerklePathProps) {
  const { t } = useChain()
  const end = root === claimed ? MIDDLE : LEFT
  const placeOf = (level: Level | undefined) => (level === undefined ? end : level.isRight ? RIGHT : LEFT)
  return (
    <ol aria-label={t('prove.path')} className="mx-auto w-full max-w-lg">
      {levels.map((level, index) => {
        const ours = (
          <Node hash={level.ours} look="ours" name={t(index === 0 ? 'prove.path.leaf' : 'prove.path.computed')} />
        )
        const beside =
          level.sibling === null ? (
            <span className="grid place-items-center rounded-control border border-dashed border-line text-[12px] text-ink-3">
              {t('prove.path.alone')}
            </span>
          ) : (
            <Node hash={level.sibling} look="given" name={t('prove.path.given')} />
          )
        return (
          <li key={index}>
            <Row left={level.isRight ? beside : ours} right={level.isRight ? ours : beside} />
            <Joint from={placeOf(level)} to={placeOf(levels[index + 1])} isAlone={level.sibling === null} />
          </li>
        )
      })}
      {root === claimed && (
        <li className="mx-auto w-1/2">
          <Node hash={claimed} look="ours" name={t('prove.path.root')} />
        </li>
      )}
      {root !== claimed && (
        <li>
          <Row
            left={root === null ? <span /> : <Node hash={root} look="wrong" name={t('prove.path.computed')} />}
            right={<Node hash={claimed} look="given" name={t('prove.path.claimed')} />}
          />
        </li>
      )}
    </ol>
  )
}
