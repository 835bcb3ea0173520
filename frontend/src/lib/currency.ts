/**
 * How many decimals a currency has. The API's minor units are ISO 4217's, as `kit/money.py` has them; Intl follows CLDR, which writes
 * some currencies without the decimals that they have (COP, HUF, IDR, IQD), so that it may not be asked.
 */
import unusual from '@/lib/currency-decimals.json'

/** The bank's own: what sums are in that name no currency, such as a report's, a scenario's or the marts'. */
export const BANK_CURRENCY = 'BRL'

const USUAL = 2
const DECIMALS = new Map(
  Object.entries(unusual).flatMap(([digits, codes]) => codes.map((code): [string, number] => [code, Number(digits)])),
)

export const decimalsOf = (currency: string): number => DECIMALS.get(currency) ?? USUAL

/** How many minor units make one of a currency: a hundred centavos, a single yen. */
export const minorPerUnit = (currency: string): number => 10 ** decimalsOf(currency)

/** As Intl is to write amounts of a currency. */
export const writtenAs = (currency: string) => {
  const digits = decimalsOf(currency)
  return { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const
}
