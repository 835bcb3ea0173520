/** An expression's parts (docs/rules.md), for colour alone: whether it is right is for the API to say. */
export type TokenKind = 'comment' | 'text' | 'number' | 'word' | 'name' | 'list' | 'operator' | 'other'

export interface Token {
  kind: TokenKind
  text: string
}

const PARTS: readonly [TokenKind, RegExp][] = [
  ['comment', /\/\/[^\n]*/y],
  ['text', /"[^"\n]*"?|'[^'\n]*'?/y],
  ['number', /\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['list', /lists\.[A-Za-z_]\w*/y],
  ['word', /(?:true|false|in|has|abs|min|max|double)\b/y],
  ['name', /[A-Za-z_]\w*/y],
  ['operator', /&&|\|\||[=!<>]=|[<>!?:+\-*/%]/y],
]

/** The parts in order; together they are the text, whatever it is. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const found = PARTS.flatMap(([kind, pattern]) => {
      pattern.lastIndex = at
      const match = pattern.exec(text)?.[0]
      return match ? [{ kind, text: match }] : []
    })[0]
    const token = found ?? { kind: 'other' as const, text: text.charAt(at) }
    const last = tokens.at(-1)
    if (token.kind === 'other' && last?.kind === 'other') last.text += token.text
    else tokens.push(token)
    at += token.text.length
  }
  return tokens
}
