import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type PluginOption } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * `npm run dev` talks to the real API (BAAS_API, by default on port 8000).
 * `npm run dev:fixture` answers the same contract from tests/fixture-server, and nothing of it is ever part of a build.
 */
export default defineConfig(async ({ mode, command }) => {
  const plugins: PluginOption[] = [react(), tailwindcss()]
  if (command === 'serve' && mode === 'fixture') {
    const { fixtureServer } = await import('./tests/fixture-server/plugin')
    plugins.push(fixtureServer())
  }
  return {
    plugins,
    resolve: {
      alias: [
        // Radix's scroll lock writes a <style> element, which a strict Content-Security-Policy refuses.
        { find: 'react-style-singleton', replacement: here('./src/design/style-singleton.ts') },
        { find: /^@\//, replacement: `${here('./src')}/` },
      ],
    },
    build: {
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      manifest: true,
    },
    server: {
      proxy: mode === 'fixture' ? {} : { '/v1': process.env['BAAS_API'] ?? 'http://127.0.0.1:8000' },
    },
  }
})
