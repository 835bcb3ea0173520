/** The headless Chromium that comes in an npm package, with the libraries that a bare machine lacks. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import chromium from '@sparticuz/chromium'

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url))
// The package is made for one page in one short-lived process, without origins: neither is what people browse with.
const UNWANTED = /^--(headless|single-process|no-zygote|disable-web-security|allow-running-insecure-content)/

export interface Chromium {
  executablePath: string
  args: string[]
  env: NodeJS.ProcessEnv
}

async function unpackInto(folder: string): Promise<void> {
  const before = { ...process.env }
  try {
    // The package unpacks into the temporary folder, and its libraries only where it believes that it is a Lambda.
    Object.assign(process.env, { TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' })
    await chromium.executablePath()
  } finally {
    for (const name of ['TMPDIR', 'AWS_EXECUTION_ENV']) Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, before)
  }
}

/** Where this version lies unpacked: a folder that appears whole, whoever else unpacks at the same time. */
async function unpacked(): Promise<string> {
  const manifest = readFileSync(join(MODULES, '@sparticuz/chromium/package.json'), 'utf8')
  const cache = join(MODULES, '.cache')
  const folder = join(cache, `chromium-${(JSON.parse(manifest) as { version: string }).version}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const own = mkdtempSync(`${folder}.`)
  try {
    await unpackInto(own)
    renameSync(own, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
  return folder
}

export async function findChromium(): Promise<Chromium> {
  chromium.setGraphicsMode = false
  const folder = await unpacked()
  const executablePath = join(folder, 'chromium')
  const starts = spawnSync(executablePath, ['--version']).status === 0
  return {
    executablePath,
    args: [...chromium.args.filter((argument) => !UNWANTED.test(argument)), '--no-sandbox'],
    env: {
      ...process.env,
      ...(starts ? {} : { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') }),
      ...(existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') }),
    },
  }
}
