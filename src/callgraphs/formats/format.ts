import type { EntryPointRule } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import type { NameParts } from '../symbol-parts.ts'
import type { ContentSample } from './content-sample.ts'

export interface ReadOptions {
  readonly language: string
  /** A directory that absolute file names lose. */
  readonly root?: string | undefined
}

/** One way in which graphs are written: how it is known, how it is read, and what its names mean. */
export interface GraphFormat {
  readonly name: string
  /** By content alone; file names lie. */
  recognises(sample: ContentSample): boolean
  /** Takes the graph as a stream and feeds it to the builder record by record. */
  read(chunks: AsyncIterable<Buffer>, builder: GraphBuilder, options: ReadOptions): Promise<void>
  readonly infer: EntryPointRule
  /** Native output of which every name is a function. */
  readonly partsOf?: (id: string) => NameParts
}
