import { PencilLine } from 'lucide-react'
import { Button } from '@/design/button'
import { LinkButton } from '@/design/link-button'
import { useDraft } from '@/features/risk/store'
import { useRisk } from '@/features/risk/words'
import { useUser } from '@/features/session/user'

/** That there is a draft nobody has saved yet, and the way back to it. */
export function DraftNotice() {
  const { t } = useRisk()
  const user = useUser()
  const { owner, source, isChanged, discard } = useDraft()
  if (!isChanged || owner !== user.id) return null
  return (
    <div
      role="status"
      className="flex animate-fade flex-wrap items-center gap-x-4 gap-y-2 rounded-panel border border-line bg-caution-soft px-4 py-3"
    >
      <PencilLine size={16} strokeWidth={1.75} aria-hidden className="shrink-0 text-caution" />
      <p className="min-w-0 flex-[1_1_18rem] text-pretty">
        <span className="font-medium text-caution">{t('risk.unsaved')}</span>{' '}
        <span className="text-ink-2">{t('risk.unsaved.body')}</span>
      </p>
      <Button kind="quiet" onClick={discard}>
        {t('risk.discard')}
      </Button>
      <LinkButton to={source === 'built-in' ? '/risk/draft' : `/risk/draft?from=${source}`}>
        {t('risk.unsaved.continue')}
      </LinkButton>
    </div>
  )
}
