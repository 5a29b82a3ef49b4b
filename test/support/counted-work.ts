import type { EvidenceQueue } from '../../src/evidence/evidence-queue.ts'
import type { BlobAccess } from '../../src/facts/blob-access.ts'
import type { FactRepository } from '../../src/facts/fact-repository.ts'

/** What something costs, counted: the same on any machine, however busy it is. */
export interface Work {
  blobsRead: number
  blobBytesRead: number
  blobsWritten: number
  blobBytesWritten: number
  evidenceRead: number
  rowsRead: number
  rowBytesRead: number
  rowBytesWritten: number
}

export class CountedWork {
  #work = nothing()

  /** Since last asked. */
  take(): Work {
    const work = this.#work
    this.#work = nothing()
    return work
  }

  blobs(blobs: BlobAccess): BlobAccess {
    return {
      readBlob: async (digest) => {
        const bytes = await blobs.readBlob(digest)
        this.#work.blobsRead++
        this.#work.blobBytesRead += bytes.byteLength
        return bytes
      },
      putBlob: async (bytes) => {
        this.#work.blobsWritten++
        this.#work.blobBytesWritten += bytes.byteLength
        return await blobs.putBlob(bytes)
      },
    }
  }

  facts(facts: FactRepository): FactRepository {
    const counting: Pick<FactRepository, 'find' | 'save'> = {
      find: async (...subject) => {
        const row = await facts.find(...subject)
        this.#work.rowsRead++
        this.#work.rowBytesRead += lengthOf(row)
        return row
      },
      save: async (row) => {
        this.#work.rowBytesWritten += lengthOf(row)
        return await facts.save(row)
      },
    }
    return counted(facts, counting)
  }

  queue(queue: EvidenceQueue): EvidenceQueue {
    const counting: Pick<EvidenceQueue, 'pending'> = {
      pending: async (...asked) => {
        const evidence = await queue.pending(...asked)
        this.#work.evidenceRead += evidence.length
        return evidence
      },
    }
    return counted(queue, counting)
  }
}

/** The port itself, but for the ways in that are counted. */
function counted<Port extends object>(port: Port, counting: Partial<Port>): Port {
  return new Proxy(port, {
    get(target, name) {
      const way: unknown = Reflect.get(name in counting ? counting : target, name)
      return typeof way === 'function' ? way.bind(name in counting ? counting : target) : way
    },
  })
}

function lengthOf(row: object | undefined): number {
  return Buffer.byteLength(JSON.stringify(row ?? null))
}

function nothing(): Work {
  return {
    blobsRead: 0,
    blobBytesRead: 0,
    blobsWritten: 0,
    blobBytesWritten: 0,
    evidenceRead: 0,
    rowsRead: 0,
    rowBytesRead: 0,
    rowBytesWritten: 0,
  }
}
