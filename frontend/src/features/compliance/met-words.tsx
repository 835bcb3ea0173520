import { Chip, type ChipTone } from '@/design/chip'
import { Meter } from '@/design/meter'
import type { WhyMet } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'

const BIRTHS: Partial<Record<WhyMet['birth'], ChipTone>> = {
  'same-day': 'bad',
  'day-and-month-swapped': 'caution',
  'same-year': 'caution',
  apart: 'good',
}
const COUNTRIES: Partial<Record<WhyMet['countries'], ChipTone>> = { shared: 'caution', apart: 'good' }

/** Which words of two names met, how, and what else speaks for or against it. */
export function MetWords({ why, asked }: { why: WhyMet; asked: string }) {
  const { t, word, percent } = useCompliance()
  return (
    <div className="grid gap-4">
      <div role="group" aria-label={t('hit.why')} className="overflow-x-auto" tabIndex={0}>
        <table className="w-full min-w-80 text-left">
          <thead>
            <tr className="text-[12px] text-ink-3">
              <th scope="col" className="pb-1.5 font-medium">
                {asked}
              </th>
              <th scope="col" className="pb-1.5 pl-4 font-medium">
                {t('hit.words.theirs')}
              </th>
              <th scope="col" className="pb-1.5 pl-4 font-medium">
                {t('hit.words.how')}
              </th>
            </tr>
          </thead>
          <tbody>
            {why.met.map((met) => (
              <tr key={`${met.asked.join(' ')} ${met.listed.join(' ')}`} className="border-t border-line">
                <td className="py-2 font-medium text-ink">{met.asked.join(' ')}</td>
                <td className="py-2 pl-4 font-medium text-ink">{met.listed.join(' ')}</td>
                <td className="py-2 pl-4">
                  <span className="grid max-w-56 gap-1">
                    <span className="text-ink-2 tabular">
                      {word('way', met.way)} · {t('hit.alike', { percent: percent(met.alike, 0) })}
                    </span>
                    <Meter ratio={met.alike} tone="accent" />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {why.asked_alone.length > 0 && (
        <p className="text-ink-2">{t('hit.alone.ours', { words: why.asked_alone.join(' ') })}</p>
      )}
      {why.listed_alone.length > 0 && (
        <p className="text-ink-2">{t('hit.alone.theirs', { words: why.listed_alone.join(' ') })}</p>
      )}
      {why.order_differs && <p className="text-ink-2">{t('hit.order')}</p>}
      <p className="flex flex-wrap items-center gap-x-4 gap-y-2 text-[12.5px] text-ink-2">
        <span className="inline-flex items-center gap-2">
          {t('hit.birth')} <Chip tone={BIRTHS[why.birth] ?? 'quiet'}>{word('birth', why.birth)}</Chip>
        </span>
        <span className="inline-flex items-center gap-2">
          {t('hit.countries')}{' '}
          <Chip tone={COUNTRIES[why.countries] ?? 'quiet'}>{word('countries', why.countries)}</Chip>
        </span>
      </p>
    </div>
  )
}
