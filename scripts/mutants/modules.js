// Modules that are loaded anew as often as one likes, in this process: those of the project from source, each with
// its types blanked out once; all others as Node has them, for they are not what is tested.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import vm from 'node:vm'

export class Modules {
  #root
  #own
  #loaded = new Map()
  /** Modules link those that they import, too: one at a time. */
  #linking = Promise.resolve()

  /** `own` are modules by their specifiers that take the place of what Node would find. */
  constructor (root, own) {
    this.#root = root
    this.#own = own
  }

  async import (url) {
    const { namespace } = await this.#evaluate(await this.#load(url))
    return namespace
  }

  async #evaluate (module) {
    await (this.#linking = this.#linking.then(async () => {
      if (module.status === 'unlinked') await module.link((specifier, { identifier }) => this.#find(specifier, identifier))
    }))
    await module.evaluate()
    return module
  }

  async #find (specifier, parent) {
    const own = this.#own[specifier]
    if (own !== undefined) return this.#synthetic(specifier, own)
    const found = this.#root.names[specifier] ?? specifier
    return this.#load(/^(?:\.{0,2}\/|file:)/.test(found) ? new URL(found, parent).href : found)
  }

  async #load (url) {
    if (!this.#root.has(url)) return this.#loaded.get(url) ?? this.#synthetic(url, await import(url))
    return this.#loaded.get(url) ?? this.#compile(url)
  }

  #compile (url) {
    const source = this.#root.sourceOf(url)
    const module = new vm.SourceTextModule(source.code, {
      identifier: url,
      cachedData: source.compiled,
      initializeImportMeta: (meta) => {
        const filename = fileURLToPath(url)
        const load = async (specifier) => (await this.#evaluate(await this.#find(specifier, url))).namespace
        Object.assign(meta, { url, filename, dirname: join(filename, '..'), load })
      }
    })
    source.compiled ??= module.createCachedData()
    this.#loaded.set(url, module)
    return module
  }

  #synthetic (url, namespace) {
    const names = Object.keys(namespace)
    const module = new vm.SyntheticModule(names, function () {
      for (const name of names) this.setExport(name, namespace[name])
    }, { identifier: url })
    this.#loaded.set(url, module)
    return module
  }
}

/** The sources of the project in a folder, as its tests are run from. */
export class Sources {
  #root
  #load
  #sources = new Map()

  static async of (folder) {
    const sources = new Sources()
    sources.#root = pathToFileURL(join(folder, '/')).href
    const { load, SOURCES } = await import(new URL('test/fixtures/use-source.js', sources.#root).href)
    sources.#load = load
    sources.names = SOURCES
    return sources
  }

  has (url) {
    return url.startsWith(this.#root) && !url.includes('/node_modules/') && /\.(?:ts|js|mjs)$/.test(url) && existsSync(fileURLToPath(url))
  }

  /** The code of a module, and what V8 made of it when it compiled it last. */
  sourceOf (url) {
    let source = this.#sources.get(url)
    if (source === undefined) {
      const code = url.endsWith('.ts') ? this.#load(url, {}).source : readFileSync(fileURLToPath(url), 'utf8')
      // In code that V8 compiled before, `import()` finds nobody who would load what it names.
      this.#sources.set(url, source = { code: code.replace(/(?<!['"`\w.])import\(/g, 'import.meta.load('), compiled: undefined })
    }
    return source
  }
}
