import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { recordExamples } from './record-examples.ts'

/** Every example anew, from real answers; `test/http/examples.test.ts` asks again and compares. */
const folder = resolve(import.meta.dirname, 'examples')
const examples = await recordExamples()
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const { name, text } of examples) writeFileSync(resolve(folder, `${name}.json`), text)
