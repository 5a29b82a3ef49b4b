import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const src = resolve(import.meta.dirname, '../src')

/** The rows of docs/architecture.md, top first. A file may import its own folder and any row above it. */
const rows = [
  ['errors.ts'],
  ['lib'],
  ['identifiers'],
  ['telemetry', 'sqlite', 'mongo', 'redis'],
  ['load'],
  ['cas', 'http', 'auth'],
  ['events', 'provenance'],
  ['evidence'],
  ['callgraphs', 'runtime-facts'],
  ['union-bundles'],
  ['scoring'],
  ['facts'],
  ['replay'],
  ['integrity'],
  ['erasure'],
  [
    'version.ts',
    'settings-schema.ts',
    'config.ts',
    'assembly',
    'context.ts',
    'problems.ts',
    'app.ts',
    'serve.ts',
    'main.ts',
    'demo',
    'client',
    'cli',
  ],
]

/** Who may name a part of the outside world: by folder, or by the prefix or suffix of a file's name. */
const roles: { name: string; module: RegExp; may: RegExp }[] = [
  {
    name: 'Fastify',
    module: /^(fastify|@fastify\/|fastify-)/,
    may: /^(http\/|auth\/|app\.ts$)|-routes\.ts$/,
  },
  { name: 'SQLite', module: /^node:sqlite$/, may: /^sqlite\/|\/sqlite-[^/]*$/ },
  { name: 'MongoDB', module: /^mongodb$/, may: /^mongo\/|\/mongo-[^/]*$/ },
  { name: 'Redis', module: /^ioredis$/, may: /^redis\/|\/redis-[^/]*$/ },
  { name: 'yauzl', module: /^yauzl$/, may: /^union-bundles\// },
  { name: 'JOSE', module: /^jose$/, may: /^auth\// },
  { name: 'S3', module: /^@aws-sdk\//, may: /\/s3-[^/]*$/ },
]

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()

const imports = new Map(files.map((file) => [file, importsOf(file)]))

function importsOf(file: string): { specifier: string; target: string | undefined }[] {
  const text = readFileSync(join(src, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
  return specifiers.map((specifier) => ({
    specifier,
    target: specifier.startsWith('.') ? relative(src, resolve(src, dirname(file), specifier)) : undefined,
  }))
}

function placeOf(file: string): string {
  return file.split('/')[0] ?? file
}

function rowOf(file: string): number {
  return rows.findIndex((row) => row.includes(placeOf(file)))
}

function localTargets(file: string): string[] {
  return (imports.get(file) ?? []).flatMap(({ target }) => (target === undefined ? [] : [target]))
}

test('every file stands in a row of the architecture', () => {
  expect(files.filter((file) => rowOf(file) === -1)).toEqual([])
})

test('a file imports only its own folder and rows above', () => {
  const wrong = files.flatMap((file) =>
    localTargets(file)
      .filter((target) => placeOf(target) !== placeOf(file))
      .filter((target) => rowOf(target) >= rowOf(file) && rowOf(file) !== rows.length - 1)
      .map((target) => `${file} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('nobody imports the process, the demo or the command line', () => {
  const isProcess = (target: string, file: string): boolean =>
    target === 'main.ts' || (target === 'serve.ts' && file !== 'main.ts')
  const wrong = files.flatMap((file) =>
    localTargets(file)
      .filter(
        (target) => isProcess(target, file) || (/^(demo|cli)\//.test(target) && placeOf(target) !== placeOf(file)),
      )
      .map((target) => `${file} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('no file imports itself through others', () => {
  const state = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (file: string, trail: string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      circles.push([...trail.slice(trail.indexOf(file)), file].join(' → '))
      return
    }
    state.set(file, 'open')
    for (const target of localTargets(file)) visit(target, [...trail, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

test.each(roles)('only the files meant for it name $name', ({ module, may }) => {
  const wrong = files.filter(
    (file) => !may.test(file) && (imports.get(file) ?? []).some(({ specifier }) => module.test(specifier)),
  )
  expect(wrong).toEqual([])
})

test('a start loads no driver that it may have no use for', () => {
  const loaded = new Set<string>()
  const visit = (file: string): void => {
    if (loaded.has(file)) return
    loaded.add(file)
    for (const specifier of importedAtOnce(file)) {
      if (specifier.startsWith('.')) visit(relative(src, resolve(src, dirname(file), specifier)))
      else loaded.add(specifier)
    }
  }
  visit('serve.ts')
  expect(loaded).toContain('fastify')
  const drivers = ['mongodb', 'ioredis', '@aws-sdk/client-s3', 'jose', 'rate-limiter-flexible', 'commander']
  expect(drivers.filter((driver) => loaded.has(driver))).toEqual([])
})

/** Neither types, which are gone when it runs, nor what is imported where it is needed. */
function importedAtOnce(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/^(?:import|export) (?!type )(?:[^'(;]*? from )?'([^']+)'/gm)].map((match) => match[1] ?? '')
}

test('only config.ts reads the environment', () => {
  const readers = files.filter((file) =>
    /process\.env\b|import\.meta\.env\b/.test(readFileSync(join(src, file), 'utf8')),
  )
  expect(readers.filter((file) => file !== 'config.ts')).toEqual([])
})

test('the process and each of its threads keep their environment out of diagnostic reports', () => {
  const programs = files.filter((file) => file === 'main.ts' || file.endsWith('-thread.ts'))
  const telling = programs.filter(
    (file) => !/^process\.report\.excludeEnv = true$/m.test(readFileSync(join(src, file), 'utf8')),
  )
  expect(programs.length).toBeGreaterThan(5)
  expect(telling).toEqual([])
})

test('imports are written to be found: relative ones end in .ts', () => {
  const wrong = files.flatMap((file) => localTargets(file).filter((target) => !target.endsWith('.ts')))
  expect(wrong).toEqual([])
})
