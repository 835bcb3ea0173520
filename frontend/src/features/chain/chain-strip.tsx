import { Link } from 'react-router'
import { classes } from '@/design/classes'
import { ShortHash } from '@/features/chain/hash-text'
import { msOf, type Block } from '@/features/chain/types'
import { useChain } from '@/features/chain/words'

const SHOWN_BLOCKS = 8

/** The newest blocks as links of a chain, the newest at the left; on a narrow page they scroll beneath its edge. */
export function ChainStrip({ blocks }: { blocks: readonly Block[] }) {
  const { t, count, clock } = useChain()
  return (
    <div
      role="group"
      tabIndex={0}
      aria-label={t('chain.newest')}
      className="-m-1 overflow-x-auto rounded-panel p-1 outline-offset-[-2px] [scrollbar-width:none]"
    >
      <ol className="flex w-max items-stretch">
        {blocks.slice(0, SHOWN_BLOCKS).map((block, index) => (
          <li key={block.height} className="flex animate-fade items-center">
            {index > 0 && <span aria-hidden className="h-px w-6 bg-line-strong" />}
            <Link
              to={`/chain/blocks/${block.height}`}
              className={classes(
                'panel grid w-36 gap-1 px-3.5 py-3 transition-[border-color,transform] duration-150 hover:-translate-y-0.5 hover:border-line-strong',
                index === 0 && 'border-accent/50',
              )}
            >
              <span className="flex items-baseline justify-between gap-2">
                <span className={classes('font-semibold tabular', index === 0 ? 'text-accent' : 'text-ink')}>
                  {count(block.height)}
                </span>
                <span className="text-[12px] text-ink-3 tabular">{clock(msOf(block.made_at_us))}</span>
              </span>
              <ShortHash hash={block.hash} className="text-ink-2" />
              <span className="text-[12px] text-ink-3 tabular">{t('chain.transfers', { count: block.leaves })}</span>
            </Link>
          </li>
        ))}
      </ol>
    </div>
  )
}
