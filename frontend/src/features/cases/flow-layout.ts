import dagre from '@dagrejs/dagre'
import type { Flow } from '@/features/cases/flow'

export const PARTY_WIDTH_PX = 176
export const PARTY_HEIGHT_PX = 58
const RANK_GAP_PX = 84
const ROW_GAP_PX = 18

/** Where each party is drawn, its upper left corner: money goes from left to right, where it does not go in a circle. */
export function layOut({ parties, payments }: Flow): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph()
  graph.setGraph({ rankdir: 'LR', ranksep: RANK_GAP_PX, nodesep: ROW_GAP_PX })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of parties) graph.setNode(id, { width: PARTY_WIDTH_PX, height: PARTY_HEIGHT_PX })
  for (const { from, to } of payments) graph.setEdge(from, to)
  dagre.layout(graph)
  return new Map(
    parties.map(({ id }) => {
      const { x, y } = graph.node(id)
      return [id, { x: x - PARTY_WIDTH_PX / 2, y: y - PARTY_HEIGHT_PX / 2 }]
    }),
  )
}
