import { Link } from 'react-router'
import { Box } from '@/design/box'
import { Line } from '@/features/compliance/entry-facts'
import type { HitDetail } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'

/** Whom the bank knows: a customer, with whom they pay where it is about that one, or somebody outside who pays in. */
export function HitSide({ hit }: { hit: HitDetail }) {
  const { t } = useCompliance()
  return (
    <Box title={t(hit.about === 'payer' ? 'hit.payer' : 'hit.customer')}>
      <dl className="grid gap-y-1.5">
        <Line name={t('hit.names')}>
          <span className="font-medium">
            {(hit.about === 'payer' ? hit.payer_name : hit.customer_name) ?? t('hit.unknown')}
          </span>
        </Line>
        {hit.about === 'payee' && (
          <Line name={t('hit.payee')}>
            <span className="font-medium">{hit.payee_name ?? t('hit.unknown')}</span>
          </Line>
        )}
        {hit.payer_id !== null && (
          <Line name={t('hit.payer.id')}>
            <span className="font-mono text-[12.5px]">{hit.payer_id}</span>
          </Line>
        )}
        {hit.customer_id !== null && (
          <Line name={t('hit.customer')}>
            <Link to={`/accounts?customer_id=${encodeURIComponent(hit.customer_id)}`} className="text-accent underline">
              {hit.customer_id}
            </Link>
          </Line>
        )}
      </dl>
    </Box>
  )
}
