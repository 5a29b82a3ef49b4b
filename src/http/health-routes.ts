import { z } from 'zod'
import type { RoutePlugin } from './route.ts'

/** A dependency by name. While an essential one is down, the service is not ready; without another it is degraded. */
export interface ReadinessCheck {
  readonly name: string
  readonly isEssential: boolean
  check(): Promise<void>
}

export interface HealthDeps {
  readonly checks: readonly ReadinessCheck[]
  /** A check that takes longer counts as down. */
  readonly checkTimeoutMs: number
}

const Readiness = z.object({
  status: z.enum(['ready', 'degraded', 'unavailable', 'draining']),
  dependencies: z.record(z.string(), z.object({ state: z.enum(['up', 'down']), latencyMs: z.int() })),
})
type Readiness = z.output<typeof Readiness>
type DependencyState = Readiness['dependencies'][string]

/** `/healthz`: the process lives. `/readyz`: what it depends on, by name. */
export const healthRoutes: RoutePlugin<HealthDeps> = async (app, deps) => {
  let isDraining = false
  // A connection that was open when the stop began still asks, and must be sent elsewhere.
  app.addHook('preClose', async () => {
    isDraining = true
  })
  app.get(
    '/healthz',
    {
      config: { scope: 'none', operation: 'getHealth' },
      schema: { response: { 200: z.object({ status: z.literal('ok') }) } },
    },
    async () => ({ status: 'ok' as const }),
  )
  app.get(
    '/readyz',
    { config: { scope: 'none', operation: 'getReadiness' }, schema: { response: { 200: Readiness, 503: Readiness } } },
    async (request, reply) => {
      const readiness = await readinessOf({ ...deps, isDraining }, (check, error) =>
        request.log.warn({ dependency: check.name, err: error }, 'dependency is down'),
      )
      const isReady = readiness.status === 'ready' || readiness.status === 'degraded'
      if (!isReady) reply.header('retry-after', '1')
      return reply.code(isReady ? 200 : 503).send(readiness)
    },
  )
}

async function readinessOf(
  deps: HealthDeps & { readonly isDraining: boolean },
  onDown: (check: ReadinessCheck, error: unknown) => void,
): Promise<Readiness> {
  const outcomes = await Promise.all(
    deps.checks.map(async (check) => ({ check, outcome: await examine(deps, check, onDown) })),
  )
  const down = outcomes.filter(({ outcome }) => outcome.state === 'down')
  return {
    status: statusOf(
      deps.isDraining,
      down.map(({ check }) => check),
    ),
    dependencies: Object.fromEntries(outcomes.map(({ check, outcome }) => [check.name, outcome])),
  }
}

function statusOf(isDraining: boolean, down: readonly ReadinessCheck[]): Readiness['status'] {
  if (isDraining) return 'draining'
  if (down.some(({ isEssential }) => isEssential)) return 'unavailable'
  return down.length > 0 ? 'degraded' : 'ready'
}

async function examine(
  { checkTimeoutMs }: HealthDeps,
  check: ReadinessCheck,
  onDown: (check: ReadinessCheck, error: unknown) => void,
): Promise<DependencyState> {
  const start = performance.now()
  const latency = (): number => Math.round(performance.now() - start)
  const timeout = Promise.withResolvers<never>()
  const timer = setTimeout(() => timeout.reject(new Error(`no answer within ${checkTimeoutMs} ms`)), checkTimeoutMs)
  try {
    await Promise.race([check.check(), timeout.promise])
    return { state: 'up', latencyMs: latency() }
  } catch (error) {
    onDown(check, error)
    return { state: 'down', latencyMs: latency() }
  } finally {
    clearTimeout(timer)
  }
}
