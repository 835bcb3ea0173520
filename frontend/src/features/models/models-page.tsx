import { useInfiniteQuery } from '@tanstack/react-query'
import { BrainCircuit } from 'lucide-react'
import { Link } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { BoxOutline, Outline } from '@/design/outlines'
import { NextPageNotice } from '@/design/stale-notice'
import { Notice } from '@/design/states'
import { modelsQuery, useMoves } from '@/features/models/api'
import { ChampionBox } from '@/features/models/champion-box'
import { MeasureValue } from '@/features/models/measure-value'
import { measureOf, type MeasureName } from '@/features/models/measures'
import { RoleChip } from '@/features/models/model-status'
import { MoveList } from '@/features/models/move-list'
import { CHALLENGER, CHAMPION, nameOf, type ModelVersion } from '@/features/models/types'
import { DataTable } from '@/features/risk/data-table'
import { RiskTabs } from '@/features/risk/risk-tabs'
import { useRisk } from '@/features/risk/words'
import { toMs } from '@/lib/time'

const SHOWN: readonly MeasureName[] = ['average_precision', 'auc', 'expected_calibration_error']

function Versions({ models }: { models: readonly ModelVersion[] }) {
  const { t, date } = useRisk()
  return (
    <DataTable
      label={t('model.versions')}
      rows={models}
      keyOf={({ version }) => String(version)}
      columns={[
        {
          label: t('model.version'),
          cell: (model) => (
            <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <Link
                to={`/risk/models/${model.version}`}
                className="rounded-[5px] font-medium text-ink hover:text-accent"
              >
                {nameOf(model)}
              </Link>
              <RoleChip aliases={model.aliases} />
            </span>
          ),
        },
        { label: t('model.made'), figure: true, cell: ({ made_at }) => date(toMs(made_at)) },
        { label: t('model.knownUntil'), figure: true, cell: ({ known_until }) => date(toMs(known_until)) },
        ...SHOWN.map((name) => ({
          label: t(`model.measure.${name}`),
          figure: true,
          cell: ({ metrics }: ModelVersion) => <MeasureValue name={name} measure={measureOf(metrics, name)} />,
        })),
      ]}
    />
  )
}

const ModelsOutline = () => (
  <Outline>
    <BoxOutline rows={7} />
    <BoxOutline rows={5} />
  </Outline>
)

function Loaded({ models }: { models: readonly ModelVersion[] }) {
  const { t } = useRisk()
  const champion = models.find(({ aliases }) => aliases.includes(CHAMPION))
  if (models.length === 0) {
    return (
      <div className="panel">
        <Notice icon={BrainCircuit} title={t('model.none')} body={t('model.none.body')} role="status" />
      </div>
    )
  }
  return (
    <>
      {champion && (
        <ChampionBox champion={champion} challenger={models.find(({ aliases }) => aliases.includes(CHALLENGER))} />
      )}
      <Box title={t('model.versions')} flush>
        <Versions models={models} />
      </Box>
    </>
  )
}

/** What scores payments and what is tried beside it, every version there is, and what was asked of them. */
export default function ModelsPage() {
  const { t } = useRisk()
  const models = useInfiniteQuery(modelsQuery)
  const moves = useMoves(null)
  return (
    <Page title={t('model.title')} lead={t('model.lead')} tabs={<RiskTabs />}>
      <Answered of={models} outline={<ModelsOutline />} notices={<NextPageNotice of={models} />}>
        {(data) => (
          <>
            <Loaded models={data.pages.flatMap((page) => page.items)} />
            {models.hasNextPage && (
              <Button
                className="self-center"
                busy={models.isFetchingNextPage}
                onClick={() => void models.fetchNextPage()}
              >
                {t('risk.more')}
              </Button>
            )}
          </>
        )}
      </Answered>
      <Box title={t('move.list')} flush>
        <MoveList moves={moves} />
      </Box>
    </Page>
  )
}
