import { type Answer, type BuiltApp, openApp, type TestSettings } from './build-app.ts'

/** A graph as an envelope carries it, in our own shape. */
export interface PostedGraph {
  readonly nodes?: readonly unknown[]
  readonly edges?: readonly unknown[]
  readonly entryPoints?: readonly unknown[]
}

export interface GraphPost {
  readonly subject?: Readonly<Record<string, string>>
  readonly component?: string
  readonly closedWorld?: boolean
  readonly targets?: readonly string[]
}

/** The whole service, with the few posts that most questions begin with. */
export class AskedService implements AsyncDisposable {
  readonly built: BuiltApp

  constructor(built: BuiltApp) {
    this.built = built
  }

  static async open(settings: TestSettings = {}): Promise<AskedService> {
    return new AskedService(await openApp(settings))
  }

  async post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return await this.built.ask(path, {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return await this.built.ask(path, { headers })
  }

  /** Answers with the graph's id once its subject's fact is there. */
  async graph(
    graph: PostedGraph,
    { subject, component = 'shop', closedWorld, targets }: GraphPost = {},
  ): Promise<string> {
    const answer = await this.post(
      '/signals/callgraphs',
      {
        language: 'go',
        component,
        version: '1',
        artifactContentBase64: Buffer.from(JSON.stringify(graph)).toString('base64'),
        ...(subject && { subject }),
        ...(closedWorld !== undefined && { closedWorld }),
        ...(targets && { targets }),
      },
      { prefer: 'wait=30' },
    )
    if (answer.status !== 202) throw new Error(answer.text)
    return String(answer.body['callgraphId'])
  }

  async hits(
    callgraphId: string,
    subject: object,
    hits: Readonly<Record<string, number>>,
    extra: object = {},
  ): Promise<Answer> {
    const events = Object.entries(hits).map(([symbolId, hitCount]) => ({ symbolId, hitCount }))
    const answer = await this.post(
      '/signals/runtime-facts',
      { subject, callgraphId, events, ...extra },
      { prefer: 'wait=30' },
    )
    if (answer.status !== 202) throw new Error(answer.text)
    return answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.built[Symbol.asyncDispose]()
  }
}
