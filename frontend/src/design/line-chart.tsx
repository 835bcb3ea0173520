import { useEffect, useRef } from 'react'
import './usable-locale'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface ChartLine {
  /** A token's name, such as "accent"; canvas has no CSS variables, so it is read when the chart is drawn. */
  token: string
  filled?: boolean
  thin?: boolean
}

interface LineChartProps {
  data: uPlot.AlignedData
  lines: readonly ChartLine[]
  label: string
  theme: string
  /** Without axes, where there is room for the line alone. */
  bare?: boolean
  syncKey: string
  /** The x range in seconds that is shown, ending now. */
  windowS: number
  formatY: (value: number) => string
  formatX: (ms: number) => string
  onHover?: (index: number | null) => void
}

const AXIS_FONT_PX = 11
const AXIS_GAP_PX = 8
const AXIS_FONT = `${AXIS_FONT_PX}px "Geist Variable", sans-serif`
/** What most labels need: a line that is drawn anew is not to move for each of them. */
const LEAST_Y_AXIS_PX = 46
const X_AXIS_PX = 24
const LINE_PX = 1.75
const THIN_PX = 1.1
const HEADROOM = 1.18

function tokenColour(name: string, alpha = 1): string {
  const colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
  return alpha === 1 ? colour : colour.replace(/\)$/, ` / ${alpha})`)
}

function fillOf(chart: uPlot, token: string): CanvasGradient | string {
  const { top, height } = chart.bbox
  if (!Number.isFinite(top) || height <= 0) return 'transparent'
  const gradient = chart.ctx.createLinearGradient(0, top, 0, top + height)
  gradient.addColorStop(0, tokenColour(token, 0.26))
  gradient.addColorStop(1, tokenColour(token, 0))
  return gradient
}

/** How wide an axis has to be for the longest of its labels. */
function roomFor(chart: uPlot, labels: readonly string[] | null): number {
  chart.ctx.font = AXIS_FONT
  const widths = (labels ?? []).map((label) => chart.ctx.measureText(label).width)
  return Math.max(LEAST_Y_AXIS_PX, Math.ceil(Math.max(0, ...widths)) + AXIS_GAP_PX)
}

function optionsOf(
  props: LineChartProps,
  size: { width: number; height: number },
  hover: (index: number | null) => void,
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: tokenColour('ink-3'),
    font: AXIS_FONT,
    gap: AXIS_GAP_PX,
    ticks: { show: false },
    show: !props.bare,
  }
  return {
    ...size,
    padding: props.bare ? [4, 0, 0, 0] : [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, sync: { key: props.syncKey }, points: { size: 7, width: 2 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true },
      y: { range: (_chart, _min, max) => [0, Math.max(max, 1) * HEADROOM] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: X_AXIS_PX,
        space: 90,
        values: (_chart, splits) => splits.map((at) => props.formatX(at * 1_000)),
      },
      {
        ...axis,
        grid: { stroke: tokenColour('line'), width: 1 },
        size: roomFor,
        space: 34,
        values: (_chart, splits) => splits.map(props.formatY),
      },
    ],
    series: [
      {},
      ...props.lines.map((line): uPlot.Series => ({
        stroke: tokenColour(line.token),
        width: line.thin ? THIN_PX : LINE_PX,
        points: { show: false },
        ...(line.filled ? { fill: (chart: uPlot) => fillOf(chart, line.token) } : {}),
      })),
    ],
    hooks: { setCursor: [(chart) => hover(chart.cursor.idx ?? null)] },
  }
}

/** Lines on a canvas. It is redrawn when data come, and rebuilt only when its size or the theme changes. */
export function LineChart(props: LineChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const current = useRef(props)
  const { data, theme, windowS, bare } = props
  useEffect(() => {
    current.current = props
  })

  useEffect(() => {
    const element = host.current
    if (!element) return
    const draw = () => {
      const { clientWidth: width, clientHeight: height } = element
      if (width === 0 || height === 0) return
      if (chart.current) return chart.current.setSize({ width, height })
      const hover = (index: number | null) => current.current.onHover?.(index)
      chart.current = new uPlot(optionsOf(current.current, { width, height }, hover), current.current.data, element)
    }
    const observer = new ResizeObserver(draw)
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.current?.destroy()
      chart.current = null
    }
  }, [theme, bare])

  useEffect(() => {
    if (!chart.current) return
    const endS = data[0]?.at(-1) ?? Date.now() / 1_000
    chart.current.batch(() => {
      chart.current?.setData(data, true)
      chart.current?.setScale('x', { min: endS - windowS, max: endS })
    })
  }, [data, windowS, theme, bare])

  return (
    <div ref={host} role="img" aria-label={props.label} className="h-full min-h-0 w-full min-w-0 overflow-hidden" />
  )
}
