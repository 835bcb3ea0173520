import type { TestProject } from 'vitest/node'
import { RING } from '../fixture-server/alerts'
import { PASSWORD } from '../fixture-server/handler'
import { startApp } from './server'

const FIXTURE_RATE_PER_S = 14

declare module 'vitest' {
  export interface ProvidedContext {
    target: {
      url: string
      email: string
      password: string
      isFixture: boolean
      /** Whom the alerts of the planted ring are about. */
      ring: string[]
    }
  }
}

/**
 * Against BASE_URL when it is set: the real bank, with EMAIL, PASSWORD, and its ring in RING (ids between commas). Against the built
 * app and the fixture bank otherwise.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { BASE_URL, EMAIL, PASSWORD: password, RING: ring } = process.env
  // Vite sets BASE_URL to its own base path where nobody else has.
  if (BASE_URL?.startsWith('http')) {
    if (!EMAIL || !password || !ring) throw new Error('BASE_URL needs EMAIL, PASSWORD and RING beside it')
    project.provide('target', {
      url: BASE_URL.replace(/\/$/, ''),
      email: EMAIL,
      password,
      isFixture: false,
      ring: ring.split(','),
    })
    return undefined
  }
  const app = await startApp(FIXTURE_RATE_PER_S)
  project.provide('target', {
    url: app.url,
    email: 'risk@demo.example',
    password: PASSWORD,
    isFixture: true,
    ring: [RING],
  })
  return app.close
}
