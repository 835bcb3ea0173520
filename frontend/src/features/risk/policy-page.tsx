import { useQuery } from '@tanstack/react-query'
import { PencilLine } from 'lucide-react'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { LinkButton } from '@/design/link-button'
import { SplitOutline } from '@/design/outlines'
import { NotFound } from '@/design/states'
import { policyQuery } from '@/features/risk/api'
import { PolicyDocumentView } from '@/features/risk/policy-document'
import { PolicyHistory } from '@/features/risk/policy-history'
import { PolicyMoves } from '@/features/risk/policy-moves'
import { PolicyChip } from '@/features/risk/policy-status'
import { SimulationsBox } from '@/features/risk/simulations-box'
import { useRisk } from '@/features/risk/words'
import { canChangePolicies } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

function Version({ version }: { version: number }) {
  const { t } = useRisk()
  const { roles } = useUser()
  const policy = useQuery(policyQuery(version))
  const title = t('risk.version', { version })
  const mayChange = canChangePolicies(roles)
  return (
    <Page
      title={title}
      lead={policy.data?.note ?? '\u00a0'}
      back={{ to: '/risk', label: t('risk.title') }}
      actions={
        policy.data && (
          <>
            <PolicyChip status={policy.data.status} />
            {mayChange && (
              <LinkButton to={`/risk/draft?from=${version}`}>
                <PencilLine size={14} aria-hidden />
                {t('risk.editFrom')}
              </LinkButton>
            )}
          </>
        )
      }
    >
      <Answered of={policy} outline={<SplitOutline main={[2, 6]} aside={[3, 3]} asideFirst />}>
        {(data) => (
          <>
            <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_21rem]">
              <div className="order-2 grid min-w-0 gap-4 xl:order-1">
                <PolicyDocumentView document={data.document} />
              </div>
              <div className="order-1 grid min-w-0 gap-4 xl:order-2">
                <PolicyMoves policy={data} />
                <SimulationsBox version={version} mayStart={mayChange} />
                <Box title={t('risk.history')}>
                  <PolicyHistory moves={data.moves} />
                </Box>
              </div>
            </div>
          </>
        )}
      </Answered>
    </Page>
  )
}

export function PolicyPage() {
  const version = Number(useParams()['version'])
  return Number.isInteger(version) && version > 0 ? <Version key={version} version={version} /> : <NotFound />
}
