import type { ReactNode } from 'react'
import type { ListedEntry } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'

export function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-4">
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 text-pretty break-words text-ink">{children}</dd>
    </div>
  )
}

/** What a list says of somebody. */
export function EntryFacts({ entry }: { entry: ListedEntry }) {
  const { t, country } = useCompliance()
  const [first, ...others] = entry.names
  return (
    <dl className="grid content-start gap-y-1.5">
      <Line name={t('hit.names')}>
        <span className="font-medium">{first?.text}</span>
        {others.length > 0 && <span className="block text-ink-2">{others.map(({ text }) => text).join(', ')}</span>}
      </Line>
      <Line name={t('hit.birth')}>{entry.births.join(', ') || t('hit.unknown')}</Line>
      <Line name={t('hit.countries')}>{entry.countries.map(country).join(', ') || t('hit.unknown')}</Line>
      {entry.programmes.length > 0 && <Line name={t('hit.programmes')}>{entry.programmes.join(', ')}</Line>}
      {entry.reason && <Line name={t('hit.reason')}>{entry.reason}</Line>}
    </dl>
  )
}
