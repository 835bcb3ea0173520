import { Crown, GitCompareArrows } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { classes } from '@/design/classes'
import { Interval } from '@/design/interval'
import { MeasureValue } from '@/features/models/measure-value'
import { measureOf, MEASURES, scaleOf, type Measure } from '@/features/models/measures'
import { ModelMoves } from '@/features/models/model-moves'
import { Promotion } from '@/features/models/promotion'
import { nameOf, type ModelVersion } from '@/features/models/types'
import { useRisk } from '@/features/risk/words'
import { toMs } from '@/lib/time'

interface SideProps {
  role: 'champion' | 'challenger'
  model: ModelVersion
}

function Side({ role, model }: SideProps) {
  const { t, date, hourMinute } = useRisk()
  const at = (instant: string) => t('risk.at', { date: date(toMs(instant)), time: hourMinute(toMs(instant)) })
  const isChampion = role === 'champion'
  const Icon = isChampion ? Crown : GitCompareArrows
  return (
    <section aria-label={t(`model.role.${role}`)} className="flex min-w-0 flex-col gap-4 p-4 sm:p-5">
      <div className="flex items-start gap-3.5">
        <span
          className={classes(
            'grid size-9 shrink-0 place-items-center rounded-[10px]',
            isChampion ? 'bg-good-soft text-good' : 'bg-accent-soft text-accent',
          )}
        >
          <Icon size={18} strokeWidth={1.75} aria-hidden />
        </span>
        <div className="min-w-0">
          <h2 className="text-[12px] text-ink-3">{t(`model.role.${role}`)}</h2>
          <p className="text-[16px] leading-6 font-semibold">
            <Link to={`/risk/models/${model.version}`} className="rounded-[5px] hover:text-accent">
              {nameOf(model)}
            </Link>
          </p>
        </div>
      </div>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 tabular">
        <dt className="text-ink-3">{t('model.made')}</dt>
        <dd>{at(model.made_at)}</dd>
        <dt className="text-ink-3">{t('model.knownUntil')}</dt>
        <dd>{at(model.known_until)}</dd>
      </dl>
      {isChampion && <Promotion model={model} />}
      <ModelMoves model={model} className="mt-auto empty:hidden" />
    </section>
  )
}

function NoChallenger() {
  const { t } = useRisk()
  return (
    <div className="grid content-center p-4 sm:p-5">
      <p className="font-medium text-ink">{t('model.noChallenger')}</p>
      <p className="mt-1 max-w-[48ch] text-pretty text-ink-3">{t('model.noChallenger.body')}</p>
    </div>
  )
}

/** The intervals of both on one scale; a figure without one has no place there that would mean anything. */
function Plot({ measures }: { measures: readonly (Measure | null)[] }) {
  const scale = scaleOf(measures)
  return measures.map((measure, index) => {
    if (!measure?.interval) return null
    const look = index === 0 ? 'quiet' : 'accent'
    return <Interval key={index} value={measure.value} {...measure.interval} {...scale} look={look} />
  })
}

const CELL = 'px-3 py-2.5 align-top first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5'

/** Each figure of both, and where they lie on one scale. */
function Figures({ models }: { models: readonly ModelVersion[] }) {
  const { t } = useRisk()
  const head = (name: ReactNode, key: string, figure = false) => (
    <th key={key} scope="col" className={classes(CELL, 'font-normal whitespace-nowrap', figure && 'text-right')}>
      {name}
    </th>
  )
  return (
    <table className="w-full border-collapse border-t border-line text-left">
      <thead>
        <tr className="border-b border-line text-[12px] text-ink-3">
          {head(t('model.figure'), 'figure')}
          {models.map((model, index) =>
            head(
              <span className="inline-flex items-center gap-1.5">
                <span aria-hidden className={classes('size-2 rounded-full', index === 0 ? 'bg-ink-3' : 'bg-accent')} />
                {nameOf(model)}
              </span>,
              nameOf(model),
              true,
            ),
          )}
          <td aria-hidden className="hidden w-[34%] sm:table-cell" />
        </tr>
      </thead>
      <tbody>
        {MEASURES.map(({ name, better }) => {
          const measures = models.map(({ metrics }) => measureOf(metrics, name))
          if (measures.every((measure) => measure === null)) return null
          return (
            <tr key={name} className="border-b border-line last:border-b-0">
              <th scope="row" className={classes(CELL, 'font-normal text-ink')}>
                {t(`model.measure.${name}`)}
                <span className="block text-[12px] text-ink-3">{t(`model.better.${better}`)}</span>
              </th>
              {measures.map((measure, index) => (
                <td key={index} className={classes(CELL, 'text-right whitespace-nowrap tabular')}>
                  <MeasureValue name={name} measure={measure} />
                </td>
              ))}
              <td className={classes(CELL, 'hidden align-middle sm:table-cell')}>
                <Plot measures={measures} />
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

interface ChampionBoxProps {
  champion: ModelVersion
  challenger: ModelVersion | undefined
}

/** What decides now beside what is tried. */
export function ChampionBox({ champion, challenger }: ChampionBoxProps) {
  const { t } = useRisk()
  return (
    <section aria-label={t('model.compared')} className="panel overflow-hidden">
      <div className="grid divide-line max-sm:divide-y sm:grid-cols-2 sm:divide-x">
        <Side role="champion" model={champion} />
        {challenger ? <Side role="challenger" model={challenger} /> : <NoChallenger />}
      </div>
      <Figures models={challenger ? [champion, challenger] : [champion]} />
      <p className="border-t border-line px-4 py-3 text-[12px] text-pretty text-ink-3 sm:px-5">
        {t('model.compared.note')}
      </p>
    </section>
  )
}
