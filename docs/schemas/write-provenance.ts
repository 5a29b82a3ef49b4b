import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { feedJsonSchema } from '../../src/provenance/feed-schema.ts'
import { withExamples } from './provenance-example.ts'

const page = join(import.meta.dirname, '../provenance.md')

writeFileSync(
  join(import.meta.dirname, 'provenance-feed.v1.schema.json'),
  `${JSON.stringify(feedJsonSchema(), undefined, 2)}\n`,
)
writeFileSync(page, await withExamples(readFileSync(page, 'utf8')))
