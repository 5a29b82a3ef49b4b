import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { Documents, type Query } from '../mongo/documents.ts'
import type { MongoConnection } from '../mongo/open-mongo.ts'
import { ordinalText } from '../mongo/ordinal-text.ts'
import type { FactVersion, FactVersions, SubjectVersion } from './fact-versions.ts'

interface VersionDocument extends FactVersion {
  readonly tenant: Tenant
  readonly subjectOrder: string
}

export class MongoFactVersions implements FactVersions {
  readonly #versions: Documents<VersionDocument>

  constructor(mongo: MongoConnection) {
    this.#versions = new Documents(mongo.db.collection('factVersions'))
  }

  async append(versions: readonly SubjectVersion[]): Promise<void> {
    await Promise.all(versions.map((version) => this.#append(version)))
  }

  async removeThrough(subject: PendingSubject, version: number): Promise<void> {
    await this.#versions.removeAll({ ...subjectOf(subject), version: { $lte: version } }, { isDurable: true })
  }

  async page(subject: PendingSubject, before: number | undefined, limit: number): Promise<FactVersion[]> {
    const found = { ...subjectOf(subject), ...(before !== undefined && { version: { $lt: before } }) }
    return (await this.#versions.find(found, { sort: { version: -1 }, limit })).map(toldBy)
  }

  async find(subject: PendingSubject, version: number): Promise<FactVersion | undefined> {
    const document = await this.#versions.findFirst({ ...subjectOf(subject), version })
    return document && toldBy(document)
  }

  async findByDigest(subject: PendingSubject, digest: Digest): Promise<FactVersion | undefined> {
    const found = { ...subjectOf(subject), digest }
    const document = await this.#versions.findFirst(found, { sort: { version: -1 } })
    return document && toldBy(document)
  }

  async #append(subjectVersion: SubjectVersion): Promise<void> {
    const { told } = subjectVersion
    const { version, ...rest } = told
    const write = (): Promise<string> =>
      // Also where it stands already this is a write, and answered only when what stands there is durable.
      this.#versions.upsert(
        { ...subjectOf(subjectVersion), version },
        { $setOnInsert: rest, $unset: { nothing: '' } },
        { isDurable: true },
      )
    // Another replica inserted it at the same time.
    if ((await write()) === 'duplicate') await write()
  }
}

function subjectOf({ tenant, subjectKey }: PendingSubject): Query {
  return { tenant, subjectOrder: ordinalText(subjectKey) }
}

function toldBy({ version, digest, computedAt, verdict, score, change }: VersionDocument): FactVersion {
  return { version, digest, computedAt, verdict, score, change }
}
