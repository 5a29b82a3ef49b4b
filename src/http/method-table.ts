import type { HttpServer } from './route.ts'

/** Which methods each route pattern takes; Fastify itself does not tell 405 from 404. */
export type MethodTable = ReadonlyMap<string, ReadonlySet<string>>

export function methodTable(app: HttpServer): MethodTable {
  const methods = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set<string>()
    for (const name of [method].flat()) known.add(name)
    methods.set(url, known)
  })
  return methods
}

/** The methods of all patterns that the path fits, sorted. */
export function allowedMethods(table: MethodTable, path: string): string[] {
  const segments = path.split('/')
  const fitting = [...table].filter(([pattern]) => fits(pattern.split('/'), segments))
  return [...new Set(fitting.flatMap(([, methods]) => [...methods]))].sort()
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false
  return pattern.every((part, position) =>
    part.startsWith(':') ? segments[position] !== '' : part === segments[position],
  )
}
