import type { CasObject } from '../cas/cas-store.ts'
import type { Staging } from '../cas/staging.ts'
import { computeFact, type FoldOutput } from '../facts/compute-fact.ts'
import type { FactBody } from '../facts/fact.ts'
import type { Digest } from '../identifiers/digest.ts'
import { chunkName, factName, manifestName } from './bundle-files.ts'
import { checkFiles, type FileProblem, isAlteredFact } from './check-files.ts'
import { type ComparedFact, type Divergence, firstDivergence } from './compare-facts.ts'
import { type BundleLimits, type OpenedBundle, openBundle } from './open-bundle.ts'
import { type RecomputeFactDeps, recomputeFact } from './recompute-fact.ts'
import { type ReplayManifest, readManifest } from './replay-manifest.ts'
import { StagedBlobs } from './staged-blobs.ts'
import { UnusableInput } from './unusable-input.ts'

export interface ReplayDeps {
  /** Temporary files only: nothing that a replay reads is in any store. */
  readonly staging: Staging
  readonly limits: BundleLimits
  readonly compute?: RecomputeFactDeps['compute']
}

export interface Replay {
  /** Null when it cannot be said: an input is missing, or is not what the fact was made of. */
  readonly match: boolean | null
  readonly subjectKey: string | null
  readonly factVersion: number | null
  readonly expectedDigest: Digest | null
  readonly computedDigest: Digest | null
  /** How many files of the bundle are what its manifest says. */
  readonly inputsVerified: number
  readonly problems: readonly FileProblem[]
  readonly divergence?: Divergence
}

/** Makes the fact of a bundle again from the bundle's inputs alone, and compares it bit for bit. */
export async function replayBundle(deps: ReplayDeps, object: CasObject): Promise<Replay> {
  await using bundle = await openBundle(deps.staging, object, deps.limits)
  const manifest = await manifestOf(bundle)
  if (!manifest) return unsealed(bundle)
  const problems = checkFiles(bundle, manifest)
  if (!problems.every(isAlteredFact)) return cannotSay(manifest, problems)
  await using blobs = new StagedBlobs(deps.staging)
  try {
    const computed = await recomputeFact({ blobs, compute: deps.compute ?? computeFact }, bundle, manifest)
    return await verdictOn(bundle, blobs, { manifest, problems, computed })
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error
    const { file, message } = error
    return cannotSay(manifest, [...problems, { file, problem: 'unreadable', message }])
  }
}

async function manifestOf(bundle: OpenedBundle): Promise<ReplayManifest | undefined> {
  return bundle.find(manifestName) && readManifest(await bundle.read(manifestName))
}

function unsealed(bundle: OpenedBundle): Replay {
  const problem: FileProblem = bundle.find(manifestName)
    ? { file: manifestName, problem: 'altered', message: 'it is not what its own digest was taken over' }
    : { file: manifestName, problem: 'missing', message: 'the bundle does not have it' }
  const nothing = { subjectKey: null, factVersion: null, expectedDigest: null, computedDigest: null }
  return { match: null, ...nothing, inputsVerified: 0, problems: [problem] }
}

function cannotSay(manifest: ReplayManifest, problems: readonly FileProblem[]): Replay {
  return { match: null, ...told(manifest, problems), computedDigest: null, problems }
}

function told({ subjectKey, fact, files }: ReplayManifest, problems: readonly FileProblem[]) {
  const bad = new Set(problems.map(({ file }) => file))
  const inputsVerified = files.filter(({ name }) => !bad.has(name)).length
  return { subjectKey, factVersion: fact.version, expectedDigest: fact.digest, inputsVerified }
}

interface Computed {
  readonly manifest: ReplayManifest
  readonly problems: readonly FileProblem[]
  readonly computed: FoldOutput
}

async function verdictOn(
  bundle: OpenedBundle,
  blobs: StagedBlobs,
  { manifest, problems, computed }: Computed,
): Promise<Replay> {
  const { body, digest: computedDigest } = computed
  const isMatch = computedDigest === manifest.fact.digest && problems.length === 0
  const answer = { match: isMatch, ...told(manifest, problems), computedDigest, problems }
  if (isMatch) return answer
  const divergence = await divergenceOf(bundle, {
    body: JSON.parse(body.toString('utf8')) as FactBody,
    readChunk: async (digest) => entriesIn(await blobs.readBlob(digest)),
  })
  return { ...answer, ...(divergence && { divergence }) }
}

/** Undefined when the fact of the bundle cannot even be read: then it is named as altered, and there is no more to say. */
async function divergenceOf(bundle: OpenedBundle, computed: ComparedFact): Promise<Divergence | undefined> {
  try {
    const expected: ComparedFact = {
      body: JSON.parse((await bundle.read(factName)).toString('utf8')) as FactBody,
      readChunk: async (digest) => entriesIn(await bundle.read(chunkName(digest))),
    }
    return await firstDivergence(expected, computed)
  } catch {
    return undefined
  }
}

function entriesIn(bytes: Buffer): readonly unknown[] {
  const entries: unknown = JSON.parse(bytes.toString('utf8'))
  if (!Array.isArray(entries)) throw new TypeError('a chunk is an array')
  return entries
}
