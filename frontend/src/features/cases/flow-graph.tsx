import {
  BaseEdge,
  Controls,
  EdgeLabelRenderer,
  getBezierPath,
  Handle,
  MarkerType,
  Position,
  ReactFlow,
  type Edge,
  type EdgeProps,
  type Node,
  type NodeProps,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useMemo } from 'react'
import { classes } from '@/design/classes'
import type { Flow, Party, Payment } from '@/features/cases/flow'
import { layOut, PARTY_HEIGHT_PX, PARTY_WIDTH_PX } from '@/features/cases/flow-layout'
import { useCases } from '@/features/cases/words'
import { shortId } from '@/lib/format'

type PartyNode = Node<{ party: Party; currency: string }, 'party'>
type PaymentEdge = Edge<{ payment: Payment; currency: string }, 'payment'>

const LEAST_WIDTH_PX = 1.25
const MORE_WIDTH_PX = 4
const ARROW_PX = 16

function PartyCard({ data: { party, currency } }: NodeProps<PartyNode>) {
  const { t, money } = useCases()
  return (
    <div
      style={{ width: PARTY_WIDTH_PX, height: PARTY_HEIGHT_PX }}
      className={classes(
        'grid content-center gap-0.5 rounded-[10px] border bg-raised px-3 shadow-panel',
        party.isSubject ? 'border-bad-mark' : 'border-line-strong',
      )}
    >
      <Handle
        type="target"
        position={Position.Left}
        isConnectable={false}
        className="!size-0 !border-0 !bg-transparent"
      />
      <span className="flex items-baseline gap-1.5">
        <span className={classes('text-[11.5px]', party.isSubject ? 'text-bad' : 'text-ink-2')}>
          {t(`flow.kind.${party.kind}`)}
        </span>
        <span className="truncate text-[12.5px] font-medium text-ink tabular">{shortId(party.id)}</span>
      </span>
      <span className="flex gap-2 text-[11.5px] whitespace-nowrap text-ink-2 tabular">
        {party.receivedMinor > 0 && <span>↓ {money(party.receivedMinor, currency)}</span>}
        {party.sentMinor > 0 &&
          (party.restMinor === undefined ? (
            <span>↑ {money(party.sentMinor, currency)}</span>
          ) : (
            <span className="text-ink">= {money(party.restMinor, currency)}</span>
          ))}
      </span>
      <Handle
        type="source"
        position={Position.Right}
        isConnectable={false}
        className="!size-0 !border-0 !bg-transparent"
      />
    </div>
  )
}

function PaymentLine(edge: EdgeProps<PaymentEdge>) {
  const { money } = useCases()
  const [path, labelX, labelY] = getBezierPath(edge)
  return (
    <>
      <BaseEdge
        id={edge.id}
        path={path}
        {...(edge.markerEnd && { markerEnd: edge.markerEnd })}
        style={edge.style ?? {}}
      />
      {edge.data && (
        <EdgeLabelRenderer>
          <span
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
            className="pointer-events-none absolute rounded-full border border-line bg-surface px-1.5 text-[11px] whitespace-nowrap text-ink-2 tabular"
          >
            {money(edge.data.payment.amountMinor, edge.data.currency)}
            {edge.data.payment.count > 1 && ` · ${edge.data.payment.count}×`}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  )
}

const NODES = { party: PartyCard }
const EDGES = { payment: PaymentLine }

interface FlowGraphProps {
  label: string
  flow: Flow
  onOpen: (partyId: string) => void
}

/** The money of a case, drawn: who paid whom, the thicker the more. It is moved and enlarged by hand; the table beside it says the same. */
export default function FlowGraph({ label, flow, onOpen }: FlowGraphProps) {
  const { t } = useCases()
  const nodes = useMemo<PartyNode[]>(() => {
    const places = layOut(flow)
    return flow.parties.map((party) => ({
      id: party.id,
      type: 'party',
      position: places.get(party.id) ?? { x: 0, y: 0 },
      data: { party, currency: flow.currency },
      ariaLabel: `${t(`flow.kind.${party.kind}`)} ${shortId(party.id)}`,
    }))
  }, [flow, t])
  const edges = useMemo<PaymentEdge[]>(() => {
    const most = Math.max(1, ...flow.payments.map(({ amountMinor }) => amountMinor))
    return flow.payments.map((payment) => ({
      id: payment.key,
      type: 'payment',
      source: payment.from,
      target: payment.to,
      data: { payment, currency: flow.currency },
      markerEnd: {
        type: MarkerType.ArrowClosed,
        color: 'var(--line-strong)',
        markerUnits: 'userSpaceOnUse',
        width: ARROW_PX,
        height: ARROW_PX,
      },
      style: {
        stroke: 'var(--line-strong)',
        strokeWidth: LEAST_WIDTH_PX + (MORE_WIDTH_PX * payment.amountMinor) / most,
      },
    }))
  }, [flow])
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODES}
      edgeTypes={EDGES}
      onNodeClick={(_event, node) => onOpen(node.id)}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      preventScrolling={false}
      minZoom={0.2}
      maxZoom={2}
      fitView
      fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
      aria-label={label}
      className="[&_.react-flow\_\_attribution]:bg-transparent! [&_.react-flow\_\_attribution_a]:text-ink-2!"
    >
      <Controls showInteractive={false} aria-label={t('flow.controls')} />
    </ReactFlow>
  )
}
