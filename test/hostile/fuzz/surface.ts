/** A JSON Schema as the document has it: what is asked of it is looked at where it is used. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required?: boolean
  readonly schema: JsonSchema
}

type ByContentType = Readonly<Record<string, { readonly schema: JsonSchema }>>

/** What the document says of one method of one path. */
export interface Operation {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** What a token has to allow; undefined on routes that are open. */
  readonly scope: string | undefined
  /** Schemas of the body by content type. */
  readonly bodies: ByContentType
  /** Content types by status, `default` among them; no content types means no body. */
  readonly responses: Readonly<Record<string, { readonly content?: ByContentType }>>
}

/** Everything that the service says of itself. */
export interface Surface {
  readonly document: JsonSchema
  readonly operations: readonly Operation[]
}

interface DescribedOperation {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: ByContentType }
  readonly responses: Operation['responses']
  readonly security?: readonly { readonly bearer?: readonly string[] }[]
}

export async function readSurface(url: string): Promise<Surface> {
  const response = await fetch(new URL('/openapi.json', url))
  const document = (await response.json()) as { readonly paths: Record<string, Record<string, DescribedOperation>> }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(path, method, described)),
  )
  return { document, operations }
}

function operationOf(path: string, method: string, described: DescribedOperation): Operation {
  const { operationId: name, parameters = [], requestBody, responses, security = [] } = described
  const scope = security[0]?.bearer?.[0]
  return { name, method: method.toUpperCase(), path, parameters, scope, bodies: requestBody?.content ?? {}, responses }
}
