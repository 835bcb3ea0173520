import { useRisk } from '@/features/risk/words'
import { useUser } from '@/features/session/user'
import { shortId } from '@/lib/format'

/** Who did something: the API says which account, and only one's own has a name here. */
export function Person({ id }: { id: string }) {
  const { t } = useRisk()
  const user = useUser()
  if (id === user.id) return <span>{t('risk.you')}</span>
  return (
    <span title={id} className="tabular">
      {shortId(id.replace(/^user:/, ''))}
    </span>
  )
}
