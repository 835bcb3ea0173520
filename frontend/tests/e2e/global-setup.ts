import type { TestProject } from 'vitest/node'
import { PASSWORD } from '../fixture-server/handler'
import { startApp } from './server'

const FIXTURE_RATE_PER_S = 14

declare module 'vitest' {
  export interface ProvidedContext {
    target: { url: string; email: string; password: string; isFixture: boolean }
  }
}

/** Against BASE_URL, EMAIL and PASSWORD when they are set: the real bank. Against the built app and the fixture bank otherwise. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { BASE_URL, EMAIL, PASSWORD: password } = process.env
  // Vite sets BASE_URL to its own base path where nobody else has.
  if (BASE_URL?.startsWith('http')) {
    if (!EMAIL || !password) throw new Error('BASE_URL needs EMAIL and PASSWORD beside it')
    project.provide('target', { url: BASE_URL.replace(/\/$/, ''), email: EMAIL, password, isFixture: false })
    return undefined
  }
  const app = await startApp(FIXTURE_RATE_PER_S)
  project.provide('target', { url: app.url, email: 'risk@demo.example', password: PASSWORD, isFixture: true })
  return app.close
}
