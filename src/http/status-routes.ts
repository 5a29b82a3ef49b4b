import { z } from 'zod'
import type { Tenant } from '../identifiers/tenant.ts'
import type { RoutePlugin } from './route.ts'

const Figures = z.record(z.string(), z.union([z.number(), z.string(), z.null()]))

export type StatusFigures = z.output<typeof Figures>

const Status = z.object({
  version: z.string(),
  startedAt: z.string(),
  uptimeSeconds: z.number(),
  mode: z.string(),
  backends: z.record(z.string(), z.string()),
  authentication: z.object({
    mode: z.string(),
    warning: z.string().optional().describe('while nobody has to say who they are'),
  }),
  sealedMode: z.object({
    isEnforced: z.boolean(),
    evidence: z.enum(['valid', 'invalid']).optional(),
    reason: z.string().optional().describe('why the evidence does not count: nothing below /signals is answered then'),
    observedAt: z.string().optional().describe('of the evidence that was last read'),
  }),
  tenant: z.object({ name: z.string(), figures: Figures }),
  instance: Figures.optional().describe('of the whole instance; only with signals:operate'),
})

export type StatusDocument = z.output<typeof Status>

export interface StatusQuestion {
  readonly tenant: Tenant
  /** Whether figures of the whole instance may be told: they add up what all tenants do. */
  readonly mayOperate: boolean
}

export interface StatusDeps {
  readonly status: (question: StatusQuestion) => Promise<StatusDocument>
}

/** What the service says of itself, under both of its seeded names, and the cheapest authorised answer there is. */
export const statusRoutes: RoutePlugin<StatusDeps> = async (app, { status }) => {
  for (const [path, operation] of [
    ['/status', 'getStatus'],
    ['/signals/status', 'getSignalsStatus'],
  ] as const) {
    app.get(
      path,
      { config: { scope: 'signals:read', operation }, schema: { response: { 200: Status } } },
      async ({ tenant, grantedScopes }) =>
        status({ tenant, mayOperate: grantedScopes === undefined || grantedScopes.has('signals:operate') }),
    )
  }
  app.get(
    '/signals/ping',
    { config: { scope: 'signals:read', operation: 'ping' }, schema: { response: { 204: z.undefined() } } },
    async (_request, reply) => reply.code(204).send(),
  )
}
