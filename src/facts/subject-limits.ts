/** How many of each a subject may hold. */
export interface SubjectLimits {
  readonly symbols: number
  readonly targets: number
  readonly callgraphs: number
  readonly aliases: number
}

interface ConfiguredLimits {
  readonly subjectSymbols: number
  readonly subjectTargets: number
  readonly subjectCallgraphs: number
  readonly subjectAliases: number
}

/** What a fold keeps to; unknowns are all counted, and so many kept to be listed. */
export function factLimitsOf(configured: ConfiguredLimits): SubjectLimits & { readonly listedUnknowns: number } {
  return { ...subjectLimitsOf(configured), listedUnknowns: 100_000 }
}

export function subjectLimitsOf(configured: ConfiguredLimits): SubjectLimits {
  return {
    symbols: configured.subjectSymbols,
    targets: configured.subjectTargets,
    callgraphs: configured.subjectCallgraphs,
    aliases: configured.subjectAliases,
  }
}
