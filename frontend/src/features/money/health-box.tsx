import { useQuery } from '@tanstack/react-query'
import { Chip, type ChipTone } from '@/design/chip'
import { Meter } from '@/design/meter'
import { healthQuery } from '@/features/money/api'
import { InsightBox } from '@/features/money/insight-box'
import type { Health, HealthPart, Whose } from '@/features/money/types'
import { useMoney } from '@/features/money/words'

const TONES: Record<string, ChipTone> = { healthy: 'good', coping: 'caution', vulnerable: 'bad' }
const toneOf = (points: number) => (points >= 80 ? 'good' : points >= 40 ? 'caution' : 'bad')

function Part({ part, currency, movesMost }: { part: HealthPart; currency: string; movesMost: boolean }) {
  const { t, word, money, decimal } = useMoney()
  const { step } = part
  const amount = step?.amount_minor
  return (
    <li>
      <p className="flex items-baseline justify-between gap-3">
        <span className="font-medium">{word('money.part', part.part)}</span>
        <span className="text-ink-2 tabular">{t('money.points', { points: part.points })}</span>
      </p>
      <Meter ratio={part.points / 100} tone={toneOf(part.points)} className="mt-2" />
      <p className="mt-1.5 text-[12.5px] text-pretty text-ink-3 tabular">
        {t(`money.measure.${part.part}`, { measure: decimal(part.measure) })}
      </p>
      {movesMost && step && (
        <p className="mt-1 text-[12.5px] text-pretty text-ink-2 tabular">
          {amount
            ? t('money.step.amount', {
                what: word('money.step', part.part),
                amount: money(amount, currency),
                gain: decimal(step.score_gain),
              })
            : t('money.step.gain', { what: word('money.step', part.part), gain: decimal(step.score_gain) })}
        </p>
      )}
    </li>
  )
}

function Score({ health, currency }: { health: Health; currency: string }) {
  const { t, word } = useMoney()
  return (
    <>
      <div className="flex items-end justify-between gap-3">
        <p className="text-[34px] leading-9 font-semibold tracking-tight tabular">
          {health.score}
          <span className="text-[15px] font-normal text-ink-3">{t('money.score.of')}</span>
        </p>
        <Chip tone={TONES[health.band] ?? 'quiet'}>{word('money.band', health.band)}</Chip>
      </div>
      <p className="mt-1 text-[12.5px] text-ink-3">{t('money.score.from', { months: health.months })}</p>
      <ul aria-label={t('money.parts')} className="mt-5 grid gap-4">
        {health.parts.map((part) => (
          <Part key={part.part} part={part} currency={currency} movesMost={part.part === health.moves_most} />
        ))}
      </ul>
    </>
  )
}

/** How healthy a customer's money is, by parts, and the step that wins the most. */
export function HealthBox({ whose }: { whose: Whose }) {
  const { t } = useMoney()
  return (
    <InsightBox title={t('money.health')} of={useQuery(healthQuery(whose))} rows={5}>
      {({ health }) =>
        health ? (
          <Score health={health} currency={whose.currency} />
        ) : (
          <p className="text-ink-3">{t('money.health.none')}</p>
        )
      }
    </InsightBox>
  )
}
