import { compareOrdinal } from '../../lib/ordinal.ts'

export interface Deployment {
  /** The graph's name for a file of the running program. */
  fileOf(path: string): string | undefined
  /** What is left of a path below the deployed root: a name that does not tell where the program was installed. */
  nameOf(path: string): string
}

/**
 * Programs run elsewhere than where they were analysed. The directory below which the program's files are the graph's is
 * the one that makes the most of them so (of equals the shortest: its files share the longest tails). A file outside of it
 * is the graph's only if its whole path is: `index.js` in somebody else's package must never pass for ours.
 */
export function findDeployment(paths: Iterable<string>, isInGraph: (file: string) => boolean): Deployment {
  const root = bestRoot(new Set(paths), isInGraph)
  const nameOf = (path: string) => (path.startsWith(root) ? path.slice(root.length) : path)
  return {
    nameOf,
    // Names outside of the analysed root lose only their leading slash (contracts, small print of 3).
    fileOf: (path) => [nameOf(path), path.replace(/^\//, '')].find(isInGraph),
  }
}

function bestRoot(paths: ReadonlySet<string>, isInGraph: (file: string) => boolean): string {
  const votes = new Map<string, number>()
  for (const path of paths) {
    for (const { root, file } of splits(path)) if (isInGraph(file)) votes.set(root, (votes.get(root) ?? 0) + 1)
  }
  const [best] = [...votes].sort(
    ([left, leftVotes], [right, rightVotes]) =>
      rightVotes - leftVotes || left.length - right.length || compareOrdinal(left, right),
  )
  return best?.[0] ?? ''
}

/** Deep enough for any honest path, and a bound on what a dishonest one costs. */
const maxSteps = 64

function* splits(path: string): Generator<{ readonly root: string; readonly file: string }> {
  yield { root: '', file: path }
  let at = path.indexOf('/')
  for (let steps = 0; at !== -1 && steps < maxSteps; steps += 1) {
    yield { root: path.slice(0, at + 1), file: path.slice(at + 1) }
    at = path.indexOf('/', at + 1)
  }
}
