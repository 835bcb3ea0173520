import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { Markdown } from '@/design/markdown'
import { SplitOutline } from '@/design/outlines'
import { NotFound } from '@/design/states'
import { modelQuery, useMoves } from '@/features/models/api'
import { MeasureValue } from '@/features/models/measure-value'
import { measureOf, MEASURES } from '@/features/models/measures'
import { ModelMoves } from '@/features/models/model-moves'
import { RoleChip } from '@/features/models/model-status'
import { MoveList } from '@/features/models/move-list'
import { Promotion } from '@/features/models/promotion'
import { nameOf, type ModelDetail } from '@/features/models/types'
import { useRisk } from '@/features/risk/words'
import { canChangePolicies } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'

function Figures({ model }: { model: ModelDetail }) {
  const { t } = useRisk()
  return (
    <dl className="grid gap-3">
      {MEASURES.map(({ name }) => ({ name, measure: measureOf(model.metrics, name) }))
        .filter(({ measure }) => measure !== null)
        .map(({ name, measure }) => (
          <div key={name} className="flex items-baseline justify-between gap-4">
            <dt className="text-ink-3">{t(`model.measure.${name}`)}</dt>
            <dd className="text-right whitespace-nowrap tabular">
              <MeasureValue name={name} measure={measure} />
            </dd>
          </div>
        ))}
    </dl>
  )
}

function Loaded({ model }: { model: ModelDetail }) {
  const { t } = useRisk()
  const { roles } = useUser()
  const moves = useMoves(model.version)
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_21rem]">
      <Box title={t('model.card')} className="order-2 xl:order-1">
        {model.card === null ? (
          <p className="text-pretty text-ink-3">{t('model.card.none')}</p>
        ) : (
          <Markdown text={model.card} label={t('model.card')} />
        )}
      </Box>
      <div className="order-1 grid min-w-0 gap-4 xl:order-2">
        {canChangePolicies(roles) && (
          <Box title={t('risk.next')}>
            <ModelMoves model={model} />
          </Box>
        )}
        <Box title={t('model.figures')}>
          <Figures model={model} />
        </Box>
        <Box title={t('model.promoted')}>
          <Promotion model={model} />
        </Box>
        <Box title={t('move.list')} flush>
          <MoveList moves={moves} />
        </Box>
      </div>
    </div>
  )
}

function Version({ version }: { version: number }) {
  const { t, date, hourMinute } = useRisk()
  const model = useQuery(modelQuery(version))
  const at = (instant: string) => t('risk.at', { date: date(toMs(instant)), time: hourMinute(toMs(instant)) })
  const { data } = model
  return (
    <Page
      title={data ? nameOf(data) : t('risk.version', { version })}
      lead={data ? t('model.page.lead', { made: at(data.made_at), known: at(data.known_until) }) : '\u00a0'}
      back={{ to: '/risk/models', label: t('model.title') }}
      actions={data && <RoleChip aliases={data.aliases} />}
    >
      <Answered of={model} outline={<SplitOutline main={[9]} aside={[2, 5, 1]} asideFirst />}>
        {(data) => (
          <>
            <Loaded model={data} />
          </>
        )}
      </Answered>
    </Page>
  )
}

/** One version: what it was trained on and how good it is, in its own card, and what was asked of it. */
export default function ModelPage() {
  const version = Number(useParams()['version'])
  return Number.isInteger(version) && version > 0 ? <Version key={version} version={version} /> : <NotFound />
}
