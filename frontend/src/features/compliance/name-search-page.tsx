import { SearchX } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { Page } from '@/app/page'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { Notice } from '@/design/states'
import { useSearchName } from '@/features/compliance/api'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { EntryFacts } from '@/features/compliance/entry-facts'
import { MetWords } from '@/features/compliance/met-words'
import type { Matches } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'
import { ProblemNote } from '@/features/risk/problem-note'

const KINDS = ['unknown', 'person', 'organisation', 'vessel', 'aircraft'] as const
const MAX_NAME = 300

function Answer({ matches }: { matches: Matches }) {
  const { t, percent } = useCompliance()
  if (matches.items.length === 0)
    return (
      <section className="panel">
        <Notice
          icon={SearchX}
          title={t('search.none')}
          body={t('search.none.body', { entries: matches.entries, threshold: percent(matches.threshold, 0) })}
          role="status"
        />
      </section>
    )
  return (
    <>
      <p role="status" className="text-ink-2 tabular">
        {t('search.found', { count: matches.items.length })}
      </p>
      {matches.items.map((match) => (
        <Box
          key={`${match.list_id} ${match.entry_id}`}
          title={match.why.name}
          aside={
            <span className="text-ink-2 tabular">
              {match.list_id} · {t('hit.score')} {percent(match.score, 0)}
            </span>
          }
        >
          <div className="grid gap-6 lg:grid-cols-2">
            <MetWords why={match.why} asked={t('search.asked')} />
            <EntryFacts entry={match.entry} />
          </div>
        </Box>
      ))}
    </>
  )
}

/** A name held against all lists; nothing is kept. */
export default function NameSearchPage() {
  const { t } = useCompliance()
  const search = useSearchName()
  const [name, setName] = useState('')
  const [kind, setKind] = useState<string>('unknown')
  const [birth, setBirth] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    search.mutate({ name: name.trim(), kind, births: birth.trim() ? [birth.trim()] : [] })
  }
  return (
    <Page title={t('search.title')} lead={t('search.lead')} tabs={<ComplianceTabs />}>
      <Box title={t('search.name')}>
        <form
          onSubmit={submit}
          className="grid gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)_auto] sm:items-start"
        >
          <Field label={t('search.name')} hint={t('search.name.hint')}>
            {(attributes) => (
              <input
                {...attributes}
                required
                maxLength={MAX_NAME}
                value={name}
                onChange={(event) => setName(event.target.value)}
                className={`${INPUT} h-9`}
              />
            )}
          </Field>
          <Field label={t('search.kind')}>
            {(attributes) => (
              <select
                {...attributes}
                value={kind}
                onChange={(event) => setKind(event.target.value)}
                className={`${INPUT} h-9`}
              >
                {KINDS.map((one) => (
                  <option key={one} value={one}>
                    {t(`search.kind.${one}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={t('search.birth')} hint={t('search.birth.hint')}>
            {(attributes) => (
              <input
                {...attributes}
                pattern="\d{4}(-\d\d(-\d\d)?)?"
                value={birth}
                onChange={(event) => setBirth(event.target.value)}
                className={`${INPUT} h-9 tabular`}
              />
            )}
          </Field>
          <Button kind="primary" type="submit" busy={search.isPending} className="sm:mt-[1.4rem]">
            {t('search.run')}
          </Button>
        </form>
      </Box>
      <ProblemNote error={search.error} />
      {search.isPending ? (
        <div className="panel">
          <RowsSkeleton rows={2} />
        </div>
      ) : (
        search.data && <Answer matches={search.data} />
      )}
    </Page>
  )
}
