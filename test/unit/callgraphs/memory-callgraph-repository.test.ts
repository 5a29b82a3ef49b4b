import { keepsCallgraphRepositoryContract } from '../../contract/callgraph-repository.ts'
import { MemoryCallgraphRepository } from '../../support/memory-callgraph-repository.ts'

keepsCallgraphRepositoryContract('memory', async () => {
  const callgraphs = new MemoryCallgraphRepository()
  return { callgraphs, replica: callgraphs, close: async () => undefined }
})
