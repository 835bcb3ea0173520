import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useNavigate, useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { CopyValue } from '@/design/copy-value'
import { Fact, Facts } from '@/design/facts'
import { LinkButton } from '@/design/link-button'
import { NotFound } from '@/design/states'
import { blockQuery, headQuery } from '@/features/chain/api'
import { BlockChecks, useLinkedBlock } from '@/features/chain/block-checks'
import { FindingMark } from '@/features/chain/finding'
import { ShortHash } from '@/features/chain/hash-text'
import { msOf, type SignedBlock } from '@/features/chain/types'
import { useChain } from '@/features/chain/words'
import { useShortcuts } from '@/lib/keyboard'

function Verdict({ block }: { block: SignedBlock }) {
  const { t } = useChain()
  const checked = useLinkedBlock(block)
  return (
    <div className="panel flex min-h-18 flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3.5 sm:px-5">
      {checked && (
        <div role="status" className="flex animate-fade items-center gap-3.5">
          <FindingMark finding={checked.finding} large />
          <div>
            <p className="text-[15px] font-semibold">{t(`chain.block.${checked.finding}`)}</p>
            <p className="text-ink-3">{t('chain.block.checked')}</p>
          </div>
        </div>
      )}
      <div className="ml-auto min-w-0">
        <ShortHash hash={block.hash} className="text-[15px] text-ink-2" />
      </div>
    </div>
  )
}

function Contents({ block }: { block: SignedBlock }) {
  const { t, count, duration } = useChain()
  return (
    <Box title={t('chain.block.contents')}>
      <Facts>
        <Fact name={t('chain.block.leaves')}>{count(block.leaves)}</Fact>
        <Fact name={t('chain.block.journal')}>
          {t('chain.block.journal.value', {
            first: count(block.first_journal_id),
            last: count(block.last_journal_id),
          })}
        </Fact>
        <Fact name={t('chain.block.root')}>
          <CopyValue value={block.merkle_root} />
        </Fact>
        <Fact name={t('chain.block.link')}>
          <CopyValue value={block.batch_hash} />
        </Fact>
        <Fact name={t('chain.block.previousHash')}>
          <CopyValue value={block.previous_hash} />
        </Fact>
        <Fact name={t('chain.block.hash')}>
          <CopyValue value={block.hash} />
        </Fact>
        <Fact name={t('chain.block.difficulty')}>
          {t('chain.block.difficulty.value', { difficulty: count(block.difficulty) })}
        </Fact>
        <Fact name={t('chain.block.nonce')}>{count(block.nonce)}</Fact>
        <Fact name={t('chain.block.work')}>
          {t('chain.block.work.value', { took: duration(block.work_us), target: duration(block.work_target_us) })}
        </Fact>
      </Facts>
    </Box>
  )
}

/** The blocks beside this one; J and K go there too. */
function Neighbours({ height }: { height: number }) {
  const { t } = useChain()
  const navigate = useNavigate()
  const newest = useQuery(headQuery).data?.block?.height ?? height
  const to = (next: number) => `/chain/blocks/${next}`
  useShortcuts({
    j: () => height > 0 && void navigate(to(height - 1)),
    k: () => height < newest && void navigate(to(height + 1)),
  })
  return (
    <nav aria-label={t('chain.blocks')} className="flex flex-wrap gap-2">
      {height > 0 && (
        <LinkButton to={to(height - 1)}>
          <ChevronLeft size={15} aria-hidden />
          {t('chain.block.previous')}
        </LinkButton>
      )}
      {height < newest && (
        <LinkButton to={to(height + 1)}>
          {t('chain.block.next')}
          <ChevronRight size={15} aria-hidden />
        </LinkButton>
      )}
    </nav>
  )
}

function BlockAt({ height }: { height: number }) {
  const { t, count, date, clock } = useChain()
  const block = useQuery(blockQuery(height))
  const madeMs = block.data ? msOf(block.data.made_at_us) : null
  return (
    <Page
      title={t('chain.block', { height: count(height) })}
      lead={madeMs === null ? '\u00a0' : t('chain.block.lead', { date: date(madeMs), time: clock(madeMs) })}
      back={{ to: '/chain', label: t('chain.title') }}
      actions={<Neighbours height={height} />}
    >
      <Answered of={block}>
        {(found) => (
          <>
            <Verdict block={found} />
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <Contents block={found} />
              <BlockChecks block={found} />
            </div>
            {height === 0 && <p className="text-ink-3">{t('chain.block.first')}</p>}
          </>
        )}
      </Answered>
    </Page>
  )
}

/** One block: what it holds, who signed it, and whether all of that agrees, computed here. */
export default function BlockPage() {
  const height = Number(useParams()['height'])
  return Number.isSafeInteger(height) && height >= 0 ? <BlockAt key={height} height={height} /> : <NotFound />
}
