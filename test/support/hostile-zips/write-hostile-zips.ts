import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { hostileZipFolder, hostileZips, refusalTable } from './all-hostile-zips.ts'

/** The whole corpus anew; `test/http/hostile-zips.test.ts` makes it again and compares. */
rmSync(hostileZipFolder, { recursive: true, force: true })
mkdirSync(hostileZipFolder, { recursive: true })
for (const { name, bytes } of hostileZips) writeFileSync(resolve(hostileZipFolder, `${name}.zip`), bytes)
writeFileSync(resolve(hostileZipFolder, 'refusals.json'), refusalTable())
