import { useQuery } from '@tanstack/react-query'
import { Box } from '@/design/box'
import { Chip } from '@/design/chip'
import { CopyValue } from '@/design/copy-value'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { keysQuery } from '@/features/chain/api'
import type { Key } from '@/features/chain/types'
import { useChain } from '@/features/chain/words'

function Row({ item, isFirst, signsNow }: { item: Key; isFirst: boolean; signsNow: boolean }) {
  const { t, count } = useChain()
  return (
    <li className="grid gap-1.5 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <CopyValue value={item.key_id} />
        <span className="text-ink-2">{t(`chain.algorithm.${item.algorithm}`)}</span>
        {signsNow && <Chip tone="good">{t('chain.key.signs')}</Chip>}
        {isFirst && <Chip tone="quiet">{t('chain.key.first')}</Chip>}
      </span>
      <span className="flex flex-wrap gap-x-2 text-[12.5px] text-ink-3 tabular">
        {t('chain.key.from', { height: count(item.from_height) })}
        {!isFirst && <span>· {t('chain.key.endorsedBy', { id: `${item.endorsed_by.slice(0, 8)}…` })}</span>}
      </span>
    </li>
  )
}

/** Whose signatures the chain bears. */
export function KeyList({ signing }: { signing: readonly string[] }) {
  const { t } = useChain()
  const keys = useQuery(keysQuery)
  return (
    <Box title={t('chain.keys')} flush>
      {keys.isPending && <RowsSkeleton rows={2} />}
      {keys.isError && !keys.data && <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />}
      <StaleNotice of={keys} />
      {keys.data && (
        <>
          <p className="px-4 pt-3.5 text-pretty text-ink-3 sm:px-5">{t('chain.keys.body')}</p>
          <ul aria-label={t('chain.keys')}>
            {[...keys.data.items].reverse().map((item) => (
              <Row
                key={item.key_id}
                item={item}
                isFirst={item.key_id === keys.data.items[0]?.key_id}
                signsNow={signing.includes(item.key_id)}
              />
            ))}
          </ul>
        </>
      )}
    </Box>
  )
}
