/** Serves the built app with the product's Content-Security-Policy, and the fixture's answers under /v1. */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFixture, type Fixture } from '../fixture-server/handler'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export interface RunningApp {
  url: string
  fixture: Fixture
  close: () => Promise<void>
}

function fileOf(pathname: string): string {
  const wanted = join(DIST, normalize(pathname))
  return wanted.startsWith(DIST) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, 'index.html')
}

export async function startApp(ratePerS: number): Promise<RunningApp> {
  const fixture = createFixture({ ratePerS })
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://app')
    if (pathname.startsWith('/v1/')) return void fixture.handle(request, response)
    const file = fileOf(pathname)
    response.writeHead(200, {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Security-Policy': POLICY,
    })
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  fixture.start()
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fixture,
    close: async () => {
      fixture.stop()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
