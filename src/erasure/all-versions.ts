import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { FactVersion, FactVersions } from '../facts/fact-versions.ts'

const pageLength = 500

/** Newest first. */
export async function allVersions(
  { versions }: { readonly versions: Pick<FactVersions, 'page'> },
  subject: PendingSubject,
): Promise<FactVersion[]> {
  const all: FactVersion[] = []
  for (;;) {
    const page = await versions.page(subject, all.at(-1)?.version, pageLength)
    if (page.length === 0) return all
    all.push(...page)
  }
}
