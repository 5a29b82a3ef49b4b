import type { PendingSubject } from '../../src/evidence/evidence-queue.ts'
import type { FactVersion, FactVersions, SubjectVersion } from '../../src/facts/fact-versions.ts'

/** A list of versions that keeps the port's promises, except that it forgets everything with the process. */
export class MemoryFactVersions implements FactVersions {
  #versions: SubjectVersion[] = []

  async append(versions: readonly SubjectVersion[]): Promise<void> {
    for (const version of versions) {
      // Looked up and pushed in one turn: appends that race are told apart.
      const isKnown = this.#of(version).some((told) => told.version === version.told.version)
      if (!isKnown) this.#versions.push(structuredClone(version))
    }
  }

  async removeThrough({ tenant, subjectKey }: PendingSubject, version: number): Promise<void> {
    this.#versions = this.#versions.filter(
      (each) => each.tenant !== tenant || each.subjectKey !== subjectKey || each.told.version > version,
    )
  }

  async page(subject: PendingSubject, before: number | undefined, limit: number): Promise<FactVersion[]> {
    return this.#of(subject)
      .filter(({ version }) => before === undefined || version < before)
      .slice(0, limit)
  }

  async find(subject: PendingSubject, version: number): Promise<FactVersion | undefined> {
    return this.#of(subject).find((told) => told.version === version)
  }

  async findByDigest(subject: PendingSubject, digest: string): Promise<FactVersion | undefined> {
    return this.#of(subject).find((told) => told.digest === digest)
  }

  /** Newest first. */
  #of({ tenant, subjectKey }: PendingSubject): FactVersion[] {
    return this.#versions
      .filter((each) => each.tenant === tenant && each.subjectKey === subjectKey)
      .map(({ told }) => told)
      .sort((one, other) => other.version - one.version)
  }
}
