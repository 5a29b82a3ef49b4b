import { randomUUID } from 'node:crypto'
import { Timestamp } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MongoEvidenceQueue } from '../../src/evidence/mongo-evidence-queue.ts'
import { MongoFactRepository } from '../../src/facts/mongo-fact-repository.ts'
import { hitsPosted } from '../support/folded-fact.ts'
import { Folding } from '../support/folding.ts'
import { mongodProgram } from '../support/real-parts/mongod.ts'
import { openTwoMongoReplicas, type TwoMongoReplicas } from '../support/temporary-mongo.ts'

interface Examined {
  readonly commands: number
  readonly documents: number
  readonly keys: number
  readonly plans: readonly string[]
}

describe.skipIf(!mongodProgram)('on MongoDB', () => {
  let replicas: TwoMongoReplicas
  beforeAll(async () => {
    replicas = await openTwoMongoReplicas('a standalone server')
  })
  afterAll(() => replicas.close())

  /** Folds one more batch, and asks the server's own profiler what it looked at for it. */
  async function examinedByOneMore(folding: Folding): Promise<Examined> {
    const { db } = replicas.one
    const queue = new MongoEvidenceQueue(replicas.one)
    const facts = new MongoFactRepository(replicas.one)
    await db.setProfilingLevel('off')
    await db.dropCollection('system.profile').catch(() => undefined)
    await db.setProfilingLevel('all')
    await queue.append(hitsPosted('cg-1', { a: 1 }))
    expect(await folding.fold({ queue, facts })).toBe('settled')
    await db.setProfilingLevel('off')
    const own = { ns: { $not: /system\.profile$/ }, 'command.profile': { $exists: false } }
    const profiled = await db.collection('system.profile').find(own).toArray()
    const sum = (member: string): number => profiled.reduce((all, one) => all + Number(one[member] ?? 0), 0)
    return {
      commands: profiled.length,
      documents: sum('docsExamined'),
      keys: sum('keysExamined'),
      plans: [...new Set(profiled.map((one) => String(one['planSummary'] ?? '')))].sort(),
    }
  }

  /** What many folds have left: evidence that is marked. */
  async function addFoldedBatches(count: number): Promise<void> {
    const documents = Array.from({ length: count }, () => {
      const { receipt, ...content } = hitsPosted('cg-1', { a: 1 })
      const { tenant, subjectKey, receivedAt } = content
      const row = { tenant, id: randomUUID(), subjectKey, receivedAt, isPending: false, factVersion: 1 }
      const stored = { receipt: { text: JSON.stringify(receipt) }, content: { text: JSON.stringify(content) } }
      return { ...row, arrivedAt: new Timestamp({ t: 0, i: 0 }), ...stored }
    })
    await replicas.one.db.collection('evidence').insertMany(documents)
  }

  test('the fold of one more batch looks at as many documents after 10,000 batches as after ten', async () => {
    const folding = new Folding({ 'cg-1': { nodes: ['a'], entryPoints: ['a'] } })
    await examinedByOneMore(folding)
    const examined: Examined[] = []
    for (const count of [10, 990, 9_000]) {
      await addFoldedBatches(count)
      examined.push(await examinedByOneMore(folding))
    }
    const [early, ...later] = examined
    expect(early!.commands).toBeGreaterThan(4)
    expect(early!.documents).toBeGreaterThan(0)
    expect(later).toEqual([early, early])
    expect(early!.plans.join()).toContain('IXSCAN')
    expect(early!.plans.join()).not.toContain('COLLSCAN')
  })
})
