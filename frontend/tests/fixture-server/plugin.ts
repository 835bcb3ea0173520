import type { Plugin } from 'vite'
import { createFixture, PASSWORD } from './handler'

const RATE_PER_S = 14

/** Answers /v1 in `npm run dev:fixture`. */
export function fixtureServer(): Plugin {
  return {
    name: 'fixture-server',
    configureServer(server) {
      const fixture = createFixture({ ratePerS: RATE_PER_S })
      fixture.start()
      server.httpServer?.on('close', () => fixture.stop())
      server.middlewares.use((request, response, next) => {
        if (request.url?.startsWith('/v1/')) void fixture.handle(request, response)
        else next()
      })
      server.config.logger.info(`fixture bank: sign in as risk@demo.example with ${PASSWORD}`)
    },
  }
}
