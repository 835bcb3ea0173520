// Runs before the first paint, so that a light page never flashes dark. A file of its own because the policy forbids inline scripts.
;(() => {
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem('baas.preferences') ?? 'null')?.state?.theme ?? null
    } catch {
      return null
    }
  }
  const chosen = read()
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
