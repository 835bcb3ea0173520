import { Box } from '@/design/box'
import { ComparisonTable } from '@/features/risk/comparison-table'
import { CostCurve } from '@/features/risk/cost-curve'
import { DaysChart } from '@/features/risk/days-chart'
import { MovedTable } from '@/features/risk/moved-table'
import { judged, noonOf, saved, type Better } from '@/features/risk/report'
import { RuleResults } from '@/features/risk/rule-results'
import { SliceTable } from '@/features/risk/slice-table'
import type { Outcome, Report } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { classes } from '@/design/classes'
import { BANK_CURRENCY } from '@/lib/currency'

const LOOKS = { good: 'text-good', bad: 'text-bad', same: 'text-ink' }

interface FigureProps {
  name: string
  value: string
  hint: string
  look?: string
}

function Figure({ name, value, hint, look = 'text-ink' }: FigureProps) {
  return (
    <div className="border-line px-4 py-4 not-first:border-t sm:px-5 sm:not-first:border-t-0 sm:not-first:border-l">
      <dt className="text-[12px] text-ink-3">{name}</dt>
      <dd className={classes('mt-1 text-[20px] leading-7 font-semibold tracking-tight tabular', look)}>{value}</dd>
      <dd className="mt-0.5 text-[12px] text-pretty text-ink-3 tabular">{hint}</dd>
    </div>
  )
}

/** The three figures by which a version is judged. */
function Headline({ report }: { report: Report }) {
  const { t, count, money, percent } = useRisk()
  const { recorded, proposed } = report
  const savedMinor = saved(report)
  const look = (name: keyof Outcome, better: Better) =>
    LOOKS[judged({ better, recorded: recorded[name], proposed: proposed[name] })]
  const share = (part: number) => (report.frauds === 0 ? '–' : percent(part / report.frauds))
  const was = (value: string) => t('risk.was', { value })
  return (
    <dl aria-label={t('risk.headline')} className="panel grid overflow-hidden sm:grid-cols-3">
      <Figure
        name={t(savedMinor >= 0 ? 'risk.saved' : 'risk.lost')}
        value={money(Math.abs(savedMinor), BANK_CURRENCY)}
        hint={t('risk.cost.change', {
          recorded: money(recorded.cost_minor, BANK_CURRENCY),
          proposed: money(proposed.cost_minor, BANK_CURRENCY),
        })}
        look={look('cost_minor', 'less')}
      />
      <Figure
        name={t('risk.fraudsCaught')}
        value={share(proposed.frauds_stopped)}
        hint={`${t('risk.fraudsCaught.of', {
          stopped: count(proposed.frauds_stopped),
          frauds: count(report.frauds),
        })}, ${was(share(recorded.frauds_stopped))}`}
        look={look('frauds_stopped', 'more')}
      />
      <Figure
        name={t('risk.outcome.false_alarms')}
        value={count(proposed.false_alarms)}
        hint={was(count(recorded.false_alarms))}
        look={look('false_alarms', 'less')}
      />
    </dl>
  )
}

/** All that a trial found. */
export function SimulationResult({ report }: { report: Report }) {
  const { t, word, count, date } = useRisk()
  const ofSimulated = report.recorded_by['simulated'] ?? 0
  return (
    <>
      <Headline report={report} />
      {ofSimulated > 0 && (
        <p className="max-w-[76ch] text-pretty text-ink-3">
          {t('risk.ofSimulated', { count: count(ofSimulated), decisions: count(report.decisions) })}
        </p>
      )}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Box title={t('risk.compared')} flush>
          <ComparisonTable report={report} />
        </Box>
        <div className="grid min-w-0 gap-4">
          <Box title={t('risk.curve')}>
            <CostCurve curve={report.curve} />
          </Box>
          <Box title={t('risk.movedTable')} flush>
            <MovedTable moved={report.moved} />
          </Box>
        </div>
      </div>
      <Box title={t('risk.byRule')} flush>
        {report.rules.length === 0 ? (
          <p className="p-4 text-ink-3 sm:p-5">{t('risk.rules.none')}</p>
        ) : (
          <RuleResults rules={report.rules} />
        )}
      </Box>
      <Box title={t('risk.byChannel')} flush>
        <SliceTable
          label={t('risk.byChannel')}
          by={t('decision.channel')}
          slices={report.channels}
          nameOf={({ name }) => word('channel', name)}
        />
      </Box>
      <Box title={t('risk.byDay')} flush>
        {report.days.length > 1 && <DaysChart days={report.days} />}
        <div className="border-t border-line first:border-t-0">
          <SliceTable
            label={t('risk.byDay')}
            by={t('risk.day')}
            slices={report.days}
            tall
            nameOf={({ name }) => date(noonOf(name))}
          />
        </div>
      </Box>
    </>
  )
}
