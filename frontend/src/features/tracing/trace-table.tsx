import { usePanel } from '@/app/panel'
import { classes } from '@/design/classes'
import { useOffice } from '@/features/office/words'
import type { Trace } from '@/features/tracing/types'
import { shortId } from '@/lib/format'
import { toMs } from '@/lib/time'

const HEAD = 'px-4 py-2 font-medium whitespace-nowrap'
const CELL = 'px-4 py-2 tabular'
/** Columns of figures stand by their last digit. */
const FIGURES = new Set<string>(['traced', 'paid', 'amount', 'share'])

/** Each payment that carried some of the money: what the drawing says, for whoever reads rather than looks. */
export function PaymentsTable({ trace }: { trace: Trace }) {
  const { t, money, day, hourMinute } = useOffice()
  const { openPanel } = usePanel()
  return (
    <div className="max-h-[28rem] overflow-auto" tabIndex={0} role="group" aria-label={t('trace.payments')}>
      <table className="w-full text-left">
        <thead className="sticky top-0 bg-surface text-[12px] text-ink-3">
          <tr>
            {(['hop', 'traced', 'from', 'to', 'paid', 'when'] as const).map((name) => (
              <th key={name} scope="col" className={classes(HEAD, FIGURES.has(name) && 'text-right')}>
                {t(`trace.column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {trace.payments.map(({ payment, traced_minor: traced, hop }) => (
            <tr key={`${payment.transfer_id} ${hop}`} className="border-t border-line">
              <td className={CELL}>{hop}</td>
              <td className={`${CELL} text-right font-medium whitespace-nowrap`}>{money(traced, payment.currency)}</td>
              <td className={`${CELL} whitespace-nowrap`}>{shortId(payment.payer_account_id)}</td>
              <td className={`${CELL} whitespace-nowrap`}>{shortId(payment.payee_account_id)}</td>
              <td className={`${CELL} text-right whitespace-nowrap text-ink-3`}>
                {money(payment.amount_minor, payment.currency)}
              </td>
              <td className={`${CELL} whitespace-nowrap`}>
                <button
                  type="button"
                  onClick={() => openPanel('decision', payment.transfer_id)}
                  className="rounded-[5px] text-accent hover:underline"
                >
                  {day(toMs(payment.at))} {hourMinute(toMs(payment.at))}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Where the money lies now, as far as it was followed, and why no further. */
export function PlacesTable({ trace }: { trace: Trace }) {
  const { t, word, money, percent } = useOffice()
  return (
    <div className="max-h-[28rem] overflow-auto" tabIndex={0} role="group" aria-label={t('trace.places')}>
      <table className="w-full text-left">
        <thead className="sticky top-0 bg-surface text-[12px] text-ink-3">
          <tr>
            {(['account', 'hop', 'amount', 'share', 'rest'] as const).map((name) => (
              <th key={name} scope="col" className={classes(HEAD, FIGURES.has(name) && 'text-right')}>
                {t(`trace.column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {trace.places.map((place) => (
            <tr key={`${place.account_id} ${place.hop} ${place.rest}`} className="border-t border-line">
              <td className={`${CELL} whitespace-nowrap`}>{shortId(place.account_id)}</td>
              <td className={CELL}>{place.hop}</td>
              <td className={`${CELL} text-right font-medium whitespace-nowrap`}>
                {money(place.amount_minor, trace.start.currency)}
              </td>
              <td className={`${CELL} text-right`}>{percent(place.share_ppm / 1_000_000)}</td>
              <td className={`${CELL} text-ink-2`}>{word('trace.rest', place.rest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
