import { MEASURES, type Measure, type MeasureName } from '@/features/models/measures'
import { useRisk } from '@/features/risk/words'

/** How a figure of this name is written. */
export function useMeasureText(): (name: MeasureName, value: number) => string {
  const { decimal, percent } = useRisk()
  return (name, value) => {
    const { share, digits } = MEASURES.find((one) => one.name === name) ?? { share: false, digits: 3 }
    return share ? percent(value, digits) : decimal(value, digits)
  }
}

/** A figure with its interval beneath it; a dash for what was not measured. */
export function MeasureValue({ name, measure }: { name: MeasureName; measure: Measure | null }) {
  const { t } = useRisk()
  const text = useMeasureText()
  if (measure === null) return <span className="text-ink-3">–</span>
  const { value, interval } = measure
  return (
    <>
      <span className="block font-medium text-ink">{text(name, value)}</span>
      {interval && (
        <span className="block text-[12px] text-ink-3">
          {t('model.interval', { low: text(name, interval.low), high: text(name, interval.high) })}
        </span>
      )}
    </>
  )
}
