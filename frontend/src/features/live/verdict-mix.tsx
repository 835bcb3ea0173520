import { Skeleton } from '@/design/skeleton'
import { classes } from '@/design/classes'
import { VERDICT_LOOKS } from '@/features/decisions/verdict'
import { Cell } from '@/features/live/cell'
import { useLive } from '@/features/live/store'
import { VERDICTS } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

/** How decisions were made since the feed's `since`: one bar, and the four counts in words. */
export function VerdictMix() {
  const { t, count, percent } = useI18n()
  const verdicts = useLive((state) => state.stats?.verdicts)
  const total = verdicts ? VERDICTS.reduce((sum, verdict) => sum + verdicts[verdict], 0) : 0
  return (
    <Cell name={t('live.mix')} className="col-span-2 sm:col-span-1">
      {verdicts ? (
        <>
          <p className="mt-1 text-[20px] leading-7 font-semibold tracking-tight tabular">
            {t('live.mix.total', { count: total })}
          </p>
          <div aria-hidden className="mt-3 flex h-2 gap-0.5 overflow-hidden rounded-full bg-sunken">
            {VERDICTS.map((verdict) => (
              <span
                key={verdict}
                className={classes(
                  'h-full min-w-[3px] first:rounded-l-full last:rounded-r-full',
                  VERDICT_LOOKS[verdict].mark,
                )}
                style={{ flexGrow: verdicts[verdict], flexBasis: 0 }}
              />
            ))}
          </div>
          <dl className="mt-4 grid gap-1.5">
            {VERDICTS.map((verdict) => (
              <div key={verdict} className="flex items-center gap-2">
                <dt className="flex min-w-0 flex-1 items-center gap-2 text-ink-2">
                  <span aria-hidden className={classes('size-2 rounded-full', VERDICT_LOOKS[verdict].mark)} />
                  <span className="truncate">{t(`verdict.${verdict}`)}</span>
                </dt>
                <dd className="font-medium tabular">{count(verdicts[verdict])}</dd>
                <dd className="w-14 text-right text-ink-3 tabular">
                  {total === 0 ? '–' : percent(verdicts[verdict] / total, 1)}
                </dd>
              </div>
            ))}
          </dl>
        </>
      ) : (
        <div className="mt-2 grid gap-3">
          <Skeleton className="h-6 w-36" />
          <Skeleton className="h-2 w-full" />
          {VERDICTS.map((verdict) => (
            <Skeleton key={verdict} className="h-3.5 w-full" />
          ))}
        </div>
      )}
    </Cell>
  )
}
