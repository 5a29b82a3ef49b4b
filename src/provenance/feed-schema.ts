import { z } from 'zod'
import { provenanceFeedSchema } from './provenance-record.ts'

/** The schema that is published (JSON Schema 2020-12): made from the one by which the code knows feeds. */
export function feedJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(provenanceFeedSchema, { target: 'draft-2020-12' })
  return { $schema, $id: 'provenance-feed.v1.schema.json', title: 'Signals provenance feed, version 1', ...schema }
}
