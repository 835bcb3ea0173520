import { CircleAlert } from 'lucide-react'
import { Fragment } from 'react'
import { classes } from '@/design/classes'
import { byDimension, recallScale } from '@/features/models/findings'
import type { Scale } from '@/features/models/measures'
import { useGroupName } from '@/features/models/objection'
import type { GroupResult } from '@/features/models/types'
import { useRisk } from '@/features/risk/words'

const CELL = 'px-2 py-2 sm:px-3 first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5'

interface RecallsProps {
  group: GroupResult
  fails: boolean
  scale: Scale
}

/** Both shares of a group's frauds on one rail, with the way from one to the other. */
function Recalls({ group, fails, scale: { from, to } }: RecallsProps) {
  const { champion_recall: was, challenger_recall: would } = group
  const at = (share: number) => `${(100 * (share - from)) / (to - from)}%`
  return (
    <span aria-hidden className="relative block h-3 w-40 xl:w-64">
      <span className="absolute inset-x-0 top-1/2 h-px bg-line-strong" />
      <span
        className={classes('absolute top-1/2 h-0.5 -translate-y-1/2', fails ? 'bg-bad-mark' : 'bg-accent')}
        style={{ left: at(Math.min(was, would)), right: `calc(100% - ${at(Math.max(was, would))})` }}
      />
      <span className="absolute top-1/2 size-2 -translate-1/2 rounded-full bg-ink-3" style={{ left: at(was) }} />
      <span
        className={classes('absolute top-1/2 size-2 -translate-1/2 rounded-full', fails ? 'bg-bad-mark' : 'bg-accent')}
        style={{ left: at(would) }}
      />
    </span>
  )
}

function GroupRow({ group, fails, scale }: RecallsProps) {
  const { t, count, percent } = useRisk()
  const nameOf = useGroupName()
  const knows = group.frauds > 0
  const both = (was: string, would: string) => (
    <>
      <span className="text-ink-3">{was}</span>
      <span aria-hidden className="mx-1.5 text-ink-3">
        →
      </span>
      <span className="sr-only">{t('risk.becomes')}</span>
      <span className="text-ink">{would}</span>
    </>
  )
  return (
    <tr className={classes('border-b border-line last:border-b-0', fails && 'bg-bad-soft/50')}>
      <th
        scope="row"
        className={classes(CELL, 'min-w-28 text-left font-normal', group.large ? 'text-ink' : 'text-ink-3')}
      >
        <span className="flex flex-wrap items-center gap-x-2">
          {nameOf(group)}
          {fails && (
            <span className="inline-flex items-center gap-1 text-[12px] font-medium whitespace-nowrap text-bad">
              <CircleAlert size={13} aria-hidden />
              {t('gate.group.fails')}
            </span>
          )}
          {!group.large && <span className="text-[12px] whitespace-nowrap">{t('gate.group.small')}</span>}
        </span>
      </th>
      <td className={classes(CELL, 'hidden text-right tabular sm:table-cell')}>{count(group.decisions)}</td>
      <td className={classes(CELL, 'text-right tabular')}>{count(group.frauds)}</td>
      <td className={classes(CELL, 'hidden sm:table-cell')}>
        {knows && <Recalls group={group} fails={fails} scale={scale} />}
      </td>
      <td className={classes(CELL, 'text-right whitespace-nowrap tabular')}>
        {knows ? both(percent(group.champion_recall, 0), percent(group.challenger_recall, 0)) : '–'}
      </td>
      <td className={classes(CELL, 'text-right whitespace-nowrap tabular')}>
        {both(count(group.champion_false_alarms), count(group.challenger_false_alarms))}
      </td>
    </tr>
  )
}

interface GroupTableProps {
  groups: readonly GroupResult[]
  failing: ReadonlySet<GroupResult>
}

/** For whom the version is better or worse: before an arrow the champion, after it the challenger. */
export function GroupTable({ groups, failing }: GroupTableProps) {
  const { t, word } = useRisk()
  const scale = recallScale(groups)
  const head = (name: string, className?: string) => (
    <th scope="col" className={classes(CELL, 'font-normal whitespace-nowrap', className)}>
      {name}
    </th>
  )
  return (
    <div
      role="group"
      aria-label={t('gate.groups')}
      tabIndex={0}
      className="relative overflow-x-auto outline-offset-[-2px]"
    >
      <table className="w-full border-collapse text-left text-ink-2">
        <thead>
          <tr className="border-b border-line text-[12px] text-ink-3">
            {head(t('gate.group'))}
            {head(t('risk.decisions'), 'hidden text-right sm:table-cell')}
            {head(t('risk.frauds'), 'text-right')}
            <td aria-hidden className="hidden sm:table-cell" />
            {head(t('gate.recall'), 'text-right')}
            {head(t('risk.outcome.false_alarms'), 'text-right')}
          </tr>
        </thead>
        <tbody>
          {byDimension(groups).map(([dimension, inIt]) => (
            <Fragment key={dimension}>
              <tr className="border-b border-line bg-sunken/60">
                <th scope="colgroup" colSpan={6} className={classes(CELL, 'py-1.5 text-[12px] font-medium text-ink-2')}>
                  {word('gate.dimension', dimension, dimension)}
                </th>
              </tr>
              {inIt.map((group) => (
                <GroupRow key={group.group} group={group} fails={failing.has(group)} scale={scale} />
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  )
}
