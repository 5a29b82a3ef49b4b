import { authProblems } from './auth/auth-errors.ts'
import { callgraphProblems } from './callgraphs/callgraph-errors.ts'
import { casProblems } from './cas/cas-errors.ts'
import { erasureProblems } from './erasure/erasure-errors.ts'
import { eventProblems } from './events/event-errors.ts'
import { evidenceProblems } from './evidence/evidence-errors.ts'
import { factProblems } from './facts/fact-errors.ts'
import { httpProblems } from './http/http-errors.ts'
import { subjectProblems } from './identifiers/subject.ts'
import { jsonProblems } from './lib/json-errors.ts'
import { storeProblems } from './lib/store-errors.ts'
import { loadProblems } from './load/load-errors.ts'
import { replayProblems } from './replay/replay-errors.ts'
import { runtimeFactsProblems } from './runtime-facts/runtime-facts-errors.ts'
import { unionBundleProblems } from './union-bundles/union-bundle-errors.ts'

/** Every code that a client can read, with its status: the domains' tables, joined. */
export const problems = {
  ...httpProblems,
  ...jsonProblems,
  ...authProblems,
  ...subjectProblems,
  ...storeProblems,
  ...loadProblems,
  ...casProblems,
  ...eventProblems,
  ...evidenceProblems,
  ...callgraphProblems,
  ...runtimeFactsProblems,
  ...unionBundleProblems,
  ...factProblems,
  ...replayProblems,
  ...erasureProblems,
} as const
