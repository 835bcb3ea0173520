// The first route's JavaScript, compressed, against its budget: what index.html loads, and what /live then asks for at once.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET_BYTES = 170_000
const ROUTES = { login: 'src/features/session/login-page.tsx', live: 'src/features/live/live-page.tsx' }
const LIVE = ['src/app/shell.tsx', 'src/design/line-chart.tsx']
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

function filesOf(key, files = new Set()) {
  const chunk = manifest[key]
  if (!chunk) throw new Error(`the manifest has no ${key}`)
  if (files.has(chunk.file)) return files
  files.add(chunk.file)
  for (const imported of chunk.imports ?? []) filesOf(imported, files)
  return files
}

let worst = 0
for (const [route, key] of Object.entries(ROUTES)) {
  const entries = ['index.html', 'src/lib/messages/pt-BR.ts', key, ...(route === 'live' ? LIVE : [])]
  const files = new Set(entries.flatMap((entry) => [...filesOf(entry)]))
  const bytes = [...files].reduce(
    (sum, file) => sum + gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length,
    0,
  )
  worst = Math.max(worst, bytes)
  console.log(
    `/${route}: ${(bytes / 1000).toFixed(1)} kB of JavaScript in ${files.size} files (budget ${BUDGET_BYTES / 1000} kB)`,
  )
}
if (worst > BUDGET_BYTES) {
  console.error('over the budget of the first route')
  process.exit(1)
}
