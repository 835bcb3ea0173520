import { useQuery } from '@tanstack/react-query'
import { Smartphone } from 'lucide-react'
import { useState } from 'react'
import { AskedBox } from '@/design/asked-box'
import { ConfirmDialog } from '@/design/confirm-dialog'
import { Folded } from '@/design/folded'
import { Notice } from '@/design/states'
import { devicesQuery, useMoveDevice } from '@/features/customers/api'
import { DeviceForm, ThisDeviceForm } from '@/features/customers/device-form'
import { DeviceRow } from '@/features/customers/device-row'
import { sorted } from '@/features/customers/devices'
import { ProblemNote } from '@/features/customers/problem-note'
import { thisDevice } from '@/features/customers/this-device'
import type { Device } from '@/features/customers/types'
import { useCustomers } from '@/features/customers/words'
import { canKeepAccounts } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

interface Asking {
  how: 'confirm' | 'remove'
  device: Device
}

interface AskedDialogProps {
  customerId: string
  asking: Asking
  isOwn: boolean
  onClose: () => void
}

/** Says what comes of a confirmation or a removal, and does it. */
function AskedDialog({ customerId, asking: { how, device }, isOwn, onClose }: AskedDialogProps) {
  const { t } = useCustomers()
  const moving = useMoveDevice(customerId)
  return (
    <ConfirmDialog
      title={t(`device.${how}.title`)}
      action={t(`device.${how}`)}
      busy={moving.isPending}
      onConfirm={() => moving.mutate({ how, deviceId: device.device_id }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className="font-mono text-[12.5px] [overflow-wrap:anywhere] text-ink">{device.device_id}</p>
      <p className="text-pretty text-ink-2">{t(`device.${how}.body.${isOwn ? 'own' : 'staff'}`)}</p>
      <ProblemNote error={moving.error} />
    </ConfirmDialog>
  )
}

interface DevicesBoxProps {
  customerId: string
  isKept: boolean
}

/** From which devices a customer lets payments come: what waits, what is registered, what was; registered and removed here. */
export function DevicesBox({ customerId, isKept }: DevicesBoxProps) {
  const { t } = useCustomers()
  const { roles, customer_id: me } = useUser()
  const devices = useQuery(devicesQuery(customerId))
  const [asking, setAsking] = useState<Asking | null>(null)
  const isOwn = me === customerId
  const mayWrite = canKeepAccounts(roles)
  const [here] = useState(() => (isOwn ? thisDevice() : null))
  return (
    <AskedBox title={t(isOwn ? 'devices.title.own' : 'devices.title')} of={devices} rows={3}>
      {(found) => {
        const { kept, removed } = sorted(found.devices)
        const mayAskHere = here !== null && !kept.some(({ device_id }) => device_id === here)
        const row = (of: Device) => (
          <DeviceRow
            key={`${of.device_id} ${of.number}`}
            of={of}
            isThis={of.device_id === here && of.state !== 'removed'}
            onMove={mayWrite ? (how) => setAsking({ how, device: of }) : null}
          />
        )
        return (
          <>
            {kept.length === 0 ? (
              <Notice icon={Smartphone} title={t('devices.none')} body={t('devices.none.body')} role="status" />
            ) : (
              <ul aria-label={t('devices.list')}>{kept.map(row)}</ul>
            )}
            {mayWrite && isKept && isOwn && mayAskHere && <ThisDeviceForm customerId={customerId} deviceId={here} />}
            {mayWrite && isKept && !isOwn && <DeviceForm customerId={customerId} />}
            {removed.length > 0 && (
              <Folded title={t('devices.removed', { count: removed.length })}>
                <ul aria-label={t('devices.removed.list')} className="border-t border-line">
                  {removed.map(row)}
                </ul>
              </Folded>
            )}
            {asking && (
              <AskedDialog
                key={`${asking.how} ${asking.device.device_id}`}
                customerId={customerId}
                asking={asking}
                isOwn={isOwn}
                onClose={() => setAsking(null)}
              />
            )}
          </>
        )
      }}
    </AskedBox>
  )
}
