import { seededInteger } from './made-graph.ts'

export interface JsCallsShape {
  readonly files: number
  /** Functions, and the top level of each file. */
  readonly nodes: number
  readonly edges: number
}

/** A stretch of source code, named for the function that it is, or is in. */
interface Place {
  readonly file: string
  readonly label: string
  readonly row: number
  readonly start: number
  readonly length: number
}

const targetsOfCall = 8
const packages = [
  'fastify',
  'mongodb',
  'ioredis',
  'pino',
  'avvio',
  'undici',
  'semver',
  'bson',
  'ajv',
  'light-my-request',
]

/**
 * The calls of a program with its dependencies, as js-callgraph prints them: an array in JSON of two spaces, each caller with
 * each callee once. As it finds methods by their names, a call has many targets, and its place is printed with each.
 */
export function* jsCallBytes(shape: JsCallsShape): Generator<Buffer> {
  const functions = madeFunctions(shape)
  const callers = [...functions, ...topLevels(shape)]
  const targets = functions.map((place) => placeText('target', place))
  for (const [caller, place] of callers.entries()) {
    const records = calleesOf(caller, shape).map((callee, position) => {
      const source = placeText('source', callIn(place, Math.floor(position / targetsOfCall)))
      return `  {\n${source},\n${targets[callee] ?? ''}\n  }`
    })
    yield Buffer.from(`${caller === 0 ? '[\n' : ',\n'}${records.join(',\n')}`)
  }
  yield Buffer.from('\n]\n')
}

/** In each file as many, one after another. */
function madeFunctions({ files, nodes }: JsCallsShape): Place[] {
  const inFile = Math.ceil((nodes - files) / files)
  return Array.from({ length: nodes - files }, (_, number) => {
    const position = number % inFile
    const label = number % 3 === 0 ? 'anon' : `handle${number % 97}`
    const file = fileName(Math.floor(number / inFile))
    return { file, label, row: 40 + position * 31, start: 1_000 + position * 1_000, length: 900 }
  })
}

/** What stands above the first function of a file. */
function topLevels({ files }: JsCallsShape): Place[] {
  return Array.from({ length: files }, (_, file) => {
    return { file: fileName(file), label: 'global', row: 1, start: 0, length: 900 }
  })
}

function fileName(file: number): string {
  const name = packages[file % packages.length] ?? ''
  return `/srv/app/node_modules/${name}/dist/section-${Math.floor(file / packages.length)}/index.js`
}

/** Every caller has as many, or one more; the first is the function behind it, so that each function is called by somebody. */
function calleesOf(caller: number, { files, nodes, edges }: JsCallsShape): number[] {
  const functions = nodes - files
  const count = Math.floor(edges / nodes) + (caller < edges % nodes ? 1 : 0)
  const below = seededInteger(caller)
  const callees = new Set([(caller + 1) % functions])
  while (callees.size < count) callees.add(below(4) === 0 ? below(functions) : (caller + below(200)) % functions)
  return [...callees]
}

function callIn({ file, label, row, start }: Place, call: number): Place {
  return { file, label, row: row + call, start: start + 20 + call * 40, length: 12 }
}

function placeText(end: 'source' | 'target', { file, label, row, start, length }: Place): string {
  const rows = Math.floor(length / 30)
  const place = {
    label,
    file,
    start: { row, column: 4 },
    end: { row: row + rows, column: rows === 0 ? 4 + length : 1 },
    range: { start, end: start + length },
  }
  return `    "${end}": ${JSON.stringify(place, undefined, 2).replaceAll('\n', '\n    ')}`
}
