import { Navigate } from 'react-router'
import { canKeepLists } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

/** Whoever works cases begins with what is due; everybody else with what scenarios look for. */
export function ComplianceHome() {
  const { roles } = useUser()
  return <Navigate to={canKeepLists(roles) ? '/compliance/today' : '/compliance/scenarios'} replace />
}
