import type { CallgraphRecord } from '../../src/callgraphs/callgraph-record.ts'
import type { CallgraphFilter, CallgraphRepository } from '../../src/callgraphs/callgraph-repository.ts'
import type { Tenant } from '../../src/identifiers/tenant.ts'
import { compareOrdinal } from '../../src/lib/ordinal.ts'

/** A callgraph repository that keeps the port's promises, except that it forgets everything with the process. */
export class MemoryCallgraphRepository implements CallgraphRepository {
  readonly #records = new Map<string, CallgraphRecord>()

  async upsert(record: CallgraphRecord): Promise<'created' | 'unchanged'> {
    const key = `${record.tenant}/${record.callgraphId}`
    const known = this.#records.get(key)
    const analysisIds = united(known?.analysisIds ?? [], record.analysisIds)
    const subjectKeys = united(known?.subjectKeys ?? [], record.subjectKeys)
    this.#records.set(key, { ...(known ?? record), analysisIds, subjectKeys })
    return known ? 'unchanged' : 'created'
  }

  async unlinkSubject(tenant: Tenant, subjectKey: string): Promise<void> {
    for (const [key, record] of this.#records) {
      if (record.tenant !== tenant) continue
      this.#records.set(key, { ...record, subjectKeys: record.subjectKeys.filter((linked) => linked !== subjectKey) })
    }
  }

  async remove(tenant: Tenant, callgraphId: string): Promise<void> {
    this.#records.delete(`${tenant}/${callgraphId}`)
  }

  async find(tenant: Tenant, callgraphId: string): Promise<CallgraphRecord | undefined> {
    return this.#records.get(`${tenant}/${callgraphId}`)
  }

  async list(
    tenant: Tenant,
    filter: CallgraphFilter,
    after: string | undefined,
    limit: number,
  ): Promise<CallgraphRecord[]> {
    const own = [...this.#records.values()].filter((record) => record.tenant === tenant && isWanted(record, filter))
    const inOrder = own.sort((one, other) => compareOrdinal(one.callgraphId, other.callgraphId))
    return inOrder.filter(({ callgraphId }) => after === undefined || callgraphId > after).slice(0, limit)
  }
}

function united(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])].sort()
}

function isWanted(record: CallgraphRecord, { subjectKey, analysisId, ...exact }: CallgraphFilter): boolean {
  const members = ['language', 'component', 'version', 'graphHash'] as const
  return (
    members.every((member) => exact[member] === undefined || exact[member] === record[member]) &&
    (subjectKey === undefined || record.subjectKeys.includes(subjectKey)) &&
    (analysisId === undefined || record.analysisIds.includes(analysisId))
  )
}
