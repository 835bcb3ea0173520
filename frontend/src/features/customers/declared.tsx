import { DevicesBox } from '@/features/customers/devices-box'
import { IncomeBox } from '@/features/customers/income-box'
import type { Customer } from '@/features/customers/types'

/** What a customer told the bank, for themselves and for those who serve them. */
export function Declared({ of }: { of: Customer }) {
  const isKept = of.restricted_at === null
  return (
    <>
      <IncomeBox customerId={of.customer_id} isKept={isKept && of.status !== 'closed'} />
      <DevicesBox customerId={of.customer_id} isKept={isKept && of.status === 'active'} />
    </>
  )
}
