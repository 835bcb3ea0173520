import { Download, FileText, Paperclip } from 'lucide-react'
import { useRef, useState, type FormEvent } from 'react'
import { Box } from '@/design/box'
import { Button, IconButton } from '@/design/button'
import { CopyValue } from '@/design/copy-value'
import { TextField } from '@/design/text-field'
import { useDoing } from '@/features/cases/api'
import { Person } from '@/features/session/person'
import { contentOf, MAX_EVIDENCE_BYTES, mediaTypeOf } from '@/features/cases/files'
import { ProblemNote } from '@/features/cases/problem-note'
import type { CaseDetail, CaseEvidence } from '@/features/cases/types'
import { useCases } from '@/features/cases/words'
import { download } from '@/lib/download'
import { toMs } from '@/lib/time'

const MAX_WORDS = 4_000

function EvidenceRow({ caseId, of }: { caseId: string; of: CaseEvidence }) {
  const { t, date, count } = useCases()
  const [problem, setProblem] = useState<unknown>(null)
  const name = of.name ?? t('case.erased')
  const fetchIt = () => {
    setProblem(null)
    download(`/v1/cases/${caseId}/evidence/${of.evidence_id}`, name).catch(setProblem)
  }
  return (
    <li className="grid gap-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="flex items-start gap-3">
        <FileText size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-ink-3" />
        <div className="grid min-w-0 flex-1 gap-0.5">
          <span className="truncate font-medium text-ink">{name}</span>
          {of.reference !== null && <span className="truncate text-ink-2">{of.reference}</span>}
          <span className="flex flex-wrap items-center gap-x-2 text-[12px] text-ink-3 tabular">
            {of.size_bytes !== null && <span>{t('case.bytes', { bytes: count(of.size_bytes) })}</span>}
            <span>
              <Person id={of.added_by} /> · {date(toMs(of.added_at))}
            </span>
            <span className="flex items-center gap-1">
              SHA-256 <CopyValue value={of.sha256} />
            </span>
          </span>
        </div>
        {of.size_bytes !== null && of.name !== null && (
          <IconButton label={t('case.download', { name })} onClick={fetchIt}>
            <Download size={15} aria-hidden />
          </IconButton>
        )}
      </div>
      <ProblemNote error={problem} />
    </li>
  )
}

/** What a case rests on; each piece with the hash that was taken when it came. */
export function EvidenceBox({ of }: { of: CaseDetail }) {
  const { t, count } = useCases()
  const doing = useDoing(of)
  const chooser = useRef<HTMLInputElement>(null)
  const [tooLarge, setTooLarge] = useState<string | null>(null)
  const mayAttach = of.acts.includes('attach')
  const attach = async (file: File | undefined) => {
    if (!file) return
    const isTooLarge = file.size > MAX_EVIDENCE_BYTES || file.size === 0
    setTooLarge(isTooLarge ? file.name : null)
    if (isTooLarge) return
    doing.mutate({ how: 'attach', name: file.name, mediaType: mediaTypeOf(file), content: await contentOf(file) })
  }
  return (
    <Box
      title={t('case.evidence')}
      aside={
        mayAttach && (
          <>
            <input
              ref={chooser}
              type="file"
              hidden
              aria-hidden
              tabIndex={-1}
              onChange={(event) => {
                void attach(event.target.files?.[0])
                event.target.value = ''
              }}
            />
            <Button busy={doing.isPending} onClick={() => chooser.current?.click()} className="h-8 px-3">
              <Paperclip size={14} aria-hidden />
              {t('case.attach')}
            </Button>
          </>
        )
      }
      flush
    >
      {tooLarge !== null && (
        <p role="alert" className="px-4 pt-3 text-bad sm:px-5">
          {t('case.attach.size', { name: tooLarge, most: count(MAX_EVIDENCE_BYTES) })}
        </p>
      )}
      {doing.isError && (
        <div className="p-4 sm:p-5">
          <ProblemNote error={doing.error} />
        </div>
      )}
      {of.evidence.length === 0 ? (
        <p className="p-4 text-ink-3 sm:p-5">{t('case.evidence.none')}</p>
      ) : (
        <ul aria-label={t('case.evidence')}>
          {of.evidence.map((piece) => (
            <EvidenceRow key={piece.evidence_id} caseId={of.case_id} of={piece} />
          ))}
        </ul>
      )}
    </Box>
  )
}

/** What people wrote of a case, newest last; nothing of it can be changed. */
export function NotesBox({ of }: { of: CaseDetail }) {
  const { t, word, date, hourMinute } = useCases()
  const doing = useDoing(of)
  const [text, setText] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    doing.mutate({ how: 'note', text: text.trim() }, { onSuccess: () => setText('') })
  }
  return (
    <Box title={t('case.notes')} flush>
      {of.notes.length > 0 && (
        <ul aria-label={t('case.notes')}>
          {of.notes.map((note) => (
            <li key={note.note_id} className="grid gap-1 border-b border-line px-4 py-3 sm:px-5">
              <span className="flex flex-wrap items-baseline gap-x-2 text-[12px] text-ink-3 tabular">
                <span className="font-medium text-ink-2">
                  <Person id={note.author} />
                </span>
                {note.kind !== 'note' && <span>{word('case.note', note.kind)}</span>}
                <span className="ml-auto">
                  {date(toMs(note.written_at))} {hourMinute(toMs(note.written_at))}
                </span>
              </span>
              <p className="text-pretty break-words whitespace-pre-wrap text-ink">{note.text ?? t('case.erased')}</p>
            </li>
          ))}
        </ul>
      )}
      {of.acts.includes('note') ? (
        <form onSubmit={submit} className="grid gap-3 p-4 sm:p-5">
          <TextField label={t('case.note.new')} required maxLength={MAX_WORDS} value={text} onValue={setText} />
          <ProblemNote error={doing.error} />
          <Button type="submit" busy={doing.isPending} disabled={text.trim() === ''} className="justify-self-start">
            {t('case.note.write')}
          </Button>
        </form>
      ) : (
        of.notes.length === 0 && <p className="p-4 text-ink-3 sm:p-5">{t('case.notes.none')}</p>
      )}
    </Box>
  )
}
