import { Plus } from 'lucide-react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import type { Checked } from '@/features/risk/api'
import { moved, newSegment, type Draft, type DraftSegment, type Problems } from '@/features/risk/draft'
import { ExpressionField } from '@/features/risk/expression-field'
import { findingsOf } from '@/features/risk/marks'
import { PartCard } from '@/features/risk/part-card'
import { ThresholdFields } from '@/features/risk/threshold-fields'
import type { PolicyDocument } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'

const MAX_SEGMENTS = 32
const MAX_CODE = 48

interface SegmentsEditorProps {
  draft: Draft
  /** What the draft means, as the API is asked about it. */
  document: PolicyDocument
  problems: Problems
  checked: Checked | undefined
  change: (change: (draft: Draft) => Draft) => void
}

/** Other thresholds for some payments; of several the first that holds counts, so their order matters. */
export function SegmentsEditor({ draft, document, problems, checked, change }: SegmentsEditorProps) {
  const { t } = useRisk()
  const { segments } = draft
  const setSegments = (next: (before: DraftSegment[]) => DraftSegment[]) =>
    change((before) => ({ ...before, segments: next(before.segments) }))
  return (
    <Box
      title={t('risk.segments')}
      flush
      aside={
        <Button
          disabled={segments.length >= MAX_SEGMENTS}
          onClick={() => setSegments((before) => [...before, newSegment(draft)])}
        >
          <Plus size={14} aria-hidden />
          {t('risk.segment.add')}
        </Button>
      }
    >
      {segments.length === 0 && <p className="p-4 text-pretty text-ink-3 sm:p-5">{t('risk.segments.none')}</p>}
      <ol aria-label={t('risk.segments')}>
        {segments.map((segment, index) => {
          const where = `segments[${index}]`
          const findings = findingsOf(checked, 'segments', document.segments?.[index])
          const edit = (part: Partial<DraftSegment>) =>
            setSegments((before) => before.map((one) => (one.key === segment.key ? { ...one, ...part } : one)))
          const wrong = (name: string) => {
            const problem = problems[`${where}.${name}`]
            return problem && t(`risk.wrong.${problem}`)
          }
          const others = findings.filter((finding) => !finding.where.endsWith('.when'))
          const isWrong = findings.length > 0 || Object.keys(problems).some((name) => name.startsWith(`${where}.`))
          return (
            <PartCard
              key={segment.key}
              name={segment.code || t('risk.segment.new')}
              isWrong={isWrong}
              startsOpen={segment.code === ''}
              isFirst={index === 0}
              isLast={index === segments.length - 1}
              onMove={(step) => setSegments((before) => moved(before, index, step))}
              onRemove={() => setSegments((before) => before.filter(({ key }) => key !== segment.key))}
              summary={
                <>
                  <span className="block font-mono text-[12.5px] leading-6 text-ink">
                    {segment.code || t('risk.segment.new')}
                  </span>
                  <span className="block truncate font-mono text-[12px] text-ink-3">{segment.when}</span>
                </>
              }
            >
              <ExpressionField
                label={t('risk.segment.when')}
                value={segment.when}
                onChange={(when) => edit({ when })}
                findings={findings.filter((finding) => finding.where.endsWith('.when'))}
                problem={wrong('when')}
              />
              <Field label={t('risk.rule.code')} problem={wrong('code')} className="max-w-72">
                {(attributes) => (
                  <input
                    {...attributes}
                    value={segment.code}
                    maxLength={MAX_CODE}
                    spellCheck={false}
                    autoCapitalize="off"
                    onChange={(event) => edit({ code: event.target.value })}
                    className={`${INPUT} h-9 font-mono`}
                  />
                )}
              </Field>
              <ThresholdFields texts={segment} prefix={`${where}.`} problems={problems} onChange={edit} />
              {others.map(({ message }) => (
                <p key={message} className="text-bad">
                  {message}
                </p>
              ))}
            </PartCard>
          )
        })}
      </ol>
    </Box>
  )
}
