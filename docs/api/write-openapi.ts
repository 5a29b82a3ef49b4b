import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createContext } from '../../src/context.ts'

/** The document of a real app over an empty data directory: what is checked in cannot differ from what is served. */
const dataDirectory = mkdtempSync(join(tmpdir(), 'signals-openapi-'))
try {
  const env = { SIGNALS__DATA_DIRECTORY: dataDirectory, SIGNALS__TELEMETRY__LOG_LEVEL: 'error' }
  const context = await createContext(loadConfig({ argv: [], env, readFile: () => '' }))
  const app = await buildApp(context)
  await app.ready()
  const document = JSON.stringify(app.swagger(), undefined, 2)
  writeFileSync(resolve(import.meta.dirname, 'openapi.json'), `${document}\n`)
  await app.close()
  await context.close()
} finally {
  rmSync(dataDirectory, { recursive: true, force: true })
}
