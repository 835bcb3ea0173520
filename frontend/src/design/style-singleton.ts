/**
 * What `react-style-singleton` does, by a constructed style sheet: the Content-Security-Policy allows no <style> element that was not
 * served with the page. Radix's dialogs use it to lock the page's scroll while one is open. (The names are that package's.)
 */
import { useEffect } from 'react'

type StyleSingleton = (props: { styles: string; dynamic?: boolean }) => null

const sheets = new Map<string, { sheet: CSSStyleSheet; users: number }>()

function acquire(styles: string): void {
  const held = sheets.get(styles)
  if (held) {
    held.users += 1
    return
  }
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(styles)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  sheets.set(styles, { sheet, users: 1 })
}

function release(styles: string): void {
  const held = sheets.get(styles)
  if (!held) return
  held.users -= 1
  if (held.users > 0) return
  sheets.delete(styles)
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== held.sheet)
}

export const styleSingleton = (): StyleSingleton =>
  function Style({ styles }) {
    useEffect(() => {
      acquire(styles)
      return () => release(styles)
    }, [styles])
    return null
  }
