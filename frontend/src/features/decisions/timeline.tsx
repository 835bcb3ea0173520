import type { Decision } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { toMs } from '@/lib/time'

/** When it happened, when we learned of it, when it was decided; with the time between. */
export function Timeline({ decision }: { decision: Decision }) {
  const { t, preciseClock, duration } = useI18n()
  const steps = [
    { name: t('decision.timeline.event'), atMs: toMs(decision.event_time) },
    { name: t('decision.timeline.known'), atMs: toMs(decision.known_at) },
    { name: `${t('decision.timeline.scored')}: ${t(`verdict.${decision.verdict}`)}`, atMs: toMs(decision.scored_at) },
  ]
  return (
    <ol>
      {steps.map((step, index) => {
        const before = steps[index - 1]
        const betweenMs = before ? step.atMs - before.atMs : 0
        return (
          <li key={step.name} className="relative grid grid-cols-[1fr_auto] gap-x-4 pb-3 pl-5 last:pb-0">
            {index < steps.length - 1 && (
              <span aria-hidden className="absolute top-3 bottom-[-7px] left-[3px] w-px bg-line-strong" />
            )}
            <span aria-hidden className="absolute top-[7px] left-0 size-[7px] rounded-full bg-accent" />
            <span className="text-ink">{step.name}</span>
            <span className="text-right text-ink-3 tabular">
              {betweenMs > 0 && <span className="mr-3 text-[12px]">+{duration(betweenMs * 1_000)}</span>}
              {preciseClock(step.atMs)}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
