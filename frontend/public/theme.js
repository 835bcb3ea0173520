// Runs before the first paint, so that a light page never flashes dark. A file of its own because the policy forbids inline scripts.
;(() => {
  let chosen = null
  try {
    chosen = JSON.parse(localStorage.getItem('baas.preferences') ?? 'null')?.state?.theme ?? null
  } catch {
    chosen = null
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
