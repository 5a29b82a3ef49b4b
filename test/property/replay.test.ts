import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SeenGraph, seenGraph } from '../support/arbitrary-evidence.ts'
import { drawing } from '../support/arbitrary-graphs.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { bundleOf, ReplayRoom } from '../support/bundles.ts'
import { deliver } from '../support/delivery.ts'

let built: BuiltApp
let room: ReplayRoom

beforeAll(async () => {
  built = await openApp()
  room = await ReplayRoom.open()
})
afterAll(async () => {
  await built[Symbol.asyncDispose]()
  await room[Symbol.asyncDispose]()
})

let deliveries = 0

test('whatever a fact was made of, and in whatever order, its bundle gives it again, and so do those of its earlier versions', async () => {
  await fc.assert(
    fc.asyncProperty(seenGraph, fc.integer({ min: 1, max: 2 ** 30 }), async (seen, seed) => {
      deliveries += 1
      const tenant = `replayed-${deliveries}`
      await deliver(built, { tenant, seen, seed })
      await askFurther(tenant, seen, seed)
      await built.settled()
      const versions = await versionsOf(tenant)
      expect(versions.length).toBeGreaterThan(0)
      for (const { version, digest } of versions) {
        const bundle = await bundleOf(built, { subject: 'scan-1', version, tenant })
        expect(await room.replay(bundle)).toMatchObject({ match: true, computedDigest: digest, problems: [] })
      }
    }),
    { numRuns: 40 },
  )
}, 300_000)

interface ListedVersion {
  readonly version: number
  readonly digest: string
}

async function versionsOf(tenant: string): Promise<ListedVersion[]> {
  const { body } = await built.ask('/signals/facts/scan-1/versions', { headers: { 'x-stella-tenant': tenant } })
  return body['items'] as ListedVersion[]
}

/** What replaces what was given before: here order counts. */
async function askFurther(tenant: string, { graph, targets }: SeenGraph, seed: number): Promise<void> {
  const draw = drawing(seed)
  const nodes = graph.nodes.map(({ id }) => id).filter((id) => !/\p{Cc}/u.test(id))
  const some = (): string => nodes[draw(nodes.length)]!
  for (let post = draw(4); post > 0; post -= 1) {
    const further = {
      subject: { scanId: 'scan-1' },
      ...(draw(2) === 1 && { entryPoints: draw(3) === 0 ? [] : [some()] }),
      ...(draw(2) === 1 && { blockedEdges: [{ from: some(), to: some() }] }),
      ...(draw(2) === 1 && { targets: [...targets, some()] }),
    }
    const { status, text } = await built.ask('/signals/reachability/recompute', {
      body: JSON.stringify(further),
      headers: { 'content-type': 'application/json', 'x-stella-tenant': tenant },
    })
    expect(status, text).toBe(202)
  }
}
