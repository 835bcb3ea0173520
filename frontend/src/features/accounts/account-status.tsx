import { Chip, type ChipTone } from '@/design/chip'
import type { Account, AccountStatus } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'

const TONES: Record<AccountStatus, ChipTone> = {
  opened: 'accent',
  active: 'good',
  dormant: 'caution',
  blocked: 'bad',
  closed: 'quiet',
}

export function AccountStatusChip({ status }: Pick<Account, 'status'>) {
  const { t } = useAccounts()
  return <Chip tone={TONES[status]}>{t(`account.status.${status}`)}</Chip>
}

/** What somebody calls an account: its own name, else its product's. */
export function useAccountName(): (account: Pick<Account, 'nickname' | 'product'>) => string {
  const { word } = useAccounts()
  return ({ nickname, product }) => nickname ?? word('account.product', product)
}
