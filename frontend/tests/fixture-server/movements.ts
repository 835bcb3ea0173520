/** A year of one customer's life as their account saw it: rent, groceries, a salary, and what comes between. */
import { Dice } from './random'

const SEED = 31_415
const DAYS = 365
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const OPENING_MINOR = 420_000

export interface FixtureMovement {
  sequence: number
  transfer_id: string
  booked_at: string
  value_at: string
  amount: { amount_minor: number; currency: string }
  balance_after: { amount_minor: number; currency: string }
  purpose: string
  channel: string
  category: string
  category_by: string
  description: string | null
  note: string | null
  counterparty: { account_id: string; kind: string; name: string | null }
}

interface Habit {
  category: string
  channel: string
  /** How probable on a day. */
  daily: number
  minor: number
  spread: number
  texts: readonly string[]
  names: readonly (string | null)[]
}

const PEOPLE = ['João da Conceição', 'Beatriz Nogueira', 'Márcio Teixeira', 'Luíza Farias'] as const
const HABITS: readonly Habit[] = [
  { category: 'groceries', channel: 'card', daily: 0.34, minor: 14_200, spread: 0.6, texts: ['Mercado da Praça', 'Feira de domingo', 'Padaria São Bento'], names: [null] },
  { category: 'restaurants', channel: 'card', daily: 0.27, minor: 5_600, spread: 0.5, texts: ['Almoço', 'Café da esquina', 'Jantar'], names: [null] },
  { category: 'transport', channel: 'card', daily: 0.3, minor: 2_350, spread: 0.5, texts: ['Corrida', 'Metrô'], names: [null] },
  { category: 'people', channel: 'pix', daily: 0.2, minor: 9_800, spread: 0.9, texts: ['Racha do churrasco', 'Presente', 'Aula de violão'], names: PEOPLE },
  { category: 'health', channel: 'card', daily: 0.05, minor: 11_900, spread: 0.7, texts: ['Farmácia', 'Dentista'], names: [null] },
  { category: 'leisure', channel: 'card', daily: 0.08, minor: 6_900, spread: 0.6, texts: ['Cinema', 'Show no parque'], names: [null] },
  { category: 'shopping', channel: 'card', daily: 0.07, minor: 18_700, spread: 0.9, texts: ['Livraria', 'Sapatos'], names: [null] },
] // prettier-ignore

const KINDS: Record<string, string> = { people: 'customer', own_accounts: 'self', fees: 'bank' }

interface Booking {
  atMs: number
  minor: number
  habit: Pick<Habit, 'category' | 'channel'>
  text: string
  name: string | null
}

const monthly = (day: Date): Omit<Booking, 'atMs'>[] => {
  const of = (
    on: number,
    category: string,
    channel: string,
    minor: number,
    text: string,
    name: string | null = null,
  ) => (day.getDate() === on ? [{ minor, habit: { category, channel }, text, name }] : [])
  return [
    ...of(5, 'salary', 'ted', 985_000, 'Salário', 'Oficina Aurora Ltda.'),
    ...of(6, 'home', 'boleto', -265_000, 'Aluguel', 'Imobiliária Horizonte'),
    ...of(10, 'utilities', 'boleto', -18_430, 'Luz'),
    ...of(11, 'utilities', 'boleto', -9_990, 'Internet'),
    ...of(15, 'insurance', 'boleto', -23_500, 'Seguro do carro'),
    ...of(18, 'own_accounts', 'internal', -60_000, 'Reserva'),
    ...of(28, 'fees', 'internal', -1_990, 'Pacote mensal'),
  ]
}

/** Newest first, as they are listed; `sequence` counts from the oldest. */
export function yearOf(nowMs: number): FixtureMovement[] {
  const dice = new Dice(SEED)
  const bookings: Booking[] = []
  for (let day = DAYS; day >= 0; day -= 1) {
    const startMs = new Date(nowMs - day * DAY_MS).setHours(7, 0, 0, 0)
    const at = () => startMs + dice.below(13 * HOUR_MS)
    for (const booking of monthly(new Date(startMs))) bookings.push({ ...booking, atMs: at() })
    for (const habit of HABITS) {
      if (!dice.chance(habit.daily)) continue
      const minor = -Math.max(350, Math.round(dice.logNormal(habit.minor, habit.spread)))
      bookings.push({ atMs: at(), minor, habit, text: dice.pick(habit.texts), name: dice.pick(habit.names) })
    }
  }
  let balance = OPENING_MINOR
  return bookings
    .filter(({ atMs }) => atMs < nowMs)
    .sort((one, other) => one.atMs - other.atMs)
    .map(({ atMs, minor, habit, text, name }, index) => {
      balance += minor
      const at = new Date(atMs).toISOString()
      const kind = KINDS[habit.category] ?? 'outside'
      return {
        sequence: index + 1, transfer_id: dice.uuid(), booked_at: at, value_at: at,
        amount: { amount_minor: minor, currency: 'BRL' }, balance_after: { amount_minor: balance, currency: 'BRL' },
        purpose: 'transfer', channel: habit.channel, category: habit.category, category_by: habit.channel === 'card' ? 'code' : 'rule',
        description: text, note: null,
        counterparty: { account_id: dice.uuid(), kind, name },
      } // prettier-ignore
    })
    .reverse()
}
