import type { GoFunction } from '../../evidence/tool-output.ts'
import type { GraphIndex } from '../graph-index.ts'
import { idsWithPrefix } from '../ids-in-order.ts'
import { goNameParts } from '../symbol-parts.ts'
import { nodeNamed } from './node-named.ts'

/** The package that a function's id names: `acme/shop` of `(*acme/shop.Cart).Total$1`. */
export function packageOf(id: string): string {
  const { namespace = '' } = goNameParts(id)
  if (!namespace.startsWith('(')) return namespace
  const typeArguments = namespace.indexOf('[')
  const receiver = namespace.slice(1, typeArguments === -1 ? -1 : typeArguments).replace(/^\*/, '')
  return receiver.slice(0, receiver.lastIndexOf('.'))
}

/** In a coverage file the directory of a source file is its package's path. */
export function packageOfFile(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')))
}

/** The nodes that a listed name can only mean, if there is exactly one; generic functions are nodes by their instances. */
export function goNode(index: GraphIndex, { file, name }: GoFunction, initNumber: number): string | undefined {
  const path = packageOfFile(file)
  if (name === 'init' && initNumber > 0) return nodeNamed(index, `${path}.init#${initNumber}`)
  const [, star, type, method] = /^(\*?)([^.]+)\.(.+)$/.exec(name) ?? []
  if (type !== undefined) {
    const asListed = nodeNamed(index, `(${star}${path}.${type}).${method}`)
    return asListed ?? nodeNamed(index, `(*${path}.${type}).${method}`)
  }
  return nodeNamed(index, `${path}.${name}`) ?? onlyInstance(index, `${path}.${name}[`)
}

function onlyInstance(index: GraphIndex, prefix: string): string | undefined {
  const [first, second] = idsWithPrefix(index, prefix, 16).filter((id) => id.endsWith(']'))
  return second === undefined ? first : undefined
}

/**
 * `go tool cover -func` leaves receivers out: a method's own name will do where one type of the package has it. Null where
 * several have.
 */
export function methodsOfPackage(index: GraphIndex, path: string): ReadonlyMap<string, string | null> {
  const methods = new Map<string, string | null>()
  for (const prefix of [`(*${path}.`, `(${path}.`]) {
    for (const id of idsWithPrefix(index, prefix, maxMethods)) {
      const name = id.slice(id.lastIndexOf(').') + 2)
      if (packageOf(id) === path) methods.set(name, methods.has(name) ? null : id)
    }
  }
  return methods
}

const maxMethods = 10_000
