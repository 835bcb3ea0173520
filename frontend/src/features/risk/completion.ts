/** What could stand where somebody types in an expression: names, functions, lists, and the words of a name. */
import { tokensOf } from '@/features/risk/tokens'
import type { Name, RiskList } from '@/features/risk/types'

const MOST = 6
const NAME_BEFORE = /[A-Za-z_][\w.]*$/
const REST_OF_NAME = /^\w*/
const LISTS = 'lists.'

export interface Place {
  start: number
  end: number
  typed: string
  /** Within a text: the name that it is compared with. */
  comparedWith: string | null
}

export interface Suggestion {
  insert: string
  kind: 'name' | 'function' | 'list' | 'text'
  /** A name's type, or what the values of a list are. */
  type: string
  sentence: string
}

export interface Known {
  names: readonly Name[]
  functions: readonly string[]
  lists: readonly RiskList[]
}

/** What is being written at the caret; null where nothing could be completed. */
export function placeAt(text: string, caret: number): Place | null {
  let start = 0
  let comparedWith: string | null = null
  for (const token of tokensOf(text)) {
    const end = start + token.text.length
    const isInside = start < caret && caret <= end
    if (isInside && token.kind === 'comment') return null
    if (isInside && token.kind === 'text') {
      const isClosed = token.text.length > 1 && token.text.endsWith(token.text.charAt(0))
      const last = isClosed ? end - 1 : end
      if (caret > last || comparedWith === null) return null
      return { start: start + 1, end: last, typed: text.slice(start + 1, caret), comparedWith }
    }
    if (token.kind === 'name') comparedWith = token.text
    if (/&&|\|\|/.test(token.text)) comparedWith = null
    start = end
  }
  const typed = NAME_BEFORE.exec(text.slice(0, caret))?.[0] ?? ''
  const rest = REST_OF_NAME.exec(text.slice(caret))?.[0] ?? ''
  return { start: caret - typed.length, end: caret + rest.length, typed, comparedWith: null }
}

/** 3 begins with it, 2 has it, 1 its sentence has it, 0 not at all. */
function rank({ insert, sentence }: Suggestion, typed: string): number {
  const [name, wanted] = [insert.toLowerCase(), typed.toLowerCase()]
  if (name.startsWith(wanted)) return 3
  if (name.includes(wanted)) return 2
  return sentence.toLowerCase().includes(wanted.replaceAll('_', ' ')) ? 1 : 0
}

/** What fits, best first, a few of them. `sayOf` tells what a name measures in the reader's language. */
export function suggestionsFor(place: Place, known: Known, sayOf: (name: Name) => string): Suggestion[] {
  const { typed, comparedWith } = place
  const all: Suggestion[] =
    comparedWith !== null
      ? (known.names.find(({ name }) => name === comparedWith)?.words ?? []).map((word) => ({
          insert: word,
          kind: 'text',
          type: comparedWith,
          sentence: '',
        }))
      : [
          ...(typed.startsWith(LISTS)
            ? []
            : known.names.map((name): Suggestion => ({
                insert: name.name,
                kind: 'name',
                type: name.kind,
                sentence: sayOf(name),
              }))),
          ...known.lists.map(({ list_id, field, sentence }): Suggestion => ({
            insert: LISTS + list_id,
            kind: 'list',
            type: field,
            sentence,
          })),
          ...(typed === ''
            ? []
            : known.functions.map((name): Suggestion => ({
                insert: `${name}(`,
                kind: 'function',
                type: '',
                sentence: '',
              }))),
        ]
  const ranked = all
    .map((suggestion) => ({ suggestion, score: rank(suggestion, typed) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ suggestion }) => suggestion)
  const isDone = ranked.length > 0 && ranked[0]?.insert === typed
  return isDone ? [] : ranked.slice(0, MOST)
}

/** The text with a suggestion in its place, and where the caret then stands. */
export function completed(text: string, place: Place, { insert }: Suggestion): { text: string; caret: number } {
  return {
    text: text.slice(0, place.start) + insert + text.slice(place.end),
    caret: place.start + insert.length,
  }
}
