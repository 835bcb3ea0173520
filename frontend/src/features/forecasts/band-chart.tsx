import { bandOf, knows95, lineOf, reachOf, topOf, type Expected } from '@/features/forecasts/bands'

const BOX = { width: 1_000, height: 240 }

interface Props {
  /** A day each. */
  bands: readonly Expected[]
  /** Which day is looked at. */
  index: number
  label: string
  format: (amountMinor: number) => string
}

/** Days to come: what is expected, and the bands that hold what comes in 80 and in 95 of a hundred cases. */
export function BandChart({ bands, index, label, format }: Props) {
  const reach = reachOf(bands)
  const left = bands.length > 1 ? index / (bands.length - 1) : 0.5
  const zero = topOf(0, reach) * BOX.height
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 text-[11px] text-ink-3 tabular">
      <div className="flex flex-col justify-between text-right">
        <span className="-mt-1.5">{format(reach.high)}</span>
        <span className="-mb-1.5">{format(reach.low)}</span>
      </div>
      <div role="img" aria-label={label} className="relative h-40">
        <svg viewBox={`0 0 ${BOX.width} ${BOX.height}`} preserveAspectRatio="none" aria-hidden className="size-full">
          {knows95(bands) && <path d={bandOf(bands, 95, BOX, reach)} fill="var(--accent)" opacity="0.1" />}
          <path d={bandOf(bands, 80, BOX, reach)} fill="var(--accent)" opacity="0.16" />
          <line
            x1="0"
            x2={BOX.width}
            y1={zero}
            y2={zero}
            stroke="var(--line-strong)"
            vectorEffect="non-scaling-stroke"
          />
          <path
            d={lineOf(bands, BOX, reach)}
            fill="none"
            stroke="var(--accent)"
            strokeWidth="1.75"
            vectorEffect="non-scaling-stroke"
          />
        </svg>
        <span
          aria-hidden
          className="pointer-events-none absolute inset-y-0 w-px bg-line-strong"
          style={{ left: `${left * 100}%` }}
        />
      </div>
    </div>
  )
}
