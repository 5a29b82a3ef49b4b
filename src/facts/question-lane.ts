import { Piscina } from 'piscina'
import type { ContentOptions } from '../cas/open-content.ts'
import { received, type Transferred } from '../lib/error-transfer.ts'
import type { ExplainQuestion } from './explain-target.ts'
import { FactError } from './fact-errors.ts'
import type { ExplainAnswer, QueryAnswer, QueryTarget } from './question-documents.ts'
import type { AskedSubject, Question, QuestionJob } from './question-thread.ts'

const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './question-thread.ts' : './question-thread.js',
  import.meta.url,
)

type Indexes = ReadonlyMap<string, SharedArrayBuffer>

/** The lane of threads for questions: apart from folds, so that whoever asks waits for nobody's evidence. */
export class QuestionLane {
  readonly #pool: Piscina
  readonly #content: ContentOptions
  readonly #queued: number

  constructor(options: { readonly content: ContentOptions; readonly threads: number; readonly queued: number }) {
    this.#content = options.content
    this.#queued = options.queued
    this.#pool = new Piscina({
      filename: threadFile.href,
      name: 'ask',
      minThreads: 0,
      maxThreads: options.threads,
      idleTimeout: 30_000,
    })
  }

  /** Questions that no thread answers yet. */
  get waiting(): number {
    return this.#pool.queueSize
  }

  async query(subject: AskedSubject, indexes: Indexes, targets: readonly QueryTarget[]): Promise<QueryAnswer> {
    return await this.#ask({ subject, indexes, question: { kind: 'query', targets } })
  }

  async explain(subject: AskedSubject, indexes: Indexes, question: ExplainQuestion): Promise<ExplainAnswer> {
    return await this.#ask({ subject, indexes, question: { kind: 'explain', ...question } })
  }

  /** Which answer belongs to which question is decided here and in the thread, and nowhere else. */
  async #ask<Answer>(
    job: Omit<QuestionJob, 'content' | 'question'> & { readonly question: Question },
  ): Promise<Answer> {
    if (this.waiting >= this.#queued) {
      throw new FactError('QUESTIONS_EXHAUSTED', 'too many questions wait', { retryAfterSeconds: 1 })
    }
    const outcome: Transferred<Answer> = await this.#pool.run({ content: this.#content, ...job })
    return received(outcome)
  }

  async close(): Promise<void> {
    await this.#pool.close({ force: true })
  }
}
