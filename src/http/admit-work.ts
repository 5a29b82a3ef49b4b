import type { FastifyReply, FastifyRequest } from 'fastify'
import { mayWait } from '../lib/may-wait.ts'
import { LoadError } from '../load/load-errors.ts'
import type { Places } from '../load/places.ts'
import type { Pressure, Work } from '../load/pressure.ts'
import type { TenantQuota } from '../load/tenant-quota.ts'
import type { HttpServer } from './route.ts'

export interface AdmitWorkDeps {
  readonly pressure: Pick<Pressure, 'admit'>
  readonly places: Readonly<Record<Work, Places>>
  /** Of what is stored; none when absent. */
  readonly quota: Pick<TenantQuota, 'require'> | undefined
}

/**
 * Lets in what a route's `work` says it costs, while there is room for it; all other routes are always let in. Call it after
 * the guard: whose request it is has to be known.
 */
export function admitWork(app: HttpServer, { pressure, places, quota }: AdmitWorkDeps): void {
  app.decorateRequest('givePlaceBack', undefined)
  const letIn = async (work: Work, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (work === 'ingest') await quota?.require(request.tenant)
    pressure.admit(work, places.ingest.taken + places.expensive.taken)
    const giveBack = places[work].take(request.tenant)
    if (giveBack === undefined) {
      throw new LoadError('WORK_EXHAUSTED', 'too many requests of this kind run at once', { retryAfterSeconds: 1 })
    }
    request.givePlaceBack = giveBack
    // Its client is gone, perhaps before it was answered.
    reply.raw.once('close', giveBack)
  }
  const admit = mayWait((request: FastifyRequest, reply: FastifyReply) => {
    const { work } = request.route.config
    return work && letIn(work, request, reply)
  })
  app.addHook('onRequest', admit)
  app.addHook('onResponse', ({ givePlaceBack }, _reply, done) => {
    givePlaceBack?.()
    done()
  })
}
