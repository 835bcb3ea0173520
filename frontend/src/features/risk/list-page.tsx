import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ListPlus, Trash2 } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Box } from '@/design/box'
import { Button, IconButton } from '@/design/button'
import { CopyValue } from '@/design/copy-value'
import { Check, Field, INPUT } from '@/design/field'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice } from '@/design/states'
import { entriesQuery, listsQuery, useAddEntry, useRemoveEntry } from '@/features/risk/api'
import { ListKindMark } from '@/features/risk/lists-page'
import { Person } from '@/features/session/person'
import { ProblemNote } from '@/features/risk/problem-note'
import type { Entry } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { canKeepLists } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'

const MAX_VALUE = 64
const MAX_REASON = 500

function AddEntry({ listId }: { listId: string }) {
  const { t } = useRisk()
  const add = useAddEntry(listId)
  const [value, setValue] = useState('')
  const [reason, setReason] = useState('')
  const [expires, setExpires] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // What the field says is the reader's own time; the API wants its offset.
    const expiresAt = expires ? new Date(expires).toISOString() : null
    const clear = () => {
      setValue('')
      setReason('')
      setExpires('')
    }
    add.mutate({ value: value.trim(), reason: reason.trim(), expires_at: expiresAt }, { onSuccess: clear })
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
      <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1.6fr)_minmax(0,1fr)_auto] sm:items-start">
        <Field label={t('risk.entry.value')}>
          {(attributes) => (
            <input
              {...attributes}
              required
              pattern="[A-Za-z0-9._:@\-]+"
              maxLength={MAX_VALUE}
              spellCheck={false}
              autoCapitalize="off"
              value={value}
              onChange={(event) => setValue(event.target.value)}
              className={`${INPUT} h-9 font-mono`}
            />
          )}
        </Field>
        <Field label={t('risk.entry.reason')}>
          {(attributes) => (
            <input
              {...attributes}
              required
              maxLength={MAX_REASON}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
        <Field label={t('risk.entry.expires')} hint={t('risk.entry.expires.hint')}>
          {(attributes) => (
            <input
              {...attributes}
              type="datetime-local"
              value={expires}
              onChange={(event) => setExpires(event.target.value)}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
        <Button kind="primary" type="submit" busy={add.isPending} className="sm:mt-[1.4rem]">
          {t('risk.entry.add')}
        </Button>
      </div>
      <ProblemNote error={add.error} />
    </form>
  )
}

interface EntryRowProps {
  entry: Entry
  mayRemove: boolean
  onRemove: () => void
}

function EntryRow({ entry, mayRemove, onRemove }: EntryRowProps) {
  const { t, date, hourMinute } = useRisk()
  const at = (instant: string) => t('risk.at', { date: date(toMs(instant)), time: hourMinute(toMs(instant)) })
  const isGone = entry.removed_at !== null
  return (
    <li className="flex items-start gap-3 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <span className="flex flex-wrap items-center gap-x-3">
          <CopyValue value={entry.value} className={isGone ? 'line-through' : ''} />
          {entry.expires_at !== null && !isGone && (
            <span className="text-[12px] text-caution tabular">
              {t('risk.entry.until', { at: at(entry.expires_at) })}
            </span>
          )}
        </span>
        <span className="text-pretty text-ink-2">{entry.reason}</span>
        <span className="text-[12px] text-ink-3 tabular">
          {t('risk.entry.added')} <Person id={entry.added_by} /> · {at(entry.added_at)}
        </span>
        {entry.removed_at !== null && entry.removed_by !== null && (
          <span className="text-[12px] text-ink-3 tabular">
            {t('risk.entry.removed')} <Person id={entry.removed_by} /> · {at(entry.removed_at)}
          </span>
        )}
      </div>
      {mayRemove && !isGone && (
        <IconButton label={t('risk.entry.remove', { value: entry.value })} onClick={onRemove}>
          <Trash2 size={15} aria-hidden />
        </IconButton>
      )}
    </li>
  )
}

function Entries({ listId, removed, mayKeep }: { listId: string; removed: boolean; mayKeep: boolean }) {
  const { t } = useRisk()
  const entries = useInfiniteQuery(entriesQuery(listId, removed))
  const remove = useRemoveEntry(listId)
  const items = entries.data?.pages.flatMap((page) => page.items) ?? []
  if (entries.isPending) return <RowsSkeleton rows={3} />
  if (isLost(entries)) return <ErrorState error={entries.error} onRetry={() => void entries.refetch()} />
  if (items.length === 0) {
    return <Notice icon={ListPlus} title={t('risk.entries.empty')} body={t('risk.entries.empty.body')} role="status" />
  }
  return (
    <>
      <StaleNotice of={entries} />
      {remove.isError && (
        <div className="p-4">
          <ProblemNote error={remove.error} />
        </div>
      )}
      <ul aria-label={t('risk.entries')}>
        {items.map((entry) => (
          <EntryRow
            key={entry.entry_id}
            entry={entry}
            mayRemove={mayKeep}
            onRemove={() => remove.mutate(entry.value)}
          />
        ))}
      </ul>
      <NextPageNotice of={entries} />
      {entries.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button busy={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
            {t('risk.more')}
          </Button>
        </div>
      )}
    </>
  )
}

/** One list: what is on it, why, until when. */
export default function ListPage() {
  const { t, word } = useRisk()
  const { roles } = useUser()
  const listId = useParams()['listId'] ?? ''
  const [removed, setRemoved] = useState(false)
  const lists = useQuery(listsQuery)
  const list = lists.data?.items.find((one) => one.list_id === listId)
  const mayKeep = canKeepLists(roles)
  return (
    <Page
      title={list?.sentence ?? listId}
      lead={list ? t('risk.list.lead', { field: word('risk.field', list.field), name: `lists.${listId}` }) : '\u00a0'}
      back={{ to: '/risk/lists', label: t('risk.lists') }}
      actions={list && <ListKindMark kind={list.kind} />}
    >
      {mayKeep && (
        <Box title={t('risk.entry.new')}>
          <AddEntry listId={listId} />
        </Box>
      )}
      <Box
        title={t('risk.entries')}
        aside={<Check label={t('risk.entries.removed')} checked={removed} onChange={setRemoved} />}
        flush
      >
        <Entries key={`${listId} ${removed}`} listId={listId} removed={removed} mayKeep={mayKeep} />
      </Box>
    </Page>
  )
}
