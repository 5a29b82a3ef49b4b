import { keepsFactVersionsContract } from '../../contract/fact-versions.ts'
import { MemoryFactVersions } from '../../support/memory-fact-versions.ts'

keepsFactVersionsContract('memory', async () => {
  const versions = new MemoryFactVersions()
  return { versions, replica: versions, close: async () => undefined }
})
