import { useInfiniteQuery } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { Notice } from '@/design/states'
import { HeldList, HeldRow } from '@/features/held/held-list'
import { recoveriesQuery } from '@/features/held/recoveries'
import { RecoveryChip } from '@/features/held/recovery-chip'
import { RecoveryForm } from '@/features/held/recovery-form'
import type { Shown } from '@/features/held/types'
import { useOffice } from '@/features/office/words'
import { shortId } from '@/lib/format'

/** Pix that customers here were defrauded of, and what is asked back of them: what is due first at first. */
export default function RecoveriesPage() {
  const { t } = useOffice()
  const [search, setSearch] = useSearchParams()
  const shown: Shown = search.get('show') === 'ended' ? 'ended' : 'waiting'
  const recoveries = useInfiniteQuery(recoveriesQuery(shown))
  return (
    <HeldList
      title={t('recovery.title')}
      lead={t('recovery.lead')}
      shown={shown}
      onShow={(next) => setSearch(next === 'ended' ? { show: next } : {}, { replace: true })}
      of={recoveries}
      none={<Notice icon={Undo2} title={t(`recovery.none.${shown}`)} body={t('recovery.none.body')} role="status" />}
      form={<RecoveryForm transferId={search.get('transfer') ?? ''} />}
      row={(of) => (
        <HeldRow
          key={of.recovery_id}
          of={of}
          to={`/compliance/disputes/sent/${of.recovery_id}`}
          name={of.external_id ?? shortId(of.recovery_id)}
          chip={<RecoveryChip state={of.state} />}
          result={of.result && t(`recovery.result.${of.result}`)}
        />
      )}
    />
  )
}
