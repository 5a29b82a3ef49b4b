import { MemoryFactCache } from '../../../src/facts/memory-fact-cache.ts'
import { keepsFactCacheContract } from '../../contract/fact-cache.ts'
import { mapBlobs } from '../../support/map-blobs.ts'

keepsFactCacheContract('memory', async (facts) => {
  const deps = { facts, blobs: () => mapBlobs(), maxBytes: 1024 * 1024 }
  return { cache: new MemoryFactCache(deps), replica: new MemoryFactCache(deps), close: async () => undefined }
})
