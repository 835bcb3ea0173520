import { CHAMPION, type ModelVersion } from '@/features/models/types'
import { Person } from '@/features/session/person'
import { useRisk } from '@/features/risk/words'
import { toMs } from '@/lib/time'

/** Who had a version decide, when and why; of a champion that nobody promoted, where it comes from. */
export function Promotion({ model }: { model: ModelVersion }) {
  const { t, date, hourMinute } = useRisk()
  const { promoted_by: by, promoted_at: at, promoted_why: why } = model
  if (by === null || at === null) {
    const isChampion = model.aliases.includes(CHAMPION)
    return (
      <p className="text-pretty text-ink-3">{t(isChampion ? 'model.promoted.byTraining' : 'model.promoted.never')}</p>
    )
  }
  return (
    <div className="grid gap-0.5">
      {why && <p className="text-pretty text-ink-2">{why}</p>}
      <p className="text-[12px] text-ink-3 tabular">
        {t('model.promoted.at', { date: date(toMs(at)), time: hourMinute(toMs(at)) })} {t('risk.by')} <Person id={by} />
      </p>
    </div>
  )
}
