interface SliderProps {
  label: string
  /** How many there are to choose from. */
  count: number
  index: number
  /** What is said of the one that is looked at. */
  said: string
  onChange: (index: number) => void
}

/** Which of a row of days or settings is looked at. */
export function Slider({ label, count, index, said, onChange }: SliderProps) {
  const last = Math.max(1, count - 1)
  return (
    <label className="grid gap-1">
      <span className="text-[12px] font-medium text-ink-2">{label}</span>
      <input
        type="range"
        min={0}
        max={count - 1}
        value={index}
        aria-valuetext={said}
        onChange={(event) => onChange(Number(event.target.value))}
        className="slider"
        style={{ ['--done' as string]: `${(index / last) * 100}%` }}
      />
    </label>
  )
}
