/** Something that must hold of the tree before it is shared. */
export interface Rail {
  readonly name: string
  /** What goes wrong without it. */
  readonly guards: string
  /** What to do when it fails. */
  readonly mend: string
  /** What does not hold, for people: nothing when all is well. Rejects when it cannot tell. */
  readonly look: (root: string) => Promise<readonly string[]>
}

export interface Looked {
  readonly rail: Rail
  readonly findings: readonly string[]
  readonly seconds: number
}

/** A rail that cannot tell has not held. */
export async function lookAt(rail: Rail, root: string): Promise<Looked> {
  const start = performance.now()
  const findings = await rail.look(root).catch((error: unknown) => [`could not be looked at: ${String(error)}`])
  return { rail, findings, seconds: (performance.now() - start) / 1_000 }
}
