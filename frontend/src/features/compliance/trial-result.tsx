import { Info } from 'lucide-react'
import { lazy, Suspense, useMemo } from 'react'
import { Box } from '@/design/box'
import { Chip } from '@/design/chip'
import { CopyValue } from '@/design/copy-value'
import type { ChartLine } from '@/design/line-chart'
import { useScenarioWords } from '@/features/compliance/scenario-words'
import type { Finding, TrialReport } from '@/features/compliance/types'
import { useTheme } from '@/features/preferences/theme'
import { BANK_CURRENCY } from '@/lib/currency'
import { localNoonMs } from '@/lib/days'

const LineChart = lazy(() => import('@/design/line-chart').then((module) => ({ default: module.LineChart })))
const LINES: readonly ChartLine[] = [{ token: 'accent', filled: true }, { token: 'ink-3' }]

interface FigureProps {
  name: string
  before: number
  after: number
  hint: string
}

/** A figure after, with the one before as a second bar on the same rail. */
function Figure({ name, before, after, hint }: FigureProps) {
  const { count } = useScenarioWords()
  const most = Math.max(before, after, 1)
  return (
    <div className="grid content-start gap-1 border-line px-4 py-4 not-first:border-t sm:px-5 sm:not-first:border-t-0 sm:not-first:border-l">
      <dt className="text-[12px] text-ink-3">{name}</dt>
      <dd className="text-[20px] leading-7 font-semibold tracking-tight text-ink tabular">{count(after)}</dd>
      <dd aria-hidden className="grid gap-1">
        {[
          { value: after, look: 'bg-accent' },
          { value: before, look: 'bg-ink-3' },
        ].map(({ value, look }) => (
          <span key={look} className="block h-1.5 overflow-hidden rounded-full bg-sunken">
            <span
              className={`block h-full origin-left rounded-full ${look}`}
              style={{ transform: `scaleX(${value / most})` }}
            />
          </span>
        ))}
      </dd>
      <dd className="text-[12px] text-pretty text-ink-3 tabular">{hint}</dd>
    </div>
  )
}

function Days({ report }: { report: TrialReport }) {
  const { t, day, count } = useScenarioWords()
  const theme = useTheme()
  const atS = useMemo(() => report.days.map((one) => localNoonMs(one.day) / 1_000), [report.days])
  const data = useMemo(
    () => [atS, report.days.map((one) => one.after), report.days.map((one) => one.before)],
    [atS, report.days],
  )
  return (
    <Box title={t('trial.days')}>
      <p className="flex flex-wrap gap-x-5 gap-y-1 text-[12.5px] text-ink-2">
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="size-2 rounded-full bg-accent" />
          {t('version.after')}
        </span>
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="size-2 rounded-full bg-ink-3" />
          {t('version.before')}
        </span>
      </p>
      <div className="mt-2 h-44">
        <Suspense>
          <LineChart
            data={data as [number[], number[], number[]]}
            lines={LINES}
            label={t('trial.days')}
            theme={theme}
            syncKey="trial-days"
            windowS={(atS.at(-1) ?? 0) - (atS[0] ?? 0)}
            formatY={(value) => count(Math.round(value))}
            formatX={day}
          />
        </Suspense>
      </div>
    </Box>
  )
}

interface MovedProps {
  title: string
  none: string
  findings: readonly Finding[]
  all: number
}

/** Alerts that only one side tells of. */
function Moved({ title, none, findings, all }: MovedProps) {
  const { t, count, money, day } = useScenarioWords()
  const span = (one: Finding) => [...new Set([day(one.first_at), day(one.last_at)])].join(' – ')
  return (
    <Box title={title} aside={<span className="text-ink-2 tabular">{count(all)}</span>} flush>
      {findings.length === 0 ? (
        <p className="p-4 text-ink-3 sm:p-5">{none}</p>
      ) : (
        <ul
          tabIndex={0}
          aria-label={title}
          className="relative max-h-96 overflow-y-auto rounded-b-panel outline-offset-[-2px]"
        >
          {findings.map((one) => (
            <li key={one.finding_id} className="grid gap-0.5 border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5">
              <span className="flex flex-wrap items-center justify-between gap-x-3">
                <CopyValue value={one.account_id} />
                <span className="whitespace-nowrap text-ink tabular">{money(one.amount_minor, BANK_CURRENCY)}</span>
              </span>
              <span className="flex flex-wrap items-center gap-x-2 text-[12px] text-ink-3 tabular">
                {span(one)} · {t('trial.payments', { count: one.payments })}
                {one.known && <Chip tone="bad">{t('trial.known')}</Chip>}
              </span>
            </li>
          ))}
          {all > findings.length && (
            <li className="px-4 py-2.5 text-[12px] text-ink-3 tabular sm:px-5">
              {t('trial.shownOf', { shown: count(findings.length), all: count(all) })}
            </li>
          )}
        </ul>
      )}
    </Box>
  )
}

/** All that history says to other values. */
export function TrialResult({ report }: { report: TrialReport }) {
  const { t, count, date } = useScenarioWords()
  const { before, after, known } = report
  const noise = (side: TrialReport['before']) => side.findings - side.known_findings
  const was = (value: number) => t('trial.was', { value: count(value) })
  return (
    <>
      {report.gap !== null && (
        <p role="status" className="flex items-start gap-2.5 rounded-control bg-caution-soft px-3 py-2.5 text-ink">
          <Info size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-caution" />
          {t('trial.gap', { gap: report.gap })}
        </p>
      )}
      <Box title={t('trial.title')} flush>
        <dl aria-label={t('trial.headline')} className="grid sm:grid-cols-3">
          <Figure
            name={t('trial.alerts')}
            before={before.findings}
            after={after.findings}
            hint={`${was(before.findings)}, ${t('trial.stay', { count: report.stay_count })}`}
          />
          <Figure
            name={t('trial.caught')}
            before={before.caught}
            after={after.caught}
            hint={
              known === 0
                ? t('trial.noKnown')
                : `${t('trial.of', { caught: count(after.caught), known: count(known) })}, ${was(before.caught)}`
            }
          />
          <Figure name={t('trial.noise')} before={noise(before)} after={noise(after)} hint={was(noise(before))} />
        </dl>
        <p className="border-t border-line px-4 py-3 text-[12px] text-pretty text-ink-3 tabular sm:px-5">
          {t('trial.period', {
            payments: count(report.payments),
            accounts: count(report.accounts),
            first: date(report.from_ms),
            last: date(report.until_ms - 1),
          })}
        </p>
      </Box>
      {report.days.length > 1 && report.gap === null && <Days report={report} />}
      <div className="grid gap-4 lg:grid-cols-2">
        <Moved title={t('trial.come')} none={t('trial.come.none')} findings={report.come} all={report.come_count} />
        <Moved title={t('trial.go')} none={t('trial.go.none')} findings={report.go} all={report.go_count} />
      </div>
    </>
  )
}
