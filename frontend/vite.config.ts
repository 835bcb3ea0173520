import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type PluginOption } from 'vite'

/**
 * What every page needs, and what pages that list decisions and alerts need beside it: a chunk of a few hundred bytes each, as they
 * would be otherwise, compresses badly.
 */
const CHUNKS = [
  {
    name: 'base',
    priority: 2,
    test: /node_modules\/(react|react-dom|scheduler|react-router|@tanstack\/(query-core|react-query)|intl-messageformat|@formatjs|zustand)\/|src\/(lib\/(i18n|http|format|api-types|use-media)|design\/(classes|button|states|copy-value)|app\/(app|providers|client|brand|destinations|crash-boundary)\.|features\/(preferences|session\/(api|user|roles)|decisions\/(verdict|channel)))/,
  },
  {
    name: 'lists',
    priority: 1,
    test: /src\/(design\/(segmented|stale-notice|kbd)|lib\/(keyboard|span|time|use-now|use-current-in-sight)|app\/(panel|page-header)|features\/(live\/(store|reducer|connection|batcher)|alerts\/(alert-list|alert-card|api|merge|steady-scroll|summary)|decisions\/(decision-list|decision-row|row|filters|api)))\.tsx?$/,
  },
]

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
      rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
    },
    server: {
      proxy: mode === 'fixture' ? {} : { '/v1': process.env['BAAS_API'] ?? 'http://127.0.0.1:8000' },
    },
  }
})
