import { useQuery } from '@tanstack/react-query'
import { ListPlus, Plus } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { Link, useNavigate } from 'react-router'
import { Page } from '@/app/page'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { classes } from '@/design/classes'
import { Field, INPUT } from '@/design/field'
import { Modal } from '@/design/modal'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice } from '@/design/states'
import { listsQuery, useMakeList } from '@/features/risk/api'
import { ProblemNote } from '@/features/risk/problem-note'
import { RiskTabs } from '@/features/risk/risk-tabs'
import { LIST_FIELDS, type ListKind, type RiskList } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { canChangePolicies } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

const KINDS: readonly ListKind[] = ['deny', 'watch', 'allow']
const MARKS: Record<ListKind, string> = { allow: 'bg-good-mark', deny: 'bg-bad-mark', watch: 'bg-caution-mark' }
const MAX_ID = 48
const MAX_SENTENCE = 200

export function ListKindMark({ kind }: { kind: ListKind }) {
  const { t } = useRisk()
  return (
    <span className="inline-flex items-center gap-1.5 text-[12px] whitespace-nowrap text-ink-2">
      <span aria-hidden className={classes('size-1.5 rounded-full', MARKS[kind])} />
      {t(`risk.kind.${kind}`)}
    </span>
  )
}

function NewList({ onClose }: { onClose: () => void }) {
  const { t } = useRisk()
  const navigate = useNavigate()
  const make = useMakeList()
  const [listId, setListId] = useState('')
  const [kind, setKind] = useState<ListKind>('deny')
  const [field, setField] = useState<string>('payee_id')
  const [sentence, setSentence] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate(
      { list_id: listId, kind, field, sentence: sentence.trim() },
      { onSuccess: (made) => void navigate(`/risk/lists/${made.list_id}`) },
    )
  }
  return (
    <Modal open onOpenChange={(open) => !open && onClose()} title={t('risk.list.new')}>
      <form onSubmit={submit} className="grid max-h-[66vh] gap-4 overflow-y-auto px-5 pt-2 pb-5">
        <Field label={t('risk.list.id')} hint={t('risk.list.id.hint', { name: `lists.${listId || 'mules'}` })}>
          {(attributes) => (
            <input
              {...attributes}
              autoFocus
              required
              pattern="[a-z][a-z0-9_]*"
              maxLength={MAX_ID}
              spellCheck={false}
              autoCapitalize="off"
              value={listId}
              onChange={(event) => setListId(event.target.value)}
              className={`${INPUT} h-9 font-mono`}
            />
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('risk.list.kind')} hint={t('risk.list.kind.hint')}>
            {(attributes) => (
              <select
                {...attributes}
                value={kind}
                onChange={(event) => setKind(event.target.value as ListKind)}
                className={`${INPUT} h-9`}
              >
                {KINDS.map((one) => (
                  <option key={one} value={one}>
                    {t(`risk.kind.${one}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={t('risk.list.field')}>
            {(attributes) => (
              <select
                {...attributes}
                value={field}
                onChange={(event) => setField(event.target.value)}
                className={`${INPUT} h-9`}
              >
                {LIST_FIELDS.map((one) => (
                  <option key={one} value={one}>
                    {t(`risk.field.${one}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <Field label={t('risk.list.sentence')}>
          {(attributes) => (
            <input
              {...attributes}
              required
              maxLength={MAX_SENTENCE}
              value={sentence}
              onChange={(event) => setSentence(event.target.value)}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
        <ProblemNote error={make.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('risk.cancel')}</Button>
          <Button kind="primary" type="submit" busy={make.isPending}>
            {t('risk.list.make')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function ListRow({ list }: { list: RiskList }) {
  const { t, word } = useRisk()
  return (
    <li className="overflow-hidden border-b border-line last:rounded-b-panel last:border-b-0">
      <Link
        to={`/risk/lists/${list.list_id}`}
        className="grid gap-1 px-4 py-3.5 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="flex items-baseline justify-between gap-3">
          <span className="truncate font-medium text-ink">{list.sentence}</span>
          <span className="whitespace-nowrap text-ink-2 tabular">
            {t('risk.entries.count', { count: list.entries })}
          </span>
        </span>
        <span className="flex flex-wrap items-center gap-x-2 text-[12px] text-ink-3">
          <ListKindMark kind={list.kind} />
          <span aria-hidden>·</span>
          <span>{word('risk.field', list.field)}</span>
          <span aria-hidden>·</span>
          <span className="font-mono">lists.{list.list_id}</span>
        </span>
      </Link>
    </li>
  )
}

/** The lists that rules may ask for. */
export default function ListsPage() {
  const { t } = useRisk()
  const { roles } = useUser()
  const lists = useQuery(listsQuery)
  const [isMaking, setIsMaking] = useState(false)
  return (
    <Page
      title={t('risk.lists')}
      lead={t('risk.lists.lead')}
      tabs={<RiskTabs />}
      actions={
        canChangePolicies(roles) && (
          <Button kind="primary" onClick={() => setIsMaking(true)}>
            <Plus size={15} aria-hidden />
            {t('risk.list.new')}
          </Button>
        )
      }
    >
      <Box title={t('risk.lists')} flush>
        {lists.isPending ? (
          <RowsSkeleton />
        ) : isLost(lists) || lists.data === undefined ? (
          <ErrorState error={lists.error} onRetry={() => void lists.refetch()} />
        ) : lists.data.items.length === 0 ? (
          <Notice icon={ListPlus} title={t('risk.lists.empty')} body={t('risk.lists.empty.body')} role="status" />
        ) : (
          <>
            <StaleNotice of={lists} />
            <ul aria-label={t('risk.lists')}>
              {lists.data.items.map((list) => (
                <ListRow key={list.list_id} list={list} />
              ))}
            </ul>
          </>
        )}
      </Box>
      {isMaking && <NewList onClose={() => setIsMaking(false)} />}
    </Page>
  )
}
