import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { headQuery } from '@/features/chain/api'
import { isLate, rhythmOf } from '@/features/chain/rhythm'
import { msOf, type Block, type SignedBlock } from '@/features/chain/types'
import { useChain } from '@/features/chain/words'
import { useNow } from '@/lib/use-now'

const AGE_STEP_MS = 1_000
const US_PER_MS = 1_000

function Figure({ name, value, note }: { name: string; value: ReactNode; note: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-[12px] text-ink-3">{name}</dt>
      <dd className="mt-0.5 truncate text-[22px] leading-8 font-semibold tracking-tight tabular">{value}</dd>
      <dd className="truncate text-[12.5px] text-ink-3 tabular">{note}</dd>
    </div>
  )
}

interface HeadBoxProps {
  block: SignedBlock
  /** The newest blocks, newest first. */
  blocks: readonly Block[]
}

/** How far the chain is, and whether it goes on. */
export function HeadBox({ block, blocks }: HeadBoxProps) {
  const { t, ago, count, date, clock, duration } = useChain()
  const nowMs = useNow(AGE_STEP_MS)
  const { data: head } = useQuery(headQuery)
  const madeMs = msOf(block.made_at_us)
  const age = ago(nowMs - madeMs)
  const rhythm = rhythmOf(blocks)
  return (
    <section aria-label={t('chain.head')} className="panel p-4 sm:p-5">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-4 lg:grid-cols-4">
        <Figure
          name={t('chain.height')}
          value={count(block.height)}
          note={t('chain.transfers', { count: block.leaves })}
        />
        <Figure
          name={t('chain.age')}
          value={age}
          note={rhythm && `${t('chain.rhythm')} ${duration(rhythm.everyMs * US_PER_MS)}`}
        />
        <Figure
          name={t('chain.sealedUpTo')}
          value={clock(madeMs)}
          note={`${t('chain.sealedUpTo.journal', { id: count(block.last_journal_id) })} · ${date(madeMs)}`}
        />
        <Figure
          name={t('chain.keysInForce', { count: block.key_ids.length })}
          value={block.signatures.map(({ algorithm }) => t(`chain.algorithm.${algorithm}`)).join(' + ')}
          note={head?.first_key ? `${t('chain.key.first')} ${head.first_key.slice(0, 12)}…` : '\u00a0'}
        />
      </dl>
      {isLate(nowMs - madeMs, rhythm) && (
        <p role="status" className="mt-4 rounded-control bg-caution-soft px-3 py-2 text-caution">
          {t('chain.stale', { ago: age })}
        </p>
      )}
    </section>
  )
}
