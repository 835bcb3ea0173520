import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Blocks, ShieldCheck } from 'lucide-react'
import { useCallback } from 'react'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { LinkButton } from '@/design/link-button'
import { FiguresOutline, Outline, SplitOutline } from '@/design/outlines'
import { NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice } from '@/design/states'
import { blocksQuery, headQuery } from '@/features/chain/api'
import { BlockList, BlockListSkeleton } from '@/features/chain/block-list'
import { ChainStrip } from '@/features/chain/chain-strip'
import { HeadBox } from '@/features/chain/head-box'
import { KeyList } from '@/features/chain/key-list'
import type { SignedBlock } from '@/features/chain/types'
import { useChain } from '@/features/chain/words'

function useBlocks() {
  const blocks = useInfiniteQuery(blocksQuery)
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = blocks
  const wantsMore = hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  const onNearEnd = useCallback(() => {
    if (wantsMore) void fetchNextPage()
  }, [wantsMore, fetchNextPage])
  return { blocks, rows: blocks.data?.pages.flatMap((page) => page.items) ?? [], onNearEnd }
}

function Chain({ newest }: { newest: SignedBlock }) {
  const { t } = useChain()
  const { blocks, rows, onNearEnd } = useBlocks()
  const behind = rows[0] ? newest.height - rows[0].height : 0
  const isReading = (blocks.data?.pages.length ?? 0) > 1
  return (
    <>
      <HeadBox block={newest} blocks={rows.slice(0, 50)} />
      <ChainStrip blocks={rows} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_21rem]">
        <Box
          title={t('chain.blocks')}
          flush
          aside={
            isReading &&
            behind > 0 && (
              <Button className="h-8 px-3" busy={blocks.isRefetching} onClick={() => void blocks.refetch()}>
                {t('chain.blocks.newer', { count: behind })}
              </Button>
            )
          }
        >
          {blocks.isPending && <BlockListSkeleton />}
          {blocks.isError && !blocks.data && <ErrorState error={blocks.error} onRetry={() => void blocks.refetch()} />}
          <StaleNotice of={blocks} />
          {blocks.data && <BlockList blocks={rows} onNearEnd={onNearEnd} />}
          <NextPageNotice of={blocks} />
        </Box>
        <KeyList signing={newest.key_ids} />
      </div>
    </>
  )
}

const ChainOutline = () => (
  <>
    <Outline>
      <FiguresOutline noted />
      <div className="flex gap-6 overflow-hidden" aria-hidden>
        {Array.from({ length: 8 }, (_, index) => (
          <span key={index} className="panel h-22.5 w-36 shrink-0" />
        ))}
      </div>
    </Outline>
    <SplitOutline main={[8]} aside={[2]} />
  </>
)

/** The ledger's chain: how far it is, its blocks, its keys. */
export default function ChainPage() {
  const { t } = useChain()
  const head = useQuery(headQuery)
  return (
    <Page
      title={t('chain.title')}
      lead={t('chain.lead')}
      actions={
        <LinkButton to="/chain/prove">
          <ShieldCheck size={15} strokeWidth={1.75} aria-hidden />
          {t('prove.open')}
        </LinkButton>
      }
    >
      <Answered of={head} outline={<ChainOutline />}>
        {({ block }) =>
          block ? (
            <Chain newest={block} />
          ) : (
            <div className="panel">
              <Notice icon={Blocks} title={t('chain.empty')} body={t('chain.empty.body')} role="status" />
            </div>
          )
        }
      </Answered>
    </Page>
  )
}
