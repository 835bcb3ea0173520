import { useState, type ChangeEvent, type FormEvent } from 'react'
import { useNavigate } from 'react-router'
import { Page } from '@/app/page'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { useCheckList, useProposeList } from '@/features/compliance/api'
import { DifferenceList } from '@/features/compliance/difference'
import type { CheckedList } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'
import { ProblemNote } from '@/features/risk/problem-note'

const MAX_BYTES = 1_000_000
const MAX_LICENCE = 1_000
const MAX_WHY = 500
const EXAMPLE = 'id,kind,name,aliases,births,countries\n1,person,Teodora Alvarenga Quimbo,T. Alvarenga,1971,BR'

/** What the check said: each line that is wrong, or how the list would differ. */
function Checked({ checked }: { checked: CheckedList }) {
  const { t } = useCompliance()
  const { added, removed, changed, problems } = checked
  if (problems.length === 0)
    return (
      <Box
        title={t('list.would')}
        aside={<span className="text-ink-2 tabular">{t('list.counts.words', { added, removed, changed })}</span>}
        flush
      >
        <DifferenceList items={checked.difference} label={t('list.would')} />
      </Box>
    )
  return (
    <Box title={t('list.problems')} flush>
      <ul role="alert" aria-label={t('list.problems')}>
        {problems.map((one) => (
          <li
            key={`${one.line} ${one.column} ${one.message}`}
            className="grid gap-0.5 border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5"
          >
            <span className="font-medium text-ink tabular">
              {t('list.problem.at', { line: one.line })}
              {one.column !== null && <span className="font-mono font-normal text-ink-2"> {one.column}</span>}
            </span>
            <span className="text-pretty break-words text-bad">{one.message}</span>
          </li>
        ))}
      </ul>
    </Box>
  )
}

/** A list of the bank's own, whole: checked line by line, looked at as a difference, then proposed. */
export default function NewListPage() {
  const { t } = useCompliance()
  const navigate = useNavigate()
  const check = useCheckList()
  const propose = useProposeList()
  const [listId, setListId] = useState('')
  const [csv, setCsv] = useState('')
  const [licence, setLicence] = useState('')
  const [why, setWhy] = useState('')
  const [isLarge, setIsLarge] = useState(false)
  const change = (text: string) => {
    setCsv(text)
    check.reset()
  }
  const take = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    if (!file) return
    setIsLarge(file.size > MAX_BYTES)
    if (file.size <= MAX_BYTES) void file.text().then(change)
  }
  const isSound = check.data !== undefined && check.data.problems.length === 0
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isSound) return check.mutate({ list_id: listId, csv })
    propose.mutate(
      { list_id: listId, csv, licence: licence.trim(), why: why.trim() },
      { onSuccess: (made) => void navigate(`/compliance/screening/changes/${made.change_id}`) },
    )
  }
  return (
    <Page
      title={t('lists.new')}
      lead={t('lists.changes.empty.body')}
      back={{ to: '/compliance/screening/lists', label: t('lists.title') }}
    >
      <form onSubmit={submit} className="grid gap-4">
        <Box title={t('lists.new')}>
          <div className="grid gap-4">
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label={t('list.name')} hint={t('list.name.hint')}>
                {(attributes) => (
                  <input
                    {...attributes}
                    required
                    pattern="[a-z][a-z0-9\-]*"
                    maxLength={41}
                    spellCheck={false}
                    autoCapitalize="off"
                    value={listId}
                    onChange={(event) => {
                      setListId(event.target.value)
                      check.reset()
                    }}
                    className={`${INPUT} h-9 font-mono`}
                  />
                )}
              </Field>
              <Field
                label={t('list.file')}
                hint={t('list.file.hint')}
                problem={isLarge ? t('list.file.large') : undefined}
              >
                {(attributes) => (
                  <input
                    {...attributes}
                    type="file"
                    accept=".csv,text/csv,text/plain"
                    onChange={take}
                    className={`${INPUT} h-9 py-1.5`}
                  />
                )}
              </Field>
            </div>
            <Field label={t('list.text')}>
              {(attributes) => (
                <textarea
                  {...attributes}
                  required
                  rows={8}
                  spellCheck={false}
                  placeholder={EXAMPLE}
                  maxLength={MAX_BYTES}
                  value={csv}
                  onChange={(event) => change(event.target.value)}
                  className={`${INPUT} py-1.5 font-mono whitespace-pre`}
                />
              )}
            </Field>
          </div>
        </Box>
        {check.data !== undefined && <Checked checked={check.data} />}
        {isSound && (
          <Box title={t('list.propose')}>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label={t('list.licence')}>
                {(attributes) => (
                  <input
                    {...attributes}
                    required
                    maxLength={MAX_LICENCE}
                    value={licence}
                    onChange={(event) => setLicence(event.target.value)}
                    className={`${INPUT} h-9`}
                  />
                )}
              </Field>
              <Field label={t('compliance.why')}>
                {(attributes) => (
                  <input
                    {...attributes}
                    required
                    maxLength={MAX_WHY}
                    value={why}
                    onChange={(event) => setWhy(event.target.value)}
                    className={`${INPUT} h-9`}
                  />
                )}
              </Field>
            </div>
          </Box>
        )}
        <ProblemNote error={propose.error ?? check.error} />
        <div className="flex justify-end">
          <Button kind="primary" type="submit" busy={check.isPending || propose.isPending}>
            {t(isSound ? 'list.propose' : 'list.check')}
          </Button>
        </div>
      </form>
    </Page>
  )
}
