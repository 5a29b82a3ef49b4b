import type { CasStore } from './cas-store.ts'
import { Content } from './content.ts'
import { FilesystemCasStore } from './filesystem-cas-store.ts'
import { Staging } from './staging.ts'

/** Plain data, so that worker threads open the same storage as the thread that hands them work. */
export interface ContentOptions {
  readonly driver: 'filesystem'
  readonly directory: string
  readonly stagingDirectory: string
}

export interface OpenedContent {
  readonly store: CasStore
  readonly content: Content
  readonly staging: Staging
}

export async function openContent(options: ContentOptions): Promise<OpenedContent> {
  const staging = await Staging.open(options.stagingDirectory)
  const store = new FilesystemCasStore(options.directory)
  return { store, content: new Content(store, staging), staging }
}
