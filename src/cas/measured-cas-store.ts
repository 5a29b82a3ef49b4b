import type { Measures } from '../telemetry/measures.ts'
import { CasError } from './cas-errors.ts'
import type { CasStore } from './cas-store.ts'

/** A store that tells how long it takes. Absence is an answer; what a store could not do is told apart. */
export function measuredCasStore(store: CasStore, measure: Measures['casOperation']): CasStore {
  const timed = async <Outcome>(
    operation: Parameters<typeof measure>[0],
    run: () => Promise<Outcome>,
  ): Promise<Outcome> => {
    const start = performance.now()
    const tell = (outcome: 'done' | 'failed'): void => measure(operation, outcome, (performance.now() - start) / 1000)
    try {
      const outcome = await run()
      tell('done')
      return outcome
    } catch (error) {
      tell(error instanceof CasError && error.code !== 'CAS_UNAVAILABLE' ? 'done' : 'failed')
      throw error
    }
  }
  return {
    put: (key, blob) => timed('put', () => store.put(key, blob)),
    open: (key) => timed('open', () => store.open(key)),
    has: (key) => timed('has', () => store.has(key)),
    describe: (key) => timed('has', () => store.describe(key)),
    remove: (key) => timed('remove', () => store.remove(key)),
    quarantine: (key) => timed('remove', () => store.quarantine(key)),
    tenants: () => store.tenants(),
    list: (tenant, namespace) => store.list(tenant, namespace),
    storedBytes: (tenant) => store.storedBytes(tenant),
    check: () => timed('check', () => store.check()),
  }
}
