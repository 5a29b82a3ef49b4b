import { isOfFact, manifestName } from './bundle-files.ts'
import type { OpenedBundle } from './open-bundle.ts'
import type { ReplayManifest } from './replay-manifest.ts'

/** `altered`: its bytes are not those that the manifest names. `unreadable`: they are, but nothing can be made of them. */
export type ProblemKind = 'missing' | 'altered' | 'unexpected' | 'unreadable' | 'unknown'

export interface FileProblem {
  readonly file: string
  readonly problem: ProblemKind
  readonly message: string
}

/** Compares a bundle with its manifest, file by file. */
export function checkFiles(bundle: OpenedBundle, manifest: ReplayManifest): FileProblem[] {
  return [...checkListed(bundle, manifest), ...checkUnlisted(bundle, manifest), ...checkKnown(manifest)]
}

function checkListed(bundle: OpenedBundle, { files }: ReplayManifest): FileProblem[] {
  return files.flatMap(({ name: file, digest }): FileProblem[] => {
    const found = bundle.find(file)?.digest
    if (found === digest) return []
    if (found === undefined) return [{ file, problem: 'missing', message: 'the bundle does not have it' }]
    return [{ file, problem: 'altered', message: `its digest is ${found} in place of ${digest}` }]
  })
}

function checkUnlisted(bundle: OpenedBundle, { files }: ReplayManifest): FileProblem[] {
  const listed = new Set([manifestName, ...files.map(({ name }) => name)])
  const unlisted = bundle.names.filter((name) => !listed.has(name))
  return unlisted.map((file) => ({ file, problem: 'unexpected', message: 'the manifest does not name it' }))
}

/** What was lost before the bundle was made. */
function checkKnown({ reachability, scoringProfile }: ReplayManifest): FileProblem[] {
  const graphs = reachability.graphs
    .filter(({ digest, graphHash }) => digest === null || graphHash === null)
    .map(({ callgraphId }) => unknown(`the store no longer knew the graph ${callgraphId}`))
  const traces = reachability.runtimeTraces
    .filter(({ digest }) => digest === null)
    .map(({ evidenceId }) => unknown(`nothing tells where the trace of ${evidenceId} is`))
  const options = scoringProfile.options === null ? [unknown('the options of the scoring profile are not known')] : []
  return [...graphs, ...traces, ...options]
}

function unknown(message: string): FileProblem {
  return { file: manifestName, problem: 'unknown', message }
}

/** Whether the fact can be made again all the same: only what is to be proven is in question. */
export function isAlteredFact({ file, problem }: FileProblem): boolean {
  return isOfFact(file) && problem === 'altered'
}
