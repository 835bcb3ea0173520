import { useState, type FormEvent } from 'react'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { useMoveDevice } from '@/features/customers/api'
import { deviceIdOf } from '@/features/customers/devices'
import { ProblemNote } from '@/features/customers/problem-note'
import { useCustomers } from '@/features/customers/words'

/** Asks for a device by what payments from it carry. */
export function DeviceForm({ customerId }: { customerId: string }) {
  const { t } = useCustomers()
  const asking = useMoveDevice(customerId)
  const [text, setText] = useState('')
  const [isWrong, setIsWrong] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const deviceId = deviceIdOf(text)
    setIsWrong(deviceId === null)
    if (deviceId !== null) asking.mutate({ how: 'ask', deviceId }, { onSuccess: () => setText('') })
  }
  return (
    <form aria-label={t('device.new')} onSubmit={submit} className="grid gap-3 border-t border-line p-4 sm:px-5">
      <div className="grid gap-2 sm:grid-cols-[minmax(0,1fr)_auto]">
        <Field label={t('device.id')} hint={t('device.id.hint')} problem={isWrong ? t('device.id.wrong') : undefined}>
          {(attributes) => (
            <input
              {...attributes}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
              className={`${INPUT} h-9 font-mono`}
            />
          )}
        </Field>
        <Button type="submit" busy={asking.isPending} className="justify-self-start sm:mt-[1.4rem]">
          {t('device.ask')}
        </Button>
      </div>
      <ProblemNote error={asking.error} />
    </form>
  )
}

/** Asks for the browser that the page is shown in. */
export function ThisDeviceForm({ customerId, deviceId }: { customerId: string; deviceId: string }) {
  const { t } = useCustomers()
  const asking = useMoveDevice(customerId)
  return (
    <div className="grid gap-3 border-t border-line p-4 sm:px-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 flex-[1_1_14rem] text-pretty text-ink-2">{t('device.this.not')}</p>
        <Button kind="primary" busy={asking.isPending} onClick={() => asking.mutate({ how: 'ask', deviceId })}>
          {t('device.this.ask')}
        </Button>
      </div>
      <ProblemNote error={asking.error} />
    </div>
  )
}
