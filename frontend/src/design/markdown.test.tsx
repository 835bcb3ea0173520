// The words of a card come from a training run: whatever stands in it, the page stays the page.
import { render } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { Markdown } from '@/design/markdown'

const CARD = `# fraud 5

Says how likely a transaction is to be a **fraud**.

## Data

| slice | decisions |
|---|---|
| test | 41,002 |

- gradient trees: \`400\` trees
- network
`

const shown = (text: string) => render(<Markdown text={text} label="Model card" />).container

describe('a text in Markdown', () => {
  test('becomes headings below the page’s own, paragraphs, lists and tables', () => {
    const page = shown(CARD)
    expect(page.querySelector('h3')?.textContent).toBe('fraud 5')
    expect(page.querySelector('h4')?.textContent).toBe('Data')
    expect(page.querySelector('strong')?.textContent).toBe('fraud')
    expect([...page.querySelectorAll('li')].map((item) => item.textContent)).toEqual([
      'gradient trees: 400 trees',
      'network',
    ])
    expect(page.querySelector('[role="group"]')?.getAttribute('aria-label')).toBe('Data')
    expect([...page.querySelectorAll('td')].map((cell) => cell.textContent)).toEqual(['test', '41,002'])
  })

  test('never becomes HTML, scripts or an address that runs something', () => {
    const page = shown(
      '<img src=x onerror="boom()"> <script>boom()</script> [go](javascript:boom) [web](https://a.example)',
    )
    expect(page.querySelectorAll('img, script')).toHaveLength(0)
    expect(page.textContent).toContain('onerror="boom()"')
    expect([...page.querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual(['https://a.example'])
  })

  test('shows an image by its description, and fetches none', () => {
    const page = shown('![the curve](https://a.example/curve.png)')
    expect(page.querySelectorAll('img')).toHaveLength(0)
    expect(page.textContent).toBe('the curve')
  })
})
