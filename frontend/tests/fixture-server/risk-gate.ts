/** What the gate of the fixture bank finds: of one version that is better everywhere, and of one that is not. */
const GROUPS = [
  ['channel', 'pix', 101_204, 260, 0.71, 410],
  ['channel', 'card', 88_930, 121, 0.66, 388],
  ['channel', 'boleto', 14_022, 18, 0.5, 61],
  ['channel', 'ted', 7_311, 9, 0.44, 40],
  ['channel', 'cash', 2_880, 0, 0, 12],
  ['amount', 'below 100', 96_410, 64, 0.61, 140],
  ['amount', '100 to 500', 71_002, 108, 0.69, 231],
  ['amount', '500 to 2,000', 35_118, 141, 0.7, 298],
  ['amount', '2,000 to 10,000', 10_904, 82, 0.72, 201],
  ['amount', '10,000 and more', 913, 13, 0.62, 41],
  ['part of the day', 'night', 21_377, 151, 0.73, 262],
  ['part of the day', 'morning', 58_004, 82, 0.65, 214],
  ['part of the day', 'afternoon', 77_120, 98, 0.66, 240],
  ['part of the day', 'evening', 57_846, 77, 0.68, 195],
] as const
const LARGE_FRAUDS = 30
const percent = (share: number) => `${Math.round(share * 100)}%`

export function gateOf(isBetter: boolean) {
  const groups = GROUPS.map(([dimension, group, decisions, frauds, recall, alarms], index) => {
    const worse = !isBetter && group === 'night'
    const noisier = !isBetter && group === 'card'
    return {
      dimension, group, decisions, frauds, champion_recall: recall, champion_false_alarms: alarms, large: frauds >= LARGE_FRAUDS,
      challenger_recall: frauds === 0 ? 0 : worse ? recall - 0.09 : recall + (isBetter ? 0.03 : 0.01) + (index % 3) / 100,
      challenger_false_alarms: noisier ? Math.round(alarms * 1.7) : Math.round(alarms * (isBetter ? 0.94 : 0.99)),
    } // prettier-ignore
  })
  const [gain, low, high] = isBetter ? [0.0262, 0.0094, 0.0431] : [0.0021, -0.0112, 0.0163]
  const problems = isBetter
    ? []
    : [
        'it is not better beyond chance: average precision +0.0021, 95% between -0.0112 and +0.0163',
        ...groups.flatMap((one) => {
          const name = `${one.dimension} ${one.group}`
          if (one.group === 'night')
            return [
              `${name}: it finds ${percent(one.challenger_recall)} of the frauds, the champion ${percent(one.champion_recall)}`,
            ]
          if (one.group !== 'card') return []
          return [`${name}: ${one.challenger_false_alarms} false alarms, the champion has ${one.champion_false_alarms}`]
        }),
      ]
  return {
    decisions: 214_347, frauds: 408, champion_average_precision: 0.6884, challenger_average_precision: 0.6884 + gain, gain,
    gain_low: low, gain_high: high, champion_us: 2.1, challenger_us: isBetter ? 2.3 : 2.2, groups, problems,
  } // prettier-ignore
}
