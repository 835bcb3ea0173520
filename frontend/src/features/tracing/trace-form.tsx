import { useState, type FormEvent } from 'react'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { TransferField } from '@/features/held/report-fields'
import { useOffice } from '@/features/office/words'
import { FAN_OUTS, HOPS, HOURS, type Bounds } from '@/features/tracing/types'
import { isUuid } from '@/lib/ids'

interface ChoiceProps {
  label: string
  values: readonly number[]
  value: number
  onChange: (value: number) => void
  say: (value: number) => string
}

function Choice({ label, values, value, onChange, say }: ChoiceProps) {
  return (
    <Field label={label}>
      {(attributes) => (
        <select
          {...attributes}
          value={value}
          onChange={(event) => onChange(Number(event.target.value))}
          className={`${INPUT} h-9`}
        >
          {values.map((one) => (
            <option key={one} value={one}>
              {say(one)}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

interface TraceFormProps {
  transferId: string
  bounds: Bounds
  onTrace: (transferId: string, bounds: Bounds) => void
}

/** Which payment is followed, how long, how far and how wide: somebody says so before the graph is asked. */
export function TraceForm({ transferId: named, bounds: held, onTrace }: TraceFormProps) {
  const { t } = useOffice()
  const [transferId, setTransferId] = useState(named)
  const [bounds, setBounds] = useState(held)
  const [isChecked, setIsChecked] = useState(false)
  const isReadable = isUuid(transferId.trim())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsChecked(true)
    if (isReadable) onTrace(transferId.trim(), bounds)
  }
  return (
    <form
      onSubmit={submit}
      className="panel grid items-start min-[360px]:grid-cols-2 gap-3 p-4 sm:p-5 lg:grid-cols-[minmax(0,1fr)_9rem_9rem_9rem_auto]"
    >
      <TransferField
        value={transferId}
        onChange={setTransferId}
        isWrong={isChecked && !isReadable}
        hint={t('trace.transfer.hint')}
        className="min-[360px]:col-span-2 lg:col-span-1"
      />
      <Choice
        label={t('trace.within')}
        values={HOURS}
        value={bounds.hours}
        onChange={(hours) => setBounds({ ...bounds, hours })}
        say={(hours) => (hours < 72 ? t('trace.hours', { count: hours }) : t('trace.days', { count: hours / 24 }))}
      />
      <Choice
        label={t('trace.hops')}
        values={HOPS}
        value={bounds.hops}
        onChange={(hops) => setBounds({ ...bounds, hops })}
        say={(hops) => t('trace.hops.count', { count: hops })}
      />
      <Choice
        label={t('trace.fanOut')}
        values={FAN_OUTS}
        value={bounds.fanOut}
        onChange={(fanOut) => setBounds({ ...bounds, fanOut })}
        say={(fanOut) => t('trace.fanOut.count', { count: fanOut })}
      />
      <Button kind="primary" type="submit" className="self-end lg:mt-[1.375rem] lg:self-start">
        {t('trace.go')}
      </Button>
    </form>
  )
}
