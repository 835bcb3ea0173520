import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { Page } from '@/app/page'
import { Box } from '@/design/box'
import { Field, INPUT } from '@/design/field'
import { Modal } from '@/design/modal'
import { Button } from '@/design/button'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { policyQuery, useWrite, vocabularyQuery } from '@/features/risk/api'
import { CostsEditor } from '@/features/risk/costs-editor'
import { draftOf, read, type Draft } from '@/features/risk/draft'
import { findingsOfWhole } from '@/features/risk/marks'
import { RulesEditor } from '@/features/risk/rules-editor'
import { SaveBar } from '@/features/risk/save-bar'
import { SegmentsEditor } from '@/features/risk/segments-editor'
import { useDraft, type Source } from '@/features/risk/store'
import { ThresholdFields } from '@/features/risk/threshold-fields'
import type { PolicyDocument } from '@/features/risk/types'
import { useCheck } from '@/features/risk/use-check'
import { useLeaveWarning } from '@/features/risk/use-leave-warning'
import { useRisk } from '@/features/risk/words'
import { useUser } from '@/features/session/user'
import { useI18n } from '@/lib/i18n'

/** Where a draft from the built-in rules begins: they take their thresholds from the model, which names none here. */
const FIRST_THRESHOLDS = { review_from: 0.05, deny_from: 0.6 }

/** The document that a draft begins from. */
function useSource(source: Source) {
  const isBuiltIn = source === 'built-in'
  const vocabulary = useQuery(vocabularyQuery)
  const policy = useQuery({ ...policyQuery(isBuiltIn ? 0 : source), enabled: !isBuiltIn })
  const document: PolicyDocument | undefined = isBuiltIn
    ? vocabulary.data && { ...FIRST_THRESHOLDS, rules: vocabulary.data.built_in }
    : policy.data?.document
  return { document, asked: isBuiltIn ? vocabulary : policy }
}

function DiscardDialog({ open, onClose, onDiscard }: { open: boolean; onClose: () => void; onDiscard: () => void }) {
  const { t } = useRisk()
  return (
    <Modal open={open} onOpenChange={(next) => !next && onClose()} title={t('risk.discard.title')} className="max-w-md">
      <div className="grid gap-4 px-5 pt-1 pb-5">
        <p className="text-pretty text-ink-2">{t('risk.discard.body')}</p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('risk.discard.keep')}</Button>
          <Button kind="primary" onClick={onDiscard}>
            {t('risk.discard')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}

function Editor({ draft, source }: { draft: Draft; source: Source }) {
  const { t } = useRisk()
  const navigate = useNavigate()
  const { note, isChanged, change, setNote, discard } = useDraft()
  const [asksDiscard, setAsksDiscard] = useState(false)
  const write = useWrite()
  const { document, problems } = useMemo(() => read(draft), [draft])
  const { checked, error, isBusy, refetch } = useCheck(document)
  useLeaveWarning(isChanged)
  const ofWhole = findingsOfWhole(checked)
  const wrongCount = Object.keys(problems).length + (checked?.findings.length ?? 0)
  const leave = (to: string) => {
    discard()
    void navigate(to)
  }
  const back = source === 'built-in' ? '/risk' : `/risk/policies/${source}`
  const save = () =>
    write.mutate(
      { document, note: note.trim(), based_on: source === 'built-in' ? null : source },
      { onSuccess: ({ version }) => leave(`/risk/policies/${version}`) },
    )
  const controlProblem = problems['control_group_ppm']
  return (
    <>
      <div data-problem={ofWhole.length > 0 || undefined}>
        <Box title={t('risk.thresholds')}>
          <p className="mb-4 max-w-[64ch] text-pretty text-ink-3">{t('risk.thresholds.body')}</p>
          <ThresholdFields
            texts={draft}
            prefix=""
            problems={problems}
            onChange={(part) => change((before) => ({ ...before, ...part }))}
          />
          <Field
            label={t('risk.percent', { name: t('risk.controlGroup') })}
            hint={t('risk.controlGroup.hint')}
            problem={controlProblem && t(`risk.wrong.${controlProblem}`)}
            className="mt-3 max-w-96"
          >
            {(attributes) => (
              <input
                {...attributes}
                inputMode="decimal"
                autoComplete="off"
                value={draft.controlGroup}
                onChange={(event) => change((before) => ({ ...before, controlGroup: event.target.value }))}
                className={`${INPUT} h-9 max-w-40 tabular`}
              />
            )}
          </Field>
          {ofWhole.map(({ where, message }) => (
            <p key={where + message} role="alert" className="mt-3 text-bad">
              {message}
            </p>
          ))}
        </Box>
      </div>
      <RulesEditor rules={draft.rules} document={document} problems={problems} checked={checked} change={change} />
      <SegmentsEditor draft={draft} document={document} problems={problems} checked={checked} change={change} />
      <CostsEditor costs={draft.costs} problems={problems} change={change} />
      <SaveBar
        note={note}
        onNote={setNote}
        wrongCount={wrongCount}
        isChecking={isBusy}
        checkError={error}
        onCheckAgain={() => void refetch()}
        isSaving={write.isPending}
        saveError={write.error}
        onSave={save}
        onDiscard={() => (isChanged ? setAsksDiscard(true) : leave(back))}
      />
      <DiscardDialog open={asksDiscard} onClose={() => setAsksDiscard(false)} onDiscard={() => leave(back)} />
    </>
  )
}

/** A draft from a version or from the built-in rules. One draft is written at a time; a changed one is gone on with. */
export default function EditorPage() {
  const { t } = useRisk()
  const { language } = useI18n()
  const user = useUser()
  const [search] = useSearchParams()
  const from = Number(search.get('from'))
  const wanted: Source = Number.isInteger(from) && from > 0 ? from : 'built-in'
  const { owner, draft, source, isChanged, begin } = useDraft()
  const goesOn = owner === user.id && draft !== null && (isChanged || source === wanted)
  const { document, asked } = useSource(goesOn ? source : wanted)
  useEffect(() => {
    if (!goesOn && document) begin(user.id, wanted, draftOf(document, language))
  }, [goesOn, document, begin, user.id, wanted, language])
  const isOther = goesOn && source !== wanted
  const base = goesOn ? source : wanted
  return (
    <Page
      title={t('risk.draft.title')}
      lead={base === 'built-in' ? t('risk.draft.fromBuiltIn') : t('risk.basedOn', { version: base })}
      back={{ to: '/risk', label: t('risk.title') }}
    >
      {isOther && (
        <p role="status" className="rounded-control bg-caution-soft px-3 py-2.5 text-pretty text-ink-2">
          {t('risk.draft.other')}
        </p>
      )}
      {goesOn ? (
        <Editor draft={draft} source={source} />
      ) : (
        <div className="panel">
          {isLost(asked) ? <ErrorState error={asked.error} onRetry={() => void asked.refetch()} /> : <RowsSkeleton />}
        </div>
      )}
    </Page>
  )
}
