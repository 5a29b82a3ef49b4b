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

export function subjectLimitsOf(configured: ConfiguredLimits): SubjectLimits {
  return {
    symbols: configured.subjectSymbols,
    targets: configured.subjectTargets,
    callgraphs: configured.subjectCallgraphs,
    aliases: configured.subjectAliases,
  }
}
