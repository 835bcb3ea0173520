import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { Modal } from '@/design/modal'
import { Segmented } from '@/design/segmented'
import {
  BANK_ZONE,
  FORMATS,
  PERIODS,
  periodOf,
  statementPath,
  type Format,
  type Period,
  type PeriodName,
} from '@/features/accounts/statement'
import { useAccounts } from '@/features/accounts/words'
import { dayIn } from '@/lib/days'
import { download } from '@/lib/download'
import { ApiError } from '@/lib/http'

function Formats({ format, onChange }: { format: Format; onChange: (format: Format) => void }) {
  const { t } = useAccounts()
  return (
    <fieldset>
      <legend className="text-[12px] font-medium text-ink-2">{t('statement.format')}</legend>
      <div className="mt-1 grid">
        {FORMATS.map((name) => (
          <label
            key={name}
            className="flex min-h-8 cursor-pointer items-center gap-2.5 text-ink-2 has-checked:text-ink"
          >
            <input
              type="radio"
              name="format"
              value={name}
              checked={format === name}
              onChange={() => onChange(name)}
              className="size-4 accent-(--accent-strong)"
            />
            {t(`statement.format.${name}`)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** Why no statement came. */
function Refusal({ error }: { error: Error }) {
  const { t } = useAccounts()
  const isTooLong = error instanceof ApiError && error.problem.code === 'statement-too-long'
  const why = error instanceof ApiError && error.status >= 400 && error.status < 500 ? error.message : t('error.server')
  return (
    <p role="alert" className="rounded-control bg-bad-soft px-3 py-2.5 text-bad">
      {isTooLong ? t('statement.tooLong') : t('statement.failed', { why })}
    </p>
  )
}

interface StatementDialogProps {
  accountId: string
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** A statement of whole days, in the format that is wanted. */
export function StatementDialog({ accountId, open, onOpenChange }: StatementDialogProps) {
  const { t } = useAccounts()
  const [name, setName] = useState<PeriodName>('month')
  const [format, setFormat] = useState<Format>('pdf')
  const [days, setDays] = useState({ first: '', last: '' })
  const [isWrong, setIsWrong] = useState(false)
  const fetched = useMutation({
    mutationFn: (period: Period) => download(statementPath(accountId, period, format), `statement.${format}`),
    onSuccess: () => onOpenChange(false),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const period = periodOf(name, dayIn(BANK_ZONE, Date.now()), days.first, days.last)
    setIsWrong(period === null)
    if (period) fetched.mutate(period)
  }
  const day = (which: 'first' | 'last') => (
    <Field label={t(`statement.${which}`)} problem={isWrong && which === 'last' ? t('statement.wrong') : undefined}>
      {(attributes) => (
        <input
          {...attributes}
          type="date"
          value={days[which]}
          onChange={(event) => setDays((before) => ({ ...before, [which]: event.target.value }))}
          className={`${INPUT} h-9`}
        />
      )}
    </Field>
  )
  return (
    <Modal open={open} onOpenChange={onOpenChange} title={t('statement.title')} className="max-w-md">
      <form onSubmit={submit} className="grid max-h-[64vh] grid-cols-1 gap-5 overflow-y-auto p-5">
        <div>
          <p aria-hidden className="mb-1 text-[12px] font-medium text-ink-2">
            {t('statement.period')}
          </p>
          <Segmented
            label={t('statement.period')}
            value={name}
            onChange={setName}
            options={PERIODS.map((value) => ({ value, label: t(`statement.period.${value}`) }))}
          />
        </div>
        {name === 'custom' && (
          <div className="grid grid-cols-2 gap-3">
            {day('first')}
            {day('last')}
          </div>
        )}
        <Formats format={format} onChange={setFormat} />
        {fetched.isError && <Refusal error={fetched.error} />}
        <Button kind="primary" type="submit" busy={fetched.isPending}>
          <Download size={15} aria-hidden />
          {t(fetched.isPending ? 'statement.busy' : 'statement.download')}
        </Button>
      </form>
    </Modal>
  )
}
