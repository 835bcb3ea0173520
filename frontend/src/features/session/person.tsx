import { useUser } from '@/features/session/user'
import { shortId } from '@/lib/format'
import { useI18n } from '@/lib/i18n'

/** Who did something: the API says which account, and only one's own has a name here. */
export function Person({ id }: { id: string }) {
  const { t } = useI18n()
  const user = useUser()
  if (id === user.id) return <span>{t('common.you')}</span>
  return (
    <span title={id} className="whitespace-nowrap tabular">
      {shortId(id.replace(/^user:/, ''))}
    </span>
  )
}
