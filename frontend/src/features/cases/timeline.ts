import type { CaseDetail } from '@/features/cases/types'
import type { AlertMember } from '@/lib/api-types'

/** What happened, in one order: what the money did, and what people did about it. */
export type Happening =
  | { kind: 'transaction'; atMs: number; key: string; member: AlertMember }
  | {
      kind: 'opened' | 'evidence' | 'note' | 'proposed' | 'judged' | 'ended'
      atMs: number
      key: string
      by: string | null
    }

const ORDER: readonly Happening['kind'][] = ['transaction', 'opened', 'evidence', 'note', 'proposed', 'judged', 'ended']

/** Newest first; of one moment, what follows from another after it. */
export function timelineOf(of: CaseDetail, members: readonly AlertMember[]): Happening[] {
  const done: Happening[] = [{ kind: 'opened', atMs: Date.parse(of.opened_at), key: 'opened', by: of.opened_by }]
  for (const piece of of.evidence) {
    done.push({ kind: 'evidence', atMs: Date.parse(piece.added_at), key: piece.evidence_id, by: piece.added_by })
  }
  for (const note of of.notes) {
    if (note.kind !== 'note') continue
    done.push({ kind: 'note', atMs: Date.parse(note.written_at), key: note.note_id, by: note.author })
  }
  const { proposed_at: proposedAt, judged_at: judgedAt, ended_at: endedAt } = of
  if (proposedAt !== null) {
    done.push({ kind: 'proposed', atMs: Date.parse(proposedAt), key: 'proposed', by: of.proposed_by })
  }
  if (judgedAt !== null) done.push({ kind: 'judged', atMs: Date.parse(judgedAt), key: 'judged', by: of.judged_by })
  if (endedAt !== null) done.push({ kind: 'ended', atMs: Date.parse(endedAt), key: 'ended', by: null })
  for (const member of members) {
    done.push({ kind: 'transaction', atMs: Date.parse(member.event_time), key: member.transaction_id, member })
  }
  return done.sort((a, b) => b.atMs - a.atMs || ORDER.indexOf(b.kind) - ORDER.indexOf(a.kind))
}
