import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Hourglass } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { Page } from '@/app/page'
import { Segmented } from '@/design/segmented'
import { Notice } from '@/design/states'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { BlockForm } from '@/features/held/block-form'
import { BlockRow } from '@/features/held/block-row'
import { blockQuery, blocksQuery } from '@/features/held/blocks'
import { Listed } from '@/features/held/listed'
import { SHOWN, type Shown } from '@/features/held/types'
import { useOffice } from '@/features/office/words'

/** The block that the address names, where the list that is shown does not hold it. */
function NamedBlock({ blockId }: { blockId: string }) {
  const { t } = useOffice()
  const { data } = useQuery(blockQuery(blockId))
  if (!data) return null
  return (
    <ul aria-label={t('block.named')} className="panel overflow-hidden">
      <BlockRow of={data} isNamed />
    </ul>
  )
}

/** Received money that is held on suspicion: by when each is decided, and by whom. */
export default function BlocksPage() {
  const { t } = useOffice()
  const [search, setSearch] = useSearchParams()
  const shown: Shown = search.get('show') === 'ended' ? 'ended' : 'waiting'
  const named = search.get('block')
  const blocks = useInfiniteQuery(blocksQuery(shown))
  const isListed = blocks.data?.pages.some(({ items }) => items.some((block) => block.block_id === named)) ?? false
  const show = (next: Shown) => setSearch(next === 'waiting' ? {} : { show: next }, { replace: true })
  return (
    <Page title={t('block.title')} lead={t('block.lead')} tabs={<ComplianceTabs />}>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          <div className="flex">
            <Segmented
              label={t('held.show')}
              value={shown}
              onChange={show}
              options={SHOWN.map((value) => ({ value, label: t(`block.show.${value}`) }))}
            />
          </div>
          {named !== null && blocks.data && !isListed && <NamedBlock blockId={named} />}
          <section aria-label={t(`block.show.${shown}`)} className="panel min-w-0 overflow-hidden">
            <Listed
              label={t('block.title')}
              of={blocks}
              none={
                <Notice
                  icon={Hourglass}
                  title={t(`block.none.${shown}`)}
                  body={t(`block.none.${shown}.body`)}
                  role="status"
                />
              }
            >
              {(block) => <BlockRow key={block.block_id} of={block} isNamed={block.block_id === named} />}
            </Listed>
          </section>
        </div>
        <BlockForm
          transferId={search.get('transfer') ?? ''}
          onPlaced={(blockId) => setSearch({ block: blockId }, { replace: true })}
        />
      </div>
    </Page>
  )
}
