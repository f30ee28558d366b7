import { existsSync } from 'node:fs'

import { chromiumEnvironment, unpackChromium } from './npm-chromium.ts'
import type { Engine } from './page/case.ts'

/** A browser, and how it is told to open a page with a profile of its own. */
export interface Launcher {
  readonly engine: Engine
  /** The executable, or `undefined` where it is not installed. */
  readonly find: () => Promise<string | undefined>
  readonly args: (profile: string, url: string) => readonly string[]
  readonly env?: (profile: string, executable: string) => Promise<Readonly<Record<string, string>>>
  /** An older version than the one that the model of the browser knows. */
  readonly isEarlier?: boolean
  /** Whether a window system is needed, if only for WebGL. */
  readonly needsDisplay?: boolean
}

// None of these switches touches CORS. `args` of the npm package holds one that turns it off.
const CHROMIUM = [
  '--headless', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-extensions', '--disable-dev-shm-usage',
  '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
  // Without it the headless shell ends when the page has loaded.
  '--remote-debugging-port=0'
]

const MINI_BROWSERS = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`)

function chromium (find: Launcher['find'], more: readonly string[] = []): Launcher {
  return { engine: 'chromium', find, args: (profile, url) => [...CHROMIUM, ...more, `--user-data-dir=${profile}`, url] }
}

function npmChromium (more?: readonly string[]): Launcher {
  return { ...chromium(unpackChromium, more), isEarlier: true, env: async (_profile, executable) => await chromiumEnvironment(executable) }
}

export const LAUNCHERS: Readonly<Record<string, Launcher>> = {
  'chromium-npm': npmChromium(),
  'chromium-debian': chromium(async () => firstOf(['/usr/bin/chromium'])),
  firefox: {
    engine: 'firefox',
    find: async () => firstOf(['/usr/bin/firefox-esr']),
    args: (profile, url) => ['--headless', '--no-remote', '--profile', profile, url],
    needsDisplay: true
  },
  webkit: {
    engine: 'webkit',
    find: async () => firstOf(MINI_BROWSERS),
    args: (_profile, url) => ['--cookies-policy=always', url],
    env: async (profile) => ({ HOME: profile, XDG_CACHE_HOME: profile, XDG_DATA_HOME: profile, XDG_CONFIG_HOME: profile, GDK_BACKEND: 'x11' }),
    needsDisplay: true
  }
}

/** The negative control: no check of CORS at all. */
export const INSECURE_CHROMIUM = npmChromium(['--disable-web-security'])

function firstOf (paths: readonly string[]): string | undefined {
  return paths.find(existsSync)
}
