interface DaySliderProps {
  label: string
  days: number
  index: number
  /** What is said of the day that is looked at. */
  said: string
  onChange: (index: number) => void
}

/** Which of the days to come is looked at. */
export function DaySlider({ label, days, index, said, onChange }: DaySliderProps) {
  return (
    <label className="grid gap-1">
      <span className="text-[12px] font-medium text-ink-2">{label}</span>
      <input
        type="range"
        min={0}
        max={days - 1}
        value={index}
        aria-valuetext={said}
        onChange={(event) => onChange(Number(event.target.value))}
        className="w-full accent-(--accent-strong)"
      />
    </label>
  )
}
