import { Link } from 'react-router'
import { classes } from '@/design/classes'
import { RowList } from '@/design/row-list'
import { Skeleton } from '@/design/skeleton'
import { HashText, ShortHash } from '@/features/chain/hash-text'
import { msOf, type Block } from '@/features/chain/types'
import { useChain } from '@/features/chain/words'
import { useMedia } from '@/lib/use-media'
import { useTodayMs } from '@/lib/use-now'

const ROW_HEIGHT_PX = 44
const TALL_ROW_HEIGHT_PX = 64
const WIDE = '(min-width: 720px)'
const WIDE_DIGITS = 28
const COLUMNS = 'grid-cols-[5rem_8.5rem_6.5rem_minmax(0,1fr)_6rem]'

function Row({ block, isWide, todayMs }: { block: Block; isWide: boolean; todayMs: number }) {
  const { t, count, clock, day, duration } = useChain()
  const madeMs = msOf(block.made_at_us)
  const made = `${madeMs < todayMs ? `${day(madeMs)}, ` : ''}${clock(madeMs)}`
  return (
    <Link
      data-row={block.height}
      to={`/chain/blocks/${block.height}`}
      className={classes(
        'grid h-full items-center gap-x-4 border-b border-line px-4 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5',
        isWide ? COLUMNS : 'grid-cols-[minmax(0,1fr)_auto] content-center gap-y-1',
      )}
    >
      <span className="font-medium text-ink tabular">{count(block.height)}</span>
      {isWide && <span className="text-ink-3 tabular">{made}</span>}
      <span className={classes('text-ink-2 tabular', isWide ? 'text-right' : 'justify-self-end')}>
        {isWide ? count(block.leaves) : t('chain.transfers', { count: block.leaves })}
      </span>
      {isWide ? (
        <HashText hash={block.hash} digits={WIDE_DIGITS} className="truncate text-ink-2" />
      ) : (
        <ShortHash hash={block.hash} className="truncate text-ink-3" />
      )}
      <span className="justify-self-end text-[12.5px] text-ink-3 tabular">
        {isWide ? duration(block.work_us) : made}
      </span>
    </Link>
  )
}

/** The names of the columns, where there is room for columns. */
function Header() {
  const { t } = useChain()
  return (
    <div aria-hidden className={classes('grid gap-x-4 border-b border-line px-5 py-2 text-[12px] text-ink-3', COLUMNS)}>
      <span>{t('chain.column.height')}</span>
      <span>{t('chain.column.made')}</span>
      <span className="text-right">{t('chain.column.transfers')}</span>
      <span>{t('chain.column.hash')}</span>
      <span className="text-right">{t('chain.column.work')}</span>
    </div>
  )
}

export function BlockListSkeleton() {
  const { t } = useChain()
  return (
    <div role="status" aria-label={t('common.loading')}>
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} className="flex h-11 items-center gap-6 border-b border-line px-5 last:border-b-0">
          <Skeleton className="h-3 w-14" />
          <Skeleton className="h-3 w-24" />
          <Skeleton className="ml-auto h-3 w-2/5" />
        </div>
      ))}
    </div>
  )
}

interface BlockListProps {
  blocks: readonly Block[]
  onNearEnd: () => void
}

export function BlockList({ blocks, onNearEnd }: BlockListProps) {
  const { t } = useChain()
  const isWide = useMedia(WIDE)
  const todayMs = useTodayMs()
  return (
    <>
      {isWide && <Header />}
      <RowList
        label={t('chain.blocks')}
        rows={blocks}
        keyOf={({ height }) => String(height)}
        heightPx={isWide ? ROW_HEIGHT_PX : TALL_ROW_HEIGHT_PX}
        onNearEnd={onNearEnd}
      >
        {(block) => <Row block={block} isWide={isWide} todayMs={todayMs} />}
      </RowList>
    </>
  )
}
