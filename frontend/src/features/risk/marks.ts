/** Where in an expression something is wrong, and which findings are about what stands there now. */
import type { Checked } from '@/features/risk/api'
import type { Finding } from '@/features/risk/types'

export interface Marked {
  before: string
  marked: string
  after: string
}

/**
 * An expression cut at the place of a finding. The API counts characters, a string counts halves of some; a place past the end is
 * that of what is missing, so the last character stands for it.
 */
export function markedAt(text: string, { offset, length }: Pick<Finding, 'offset' | 'length'>): Marked | null {
  if (offset === null || text === '') return null
  const characters = Array.from(text)
  const start = Math.min(offset, characters.length - 1)
  const end = Math.max(start + 1, Math.min(characters.length, start + (length ?? 1)))
  return {
    before: characters.slice(0, start).join(''),
    marked: characters.slice(start, end).join(''),
    after: characters.slice(end).join(''),
  }
}

interface Part {
  code: string
  when: string
}

/**
 * What is said of a rule or a segment as it stands now. Findings name parts by their place in the document that was checked; while
 * somebody types or moves parts, that place may be another's, so a part is found again by its code and expression.
 */
export function findingsOf(
  checked: Checked | undefined,
  kind: 'rules' | 'segments',
  part: Part | undefined,
): Finding[] {
  if (!checked || !part) return []
  const parts: readonly Part[] = checked.document[kind] ?? []
  const places = parts.flatMap((one, index) =>
    one.code === part.code && one.when === part.when ? [`${kind}[${index}]`] : [],
  )
  return checked.findings.filter(({ where }) => places.includes(where.replace(/\.when$/, '')))
}

/** What is said of the document as a whole: its thresholds, its codes. */
export function findingsOfWhole(checked: Checked | undefined): Finding[] {
  return checked?.findings.filter(({ where }) => !/^(rules|segments)\[\d+\]/.test(where)) ?? []
}
