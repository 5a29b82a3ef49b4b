import type { FastifyInstance } from 'fastify'
import type { SealedGate } from './sealed-mode.ts'

/**
 * Answers nothing below `/signals` while the evidence is not good. Add it before the guard: who asks must not matter.
 * What a route is called counts, not how a client spells its way to it.
 */
export function closeSealedRoutes(app: Pick<FastifyInstance, 'addHook'>, sealedMode: SealedGate): void {
  app.addHook('onRequest', async ({ routeOptions, url }) => {
    if (isBelowSignals(routeOptions.url ?? url)) await sealedMode.check()
  })
}

function isBelowSignals(path: string): boolean {
  return /^\/signals(\/|\?|$)/.test(path)
}
