import type { LocatedHit, PythonFunction } from '../../evidence/tool-output.ts'
import type { GraphIndex } from '../graph-index.ts'
import { idsWithPrefix } from '../ids-in-order.ts'
import { type Deployment, findDeployment } from './deployed-root.ts'
import { nodeNamed } from './node-named.ts'
import type { Located, PositionTable } from './position-table.ts'

/** PyCG's dotted names are a module's path and the qualified name in it; a profile tells file, line and that name. */
export const pythonPositions: PositionTable = {
  tools: ['python-profile'],
  locate: (index, output) => (output.tool === 'python-profile' ? locateFunctions(index, output.functions) : undefined),
}

function locateFunctions(index: GraphIndex, functions: readonly PythonFunction[]): Located {
  const isModule = (path: string) => nodeNamed(index, path.replaceAll('/', '.')) !== undefined
  const deployment = findDeployment(new Set(functions.map(modulePath)), isModule)
  const hits: LocatedHit[] = []
  let platform = 0
  for (const each of functions) {
    if (each.hits === 0 || isPartOfAnother(each)) continue
    const { hits: count, observedAt } = each
    const [id] = namesOf(index, deployment, each).flatMap((name) => nodeNamed(index, name) ?? [])
    if (id === undefined && isPlatform(each)) platform += 1
    else hits.push({ symbolId: id ?? ownName(deployment, each), isNode: id !== undefined, hits: count, observedAt })
  }
  return { hits, platform }
}

/** Comprehensions are code objects of their own to the interpreter, but part of their function to everybody else. */
function isPartOfAnother({ name }: PythonFunction): boolean {
  return /^<(?:list|set|dict)comp>$|^<genexpr>$/.test(name)
}

/** `/src/shop/cart/__init__.py` is the module `…shop.cart`. */
function modulePath({ file }: PythonFunction): string {
  return file
    .replaceAll('\\', '/')
    .replace(/\.py$/, '')
    .replace(/\/__init__$/, '')
}

/** What the graph may call it, likeliest first. Calling a class that was not analysed is, to PyCG, calling its name. */
function namesOf(index: GraphIndex, deployment: Deployment, observed: PythonFunction): string[] {
  const native = nativeName(observed.name)
  if (native !== undefined) return [`<builtin>.${native}`, native.replace(/^builtins\./, '<builtin>.')]
  const path = deployment.fileOf(modulePath(observed))
  const modules = [path?.replaceAll('/', '.'), observed.module].filter((name) => name !== undefined)
  return modules.flatMap((name) => namesInModule(index, name, observed))
}

function namesInModule(index: GraphIndex, module: string, { name, qualifiedName }: PythonFunction): string[] {
  if (name === '<module>') return [module]
  if (qualifiedName === undefined) return [`${module}.${name}`, ...onlyBearer(index, module, name)]
  const scopes = qualifiedName.replaceAll('.<locals>', '').split('.')
  if (name === '__init__') return [[module, ...scopes].join('.'), [module, ...scopes.slice(0, -1)].join('.')]
  if (name !== '<lambda>') return [[module, ...scopes].join('.')]
  const scope = [module, ...scopes.slice(0, -1)].join('.')
  const lambdas = idsWithPrefix(index, `${scope}.<lambda`, 2)
  // PyCG numbers the lambdas of a scope, a profile does not: only a single one can be told.
  return lambdas.length === 1 ? lambdas : []
}

/** Python before 3.11 tells no qualified name: a method's own name will do where one function of the module bears it. */
function onlyBearer(index: GraphIndex, module: string, name: string): string[] {
  const bearers = idsWithPrefix(index, `${module}.`, 10_000).filter((id) => id.endsWith(`.${name}`))
  return bearers.length === 1 ? bearers : []
}

/** `<built-in method builtins.len>`, `<method 'append' of 'list' objects>`, as cProfile prints what is written in C. */
function nativeName(name: string): string | undefined {
  const [, type, method] = /^<method '([^']+)' of '([^']+)' objects>$/.exec(name) ?? []
  if (type !== undefined && method !== undefined) return `${method}.${type}`
  const [, builtin] = /^<built-in (?:method|function) ([^> ]+)>$/.exec(name) ?? []
  return builtin
}

/** The interpreter and its library; a node that they are is a node all the same. */
function isPlatform({ file, name }: PythonFunction): boolean {
  return nativeName(name) !== undefined || /^[~<]|\/lib\/python\d[\d.]*\/(?!(?:site|dist)-packages\/)/.test(file)
}

function ownName(deployment: Deployment, observed: PythonFunction): string {
  const { file, line, name, qualifiedName } = observed
  const shown = deployment.nameOf(modulePath(observed)) === modulePath(observed) ? file : deployment.nameOf(file)
  return `${shown}:${line}:${qualifiedName ?? name}`
}
