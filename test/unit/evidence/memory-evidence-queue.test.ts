import { keepsEvidenceQueueContract } from '../../contract/evidence-queue.ts'
import { MemoryEvidenceQueue } from '../../support/memory-evidence-queue.ts'

// Use cases are tested on this fake, so it has to keep what the real ones keep.
keepsEvidenceQueueContract('the queue in memory', async () => {
  const queue = new MemoryEvidenceQueue()
  return { queue, replica: queue, close: async () => undefined }
})
