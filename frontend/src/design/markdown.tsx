import { lexer, type Token, type Tokens } from 'marked'
import { Fragment, useMemo, type ReactNode } from 'react'

/** Below the page's own headings, and the one of the box that the text stands in. */
const LEVELS_ABOVE = 2
const DEEPEST = 6
const SAFE_LINK = /^(https?:\/\/|mailto:|#)/i

type Keyed = (token: Token, index: number) => ReactNode

const childrenOf = (token: Token): Token[] => ('tokens' in token && token.tokens) || []
const plain = (token: Token): string => ('text' in token ? String(token.text) : token.raw)

function inline(tokens: readonly Token[]): ReactNode {
  const one: Keyed = (token, index) => {
    const inner = childrenOf(token)
    switch (token.type) {
      case 'strong':
        return <strong key={index}>{inline(inner)}</strong>
      case 'em':
        return <em key={index}>{inline(inner)}</em>
      case 'del':
        return <del key={index}>{inline(inner)}</del>
      case 'codespan':
        return <code key={index}>{plain(token)}</code>
      case 'br':
        return <br key={index} />
      case 'link': {
        const { href } = token as Tokens.Link
        if (!SAFE_LINK.test(href)) return <Fragment key={index}>{inline(inner)}</Fragment>
        return (
          <a key={index} href={href} rel="noreferrer noopener" target="_blank">
            {inline(inner)}
          </a>
        )
      }
      default:
        return <Fragment key={index}>{inner.length > 0 ? inline(inner) : plain(token)}</Fragment>
    }
  }
  return tokens.map(one)
}

function Table({ table, label }: { table: Tokens.Table; label: string }) {
  const cell = (Cell: 'th' | 'td', { tokens, align }: Tokens.TableCell, index: number) => (
    <Cell
      key={index}
      scope={Cell === 'th' ? 'col' : undefined}
      className={align === 'right' ? 'text-right' : undefined}
    >
      {inline(tokens)}
    </Cell>
  )
  return (
    <div role="group" aria-label={label} tabIndex={0} className="overflow-x-auto">
      <table>
        <thead>
          <tr>{table.header.map((one, index) => cell('th', one, index))}</tr>
        </thead>
        <tbody>
          {table.rows.map((row, rowIndex) => (
            <tr key={rowIndex}>{row.map((one, index) => cell('td', one, index))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function blocks(tokens: readonly Token[], label: string): ReactNode {
  let heading = label
  const one: Keyed = (token, index) => {
    switch (token.type) {
      case 'space':
        return null
      case 'heading': {
        const { depth, tokens: inner } = token as Tokens.Heading
        heading = plain(token)
        const Heading = `h${Math.min(DEEPEST, depth + LEVELS_ABOVE)}` as 'h3'
        return <Heading key={index}>{inline(inner)}</Heading>
      }
      case 'paragraph':
        return <p key={index}>{inline(childrenOf(token))}</p>
      case 'list': {
        const { ordered, items } = token as Tokens.List
        const List = ordered ? 'ol' : 'ul'
        return (
          <List key={index}>
            {items.map((item, place) => (
              <li key={place}>{blocks(item.tokens, heading)}</li>
            ))}
          </List>
        )
      }
      case 'table':
        return <Table key={index} table={token as Tokens.Table} label={heading} />
      case 'code':
        return (
          <pre key={index} tabIndex={0}>
            <code>{plain(token)}</code>
          </pre>
        )
      case 'blockquote':
        return <blockquote key={index}>{blocks(childrenOf(token), heading)}</blockquote>
      case 'hr':
        return <hr key={index} />
      default:
        return <Fragment key={index}>{inline([token])}</Fragment>
    }
  }
  return tokens.map(one)
}

/**
 * A text in Markdown, as elements: nothing of it becomes HTML, so what looks like a tag is shown as it was written, and a link leads
 * only to the web, to a mail, or within the page.
 */
export function Markdown({ text, label }: { text: string; label: string }) {
  const tokens = useMemo(() => lexer(text), [text])
  return <div className="prose">{blocks(tokens, label)}</div>
}
