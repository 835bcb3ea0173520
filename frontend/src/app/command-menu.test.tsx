import { act, cleanup, render, screen } from '@testing-library/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { MemoryRouter, useLocation } from 'react-router'
import { afterEach, beforeEach, expect, test } from 'vitest'
import CommandMenu from '@/app/command-menu'
import { useUi } from '@/app/ui-store'
import { sessionQuery } from '@/features/session/api'
import type { Session } from '@/lib/api-types'
import { I18nProvider } from '@/lib/i18n'
import en from '@/lib/messages/en'

const ID = '0198c0de-0000-7000-8000-000000000001'

function Address() {
  const { pathname, search } = useLocation()
  return <output data-testid="address">{pathname + search}</output>
}

beforeEach(() => {
  Element.prototype.scrollIntoView = () => undefined
  useUi.getState().setCommandOpen(true)
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  const session: Session = {
    user: { id: 'user:1', email: null, name: null, tenant_id: 'demo', roles: ['risk'], customer_id: null },
    csrf_token: 'token',
  }
  client.setQueryData(sessionQuery.queryKey, session)
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={['/live']}>
        <I18nProvider language="en" initial={{ language: 'en', messages: en }}>
          <CommandMenu />
          <Address />
        </I18nProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  )
})
afterEach(cleanup)

const box = () => screen.getByRole<HTMLInputElement>('combobox')
const address = () => screen.getByTestId('address').textContent
const selected = () => screen.queryByRole('option', { selected: true })?.textContent ?? null

/** As a browser tells it: the value first, then the event. */
function type(text: string): void {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(box(), text)
  box().dispatchEvent(new InputEvent('input', { bubbles: true }))
}

function press(key: string, more: KeyboardEventInit = {}): void {
  box().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
}

test('Enter in the same breath as the text runs the first match of that text', () => {
  act(() => {
    type('decis')
    press('Enter')
  })
  expect(address()).toBe('/decisions')
  expect(useUi.getState().commandOpen).toBe(false)
})

test('an arrow in the same breath moves on from the first match', () => {
  act(() => {
    type('theme')
    press('ArrowDown')
  })
  expect(selected()).toBe('Theme: Light')
})

test('the arrows go round', () => {
  act(() => press('ArrowUp'))
  expect(selected()).toContain('Keyboard shortcuts')
  act(() => press('ArrowDown'))
  expect(selected()).toBe('LiveGL')
})

test('an id opens what it names', () => {
  act(() => {
    type(` ${ID} `)
    press('ArrowDown')
  })
  act(() => press('Enter'))
  expect(address()).toBe(`/live?alert=${ID}`)
})

test('Enter runs nothing where nothing matches, and nothing while a word is being composed', () => {
  act(() => {
    type('decis')
    press('Enter', { isComposing: true })
    type('nothing of it')
    press('Enter')
  })
  expect(address()).toBe('/live')
  expect(screen.getByText('Nothing matches.')).toBeTruthy()
  expect(useUi.getState().commandOpen).toBe(true)
})
