import { useQuery } from '@tanstack/react-query'
import { UserRound } from 'lucide-react'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { BoxOutline, Outline } from '@/design/outlines'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { Notice } from '@/design/states'
import { customerQuery } from '@/features/accounts/api'
import { Declared } from '@/features/customers/declared'
import { CustomerWords, useCustomers } from '@/features/customers/words'
import { useUser } from '@/features/session/user'

const ProfileOutline = () => (
  <Outline>
    <BoxOutline rows={2} />
    <BoxOutline rows={5} />
  </Outline>
)

function Own({ customerId }: { customerId: string }) {
  const { t } = useCustomers()
  const customer = useQuery(customerQuery(customerId))
  return (
    <Page title={t('profile.title')} lead={customer.data?.full_name ?? customerId}>
      <Answered of={customer} outline={<ProfileOutline />}>
        {(found) => <Declared of={found} />}
      </Answered>
    </Page>
  )
}

function Profile() {
  const { t } = useCustomers()
  const { customer_id: me } = useUser()
  if (me !== null) return <Own customerId={me} />
  return (
    <Page title={t('profile.title')} lead={t('profile.nobody')}>
      <div className="panel">
        <Notice icon={UserRound} title={t('profile.nobody')} body={t('profile.nobody.body')} role="status" />
      </div>
    </Page>
  )
}

/** Oneself as the bank knows one: one's devices, and what one said that one earns. */
export default function ProfilePage() {
  return (
    <CustomerWords fallback={<PanelSkeleton />}>
      <Profile />
    </CustomerWords>
  )
}
