import { Laptop, Smartphone } from 'lucide-react'
import { Button } from '@/design/button'
import { Chip, type ChipTone } from '@/design/chip'
import { classes } from '@/design/classes'
import { CopyValue } from '@/design/copy-value'
import { isTooLate } from '@/features/customers/devices'
import type { Device } from '@/features/customers/types'
import { useCustomers } from '@/features/customers/words'
import { Person } from '@/features/session/person'
import { toMs } from '@/lib/time'
import { useNow } from '@/lib/use-now'

const TONES: Record<Device['state'], ChipTone> = { asked: 'caution', registered: 'good', removed: 'quiet' }
const STEP_MS = 30_000

/** Since when it stands as it does, and by whom. */
function Since({ of }: { of: Device }) {
  const { t, date, hourMinute } = useCustomers()
  const at = (moment: string) => t('customer.at', { date: date(toMs(moment)), time: hourMinute(toMs(moment)) })
  return (
    <span className="text-[12px] text-pretty text-ink-3 tabular">
      {of.confirmed_at !== null && of.confirmed_by !== null && (
        <>
          {t('device.registered', { at: at(of.confirmed_at) })} <Person id={of.confirmed_by} />
        </>
      )}
      {of.confirmed_at === null && t('device.asked', { at: at(of.asked_at) })}
      {of.removed_at !== null && ` · ${t('device.removed', { at: at(of.removed_at) })}`}
    </span>
  )
}

/** Until when it may be confirmed, or that it is too late for that. */
function Waiting({ of }: { of: Device }) {
  const { t, date, hourMinute } = useCustomers()
  const nowMs = useNow(STEP_MS)
  if (of.confirm_until === null) return null
  const until = toMs(of.confirm_until)
  return (
    <span className="text-[12.5px] text-pretty text-caution tabular">
      {isTooLate(of, nowMs)
        ? t('device.tooLate')
        : t('device.confirmUntil', { at: t('customer.at', { date: date(until), time: hourMinute(until) }) })}
    </span>
  )
}

interface DeviceRowProps {
  of: Device
  isThis: boolean
  /** Null for those who only look. */
  onMove: ((how: 'confirm' | 'remove') => void) | null
}

/** One registration: which device, how it stands and since when, and what may be done with it. */
export function DeviceRow({ of, isThis, onMove }: DeviceRowProps) {
  const { t } = useCustomers()
  const nowMs = useNow(STEP_MS)
  const isRemoved = of.state === 'removed'
  const Icon = of.device_id.startsWith('web-') ? Laptop : Smartphone
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-3 border-b border-line px-4 py-3.5 last:border-b-0 sm:px-5">
      <Icon size={17} strokeWidth={1.75} aria-hidden className="mt-1 shrink-0 text-ink-3" />
      <div className="grid min-w-0 flex-[1_1_12rem] gap-1">
        <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <CopyValue value={of.device_id} className={classes(isRemoved && 'text-ink-3')} />
          <Chip tone={TONES[of.state]}>{t(`device.state.${of.state}`)}</Chip>
          {isThis && <Chip tone="accent">{t('device.this')}</Chip>}
        </span>
        <Since of={of} />
        <Waiting of={of} />
      </div>
      {onMove && !isRemoved && (
        <span className="flex flex-wrap gap-2 max-sm:basis-full max-sm:pl-[33px]">
          {of.state === 'asked' && !isTooLate(of, nowMs) && (
            <Button
              kind="primary"
              aria-label={t('device.confirm.of', { id: of.device_id })}
              onClick={() => onMove('confirm')}
            >
              {t('device.confirm')}
            </Button>
          )}
          <Button aria-label={t('device.remove.of', { id: of.device_id })} onClick={() => onMove('remove')}>
            {t('device.remove')}
          </Button>
        </span>
      )}
    </li>
  )
}
