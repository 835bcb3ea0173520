import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { listChangeQuery, useSayToChange } from '@/features/compliance/api'
import { ChangeChip } from '@/features/compliance/change-chip'
import { DifferenceList } from '@/features/compliance/difference'
import { Line } from '@/features/compliance/entry-facts'
import { Judge } from '@/features/compliance/judge'
import type { ListChangeDetail } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'
import { Person } from '@/features/session/person'
import { canChangeScenarios } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'

function Found({ change }: { change: ListChangeDetail }) {
  const { t, date, hourMinute } = useCompliance()
  const user = useUser()
  const say = useSayToChange(change.change_id)
  const at = (instant: string) => t('compliance.at', { date: date(toMs(instant)), time: hourMinute(toMs(instant)) })
  const { added, removed, changed, status } = change
  const isHeld = status === 'proposed' || status === 'approved'
  const said = status === 'rejected' ? 'compliance.said.reject' : 'compliance.said.approve'
  return (
    <Page
      title={t('change.title', { list: change.list_id })}
      lead={change.based_on === 0 ? t('change.new') : t('change.based', { version: change.based_on })}
      back={{ to: '/compliance/screening/lists', label: t('lists.title') }}
      actions={<ChangeChip status={status} />}
    >
      <Box title={t('compliance.why')}>
        <dl className="grid gap-y-1.5">
          <Line name={t('compliance.why')}>{change.why}</Line>
          <Line name={t('list.licence')}>{change.licence}</Line>
          <Line name={t('compliance.proposed.by')}>
            <Person id={change.proposed_by} /> · {at(change.proposed_at)}
          </Line>
          {change.judged_by !== null && change.judged_at !== null && (
            <Line name={t(said)}>
              <Person id={change.judged_by} /> · {at(change.judged_at)}
            </Line>
          )}
          {change.note !== null && <Line name={t('compliance.note')}>{change.note}</Line>}
          {change.version !== null && (
            <Line name={t('list.versions')}>
              <Link to={`/compliance/screening/lists/${change.list_id}`} className="text-accent underline">
                {t('lists.version', { version: change.version })}
              </Link>
            </Line>
          )}
        </dl>
        {change.problem !== null && (
          <p role="status" className="mt-3 rounded-control bg-bad-soft px-3 py-2.5 text-pretty text-bad">
            {change.problem}
          </p>
        )}
      </Box>
      <Box
        title={t('list.would')}
        aside={<span className="text-ink-2 tabular">{t('list.counts.words', { added, removed, changed })}</span>}
        flush
      >
        {isHeld ? (
          <DifferenceList items={change.difference} label={t('list.would')} />
        ) : (
          <p className="p-4 text-pretty text-ink-3 sm:p-5">{t('change.gone')}</p>
        )}
      </Box>
      {status === 'proposed' && canChangeScenarios(user.roles) && (
        <Judge
          isOwn={change.proposed_by === user.id}
          busy={say.isPending}
          error={say.error}
          onSay={(to, note) => say.mutate({ to, note })}
        />
      )}
    </Page>
  )
}

/** One change of a list: how it would differ, why, and what two people say. */
export default function ListChangePage() {
  const change = useQuery(listChangeQuery(useParams()['changeId'] ?? ''))
  return <Answered of={change}>{(detail) => <Found change={detail} />}</Answered>
}
