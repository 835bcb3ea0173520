import { Fragment } from 'react'
import { classes } from '@/design/classes'
import { tokensOf, type TokenKind } from '@/features/risk/tokens'

const LOOKS: Partial<Record<TokenKind, string>> = {
  comment: 'text-ink-3 italic',
  text: 'text-good',
  number: 'text-caution',
  word: 'text-accent',
  list: 'text-accent',
  operator: 'text-ink-3',
}

/** An expression's text in the colours of its parts. */
export function Coloured({ text }: { text: string }) {
  return tokensOf(text).map((token, index) => {
    const look = LOOKS[token.kind]
    return look ? (
      <span key={index} className={look}>
        {token.text}
      </span>
    ) : (
      <Fragment key={index}>{token.text}</Fragment>
    )
  })
}

export function Expression({ text, className }: { text: string; className?: string }) {
  return (
    <pre
      className={classes(
        'mt-2 rounded-control bg-sunken px-3 py-2 font-mono text-[12.5px] leading-5 break-words whitespace-pre-wrap text-ink',
        className,
      )}
    >
      <code>
        <Coloured text={text} />
      </code>
    </pre>
  )
}
