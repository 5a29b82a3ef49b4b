import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mayWait } from '../lib/may-wait.ts'
import type { SealedGate } from './sealed-mode.ts'

/**
 * Answers nothing below `/signals` while the evidence is not good. Add it before the guard: who asks must not matter.
 * What a route is called counts, not how a client spells its way to it.
 */
export function closeSealedRoutes(app: Pick<FastifyInstance, 'addHook'>, sealedMode: SealedGate): void {
  const closed = mayWait(({ route, url }: FastifyRequest) =>
    isBelowSignals(route.url ?? url) ? sealedMode.check() : undefined,
  )
  app.addHook('onRequest', closed)
}

function isBelowSignals(path: string): boolean {
  return /^\/signals(\/|\?|$)/.test(path)
}
