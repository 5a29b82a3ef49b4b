import type { CasStore } from './cas-store.ts'
import { Content } from './content.ts'
import { FilesystemCasStore } from './filesystem-cas-store.ts'
import type { S3Options } from './s3-client.ts'
import { Staging } from './staging.ts'

/** Plain data, so that worker threads open the same storage as the thread that hands them work. */
export type ContentOptions = {
  /** On the file system of the directory, for the driver that has one: it links what is staged. */
  readonly stagingDirectory: string
} & ({ readonly driver: 'filesystem'; readonly directory: string } | { readonly driver: 's3'; readonly s3: S3Options })

export interface OpenedContent {
  readonly store: CasStore
  readonly content: Content
  readonly staging: Staging
  /** Throws away what dead processes left half done. */
  readonly clearAbandoned: () => Promise<void>
  readonly close: () => void
}

interface OpenedStore {
  readonly store: CasStore
  readonly clearAbandoned: () => Promise<unknown>
  readonly close: () => void
}

/** `decorate` puts something in front of the store, such as what measures it. */
export async function openContent(
  options: ContentOptions,
  decorate: (store: CasStore) => CasStore = (store) => store,
): Promise<OpenedContent> {
  const staging = await Staging.open(options.stagingDirectory)
  const { store: plainStore, clearAbandoned, close } = await openStore(options)
  const store = decorate(plainStore)
  return {
    store,
    content: new Content(store, staging),
    staging,
    clearAbandoned: async () => {
      await staging.clearAbandoned()
      // A server that is away must not hold up the start: what is left then is found by the next one.
      void clearAbandoned().catch(() => undefined)
    },
    close,
  }
}

async function openStore(options: ContentOptions): Promise<OpenedStore> {
  switch (options.driver) {
    case 'filesystem': {
      const store = new FilesystemCasStore(options.directory)
      return { store, clearAbandoned: async () => undefined, close: () => undefined }
    }
    case 's3': {
      // Only here, since the client of S3 costs memory and time at every start, and in every thread.
      const { S3CasStore } = await import('./s3-cas-store.ts')
      const store = new S3CasStore(options.s3)
      return { store, clearAbandoned: () => store.clearAbandoned(), close: () => store.close() }
    }
  }
}
