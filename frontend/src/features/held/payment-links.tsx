import { Link } from 'react-router'
import { usePanel } from '@/app/panel'
import { useOffice } from '@/features/office/words'

/** The ways from held money to its payment, and to where the money went. */
export function PaymentLinks({ transferId }: { transferId: string }) {
  const { t } = useOffice()
  const { openPanel } = usePanel()
  const look = 'inline-flex min-h-6 items-center rounded-[5px] font-medium text-accent hover:underline'
  return (
    <span className="flex flex-wrap gap-x-4">
      <button type="button" className={look} onClick={() => openPanel('decision', transferId)}>
        {t('held.payment')}
      </button>
      <Link to={`/compliance/trace?transfer=${transferId}`} className={look}>
        {t('held.trace')}
      </Link>
    </span>
  )
}
