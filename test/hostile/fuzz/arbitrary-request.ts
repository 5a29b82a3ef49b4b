import fc from 'fast-check'
import { badBody, goodBody, takesBody } from './arbitrary-body.ts'
import { badCaller, badHeaders, contentType, goodCaller, goodHeaders, strangeContentType } from './arbitrary-headers.ts'
import { stringOf } from './arbitrary-of-schema.ts'
import { hostileText } from './arbitrary-text.ts'
import type { DrawnBody, DrawnCaller, DrawnRequest, Written } from './drawn-request.ts'
import type { Operation, Parameter } from './surface.ts'

/** Requests for an operation: every other one in good faith, the others with something wrong in one or more places. */
export function requestTo(operation: Operation): fc.Arbitrary<DrawnRequest> {
  return fc.oneof(inGoodFaith(operation), inBadFaith(operation))
}

function inGoodFaith(operation: Operation): fc.Arbitrary<DrawnRequest> {
  return fc
    .record({
      ...of(operation),
      pathValues: pathValues(operation, (parameter) => written(textFor(parameter))),
      query: query(operation, (parameter) => written(textFor(parameter))),
      headers: headers(goodHeaders(operation), contentType(operation)),
      caller: goodCaller,
      ...(takesBody(operation) && { body: goodBody(operation) }),
    })
    .map((drawn) => withoutQueryOfEnvelope(drawn as DrawnRequest))
}

/** An envelope says all by itself: a graph whose language is in the query would be the body itself. */
function withoutQueryOfEnvelope(drawn: DrawnRequest): DrawnRequest {
  return drawn.body?.content.kind === 'envelope' ? { ...drawn, query: [] } : drawn
}

function inBadFaith(operation: Operation): fc.Arbitrary<DrawnRequest> {
  const value = (parameter: Parameter): fc.Arbitrary<Written> =>
    fc.oneof({ weight: 3, arbitrary: written(textFor(parameter)) }, { weight: 1, arbitrary: hostileWritten })
  return fc.record(
    {
      ...of(operation),
      method: mostly(operation.method, fc.constantFrom(...methods)),
      pathValues: pathValues(operation, value),
      query: fc.oneof(
        { weight: 3, arbitrary: query(operation, value) },
        { weight: 1, arbitrary: fc.array(fc.tuple(queryName(operation), hostileWritten), { maxLength: 4 }) },
      ),
      headers: headers(
        badHeaders,
        fc.oneof({ weight: 3, arbitrary: contentType(operation) }, { weight: 1, arbitrary: strangeContentType }),
      ),
      caller: fc.oneof<fc.Arbitrary<DrawnCaller>[]>(goodCaller, goodCaller, badCaller),
      body: bodyInBadFaith(operation),
    },
    { noNullPrototype: true },
  )
}

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', 'SEARCH']

/** None for most that take none, and for a few that take one. */
function bodyInBadFaith(operation: Operation): fc.Arbitrary<DrawnBody | undefined> {
  const none = fc.constant(undefined)
  const any = badBody(operation)
  return takesBody(operation)
    ? fc.oneof({ weight: 9, arbitrary: any }, { weight: 1, arbitrary: none })
    : fc.oneof({ weight: 1, arbitrary: any }, { weight: 9, arbitrary: none })
}

function of({ name, method, path }: Operation) {
  return { operation: fc.constant(name), method: fc.constant(method), path: fc.constant(path) }
}

function mostly<Value>(usual: Value, other: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other })
}

type Values = (parameter: Parameter) => fc.Arbitrary<Written>

function pathValues({ parameters }: Operation, value: Values): fc.Arbitrary<Readonly<Record<string, Written>>> {
  const named = parameters.filter((parameter) => parameter.in === 'path')
  return fc.record(Object.fromEntries(named.map((parameter) => [parameter.name, value(parameter)])), {
    noNullPrototype: true,
  })
}

function query({ name, parameters }: Operation, value: Values): fc.Arbitrary<DrawnRequest['query']> {
  const named = parameters.filter((parameter) => parameter.in === 'query')
  const parts = named.map((parameter) => {
    const said = value(parameter).map((drawn) => [[parameter.name, drawn] as const])
    const unsaid = fc.constant<(readonly [string, Written])[]>([])
    const weight = parameter.required === true || isNeeded(name, parameter) ? 400 : rarely.has(parameter.name) ? 2 : 10
    return fc.oneof({ weight, arbitrary: said }, { weight: 20, arbitrary: unsaid })
  })
  return fc.tuple(...parts).map((drawn) => drawn.flat())
}

/** Good for one list, one span or one content alone. */
const rarely = new Set(['cursor', 'after', 'through', 'format'])

/** What the document cannot say: it may be in a header or in the body instead. */
const needed: Readonly<Record<string, readonly string[]>> = {
  ingestCallgraph: ['language', 'component', 'version'],
  ingestRuntimeFactStream: ['callgraphId', 'scanId'],
}

function isNeeded(operation: string, { name }: Parameter): boolean {
  return Object.hasOwn(needed, operation) && needed[operation]?.includes(name) === true
}

function queryName({ parameters }: Operation): fc.Arbitrary<string> {
  return fc.constantFrom(
    ...parameters.map(({ name }) => name),
    'limit',
    'cursor',
    '__proto__',
    'limit[]',
    'unknown',
    '',
  )
}

function textFor({ schema, name }: Parameter): fc.Arbitrary<string> {
  const { anyOf, enum: listed } = schema
  if (Array.isArray(listed)) return fc.constantFrom(...(listed as string[]))
  if (Array.isArray(anyOf)) return stringOf({}, name)
  if (name === 'limit') return fc.integer({ min: 1, max: 200 }).map(String)
  return stringOf(schema, name)
}

function written(text: fc.Arbitrary<string>): fc.Arbitrary<Written> {
  return text.map((drawn) => ({ text: drawn, isRaw: false }))
}

/** Escapes that stand for nothing, for something else, or for what a path must not have. */
const rawTexts = [
  '%',
  '%zz',
  '%c0%af',
  '%ff',
  '%00',
  '..',
  '%2e%2e',
  '..%2f..%2f',
  '%252e',
  '%ed%a0%80',
  '%u0041',
  ';x=1',
  '+',
  '=',
  '&&',
  '[]',
  '%0d%0a',
  '',
]

const hostileWritten: fc.Arbitrary<Written> = fc.oneof(
  { weight: 2, arbitrary: written(hostileText) },
  { weight: 1, arbitrary: fc.constantFrom(...rawTexts).map((text) => ({ text, isRaw: true })) },
)

function headers(
  drawn: fc.Arbitrary<DrawnRequest['headers']>,
  type: fc.Arbitrary<string | undefined>,
): fc.Arbitrary<DrawnRequest['headers']> {
  return fc
    .tuple(drawn, type)
    .map(([others, said]) => (said === undefined ? others : [...others, ['content-type', said] as const]))
}
