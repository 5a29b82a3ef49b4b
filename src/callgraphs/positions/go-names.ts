import type { GoFunction } from '../../evidence/tool-output.ts'
import type { GraphIndex } from '../graph-index.ts'
import { idsWithPrefix } from '../ids-in-order.ts'
import { goNameParts } from '../symbol-parts.ts'

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
  if (name === 'init' && initNumber > 0) return only(index, [`${path}.init#${initNumber}`])
  const [, star, type, method] = /^(\*?)([^.]+)\.(.+)$/.exec(name) ?? []
  if (type !== undefined) return only(index, [`(${star}${path}.${type}).${method}`, `(*${path}.${type}).${method}`])
  return only(index, [`${path}.${name}`]) ?? onlyInstance(index, `${path}.${name}[`) ?? onlyMethod(index, path, name)
}

function only(index: GraphIndex, ids: readonly string[]): string | undefined {
  return ids.find((id) => index.resolve(id).kind === 'node')
}

function onlyInstance(index: GraphIndex, prefix: string): string | undefined {
  const [first, second] = idsWithPrefix(index, prefix, 1000).filter((id) => id.endsWith(']'))
  return second === undefined ? first : undefined
}

/** `go tool cover -func` leaves the receiver out: a method's own name will do where one type of the package has it. */
function onlyMethod(index: GraphIndex, path: string, name: string): string | undefined {
  const methods = [`(*${path}.`, `(${path}.`].flatMap((prefix) => idsWithPrefix(index, prefix, 10_000))
  const [first, second] = methods.filter((id) => id.endsWith(`).${name}`) && packageOf(id) === path)
  return second === undefined ? first : undefined
}
