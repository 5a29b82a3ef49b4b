import { keepsFactRepositoryContract } from '../../contract/fact-repository.ts'
import { MemoryFactRepository } from '../../support/memory-fact-repository.ts'

keepsFactRepositoryContract('memory', async () => {
  const facts = new MemoryFactRepository()
  return { facts, replica: facts, close: async () => undefined }
})
