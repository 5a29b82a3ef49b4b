import { type NameParts, pythonNameParts } from '../symbol-parts.ts'

/** `symbolKey` is what other analysers of the language print, so that observers who speak of those are understood too. */
export type FastenName = NameParts & { readonly symbolKey?: string }

const primitives = new Map([
  ['BooleanType', 'boolean'],
  ['ByteType', 'byte'],
  ['CharType', 'char'],
  ['DoubleType', 'double'],
  ['FloatType', 'float'],
  ['IntegerType', 'int'],
  ['LongType', 'long'],
  ['ShortType', 'short'],
])

/** `/java.lang/String.indexOf(String,IntegerType)IntegerType`: package, class, method and what it takes; types of the own package stand without it. */
export function javaMethodName(uri: string): FastenName {
  const [, before = '', parameters = ''] = /^(\/[^(]*)\(([^)]*)\)/.exec(uri) ?? []
  const steps = before.split('/')
  const member = steps.at(-1) ?? ''
  const dot = member.lastIndexOf('.')
  if (dot <= 0) return { name: uri }
  const itsPackage = packageName(steps.at(-2) ?? '')
  const namespace = qualified(itsPackage, decoded(member.slice(0, dot)))
  const types = parameters.split(',').map((type) => typeName(decoded(type), itsPackage))
  const name = `${decoded(member.slice(dot + 1))}(${types.join(',')})`
  return { namespace, name, symbolKey: `${namespace}:${name}` }
}

/** `/module/Class.method()`, and `//product//dotted.name` for what lies outside; the product of builtins is `.builtin`. */
export function pythonFunctionName(namespace: string): FastenName {
  const [, product, outside] = /^\/\/([^/]*)\/\/(.*)$/.exec(namespace) ?? []
  if (outside !== undefined) return dottedName(product === '.builtin' ? `<builtin>.${outside}` : outside)
  const [, module, qualifiedName] = /^\/([^/]+)\/(.*)$/.exec(namespace) ?? []
  if (module === undefined || qualifiedName === undefined) return { name: namespace }
  if (qualifiedName === '') return dottedName(module)
  const name = qualifiedName.replace(/\(\)$/, '')
  return { namespace: module, name, symbolKey: `${module}.${name}` }
}

function dottedName(name: string): FastenName {
  return { ...pythonNameParts(name), symbolKey: name }
}

function typeName(type: string, ownPackage: string): string {
  const [, element = '', brackets = ''] = /^(.*?)((?:\[\])*)$/.exec(type) ?? []
  const steps = element.split('/')
  const name = steps.at(-1) ?? ''
  const itsPackage = steps.length > 1 ? packageName(steps.at(-2) ?? '') : ownPackage
  const primitive = itsPackage === 'java.lang' ? primitives.get(name) : undefined
  return (primitive ?? (name === '' ? '' : qualified(itsPackage, name))) + brackets
}

/** `null` cannot be a package in Java: it is how the tool prints the package without a name. */
function packageName(step: string): string {
  const name = decoded(step)
  return name === 'null' ? '' : name
}

function qualified(itsPackage: string, name: string): string {
  return itsPackage === '' ? name : `${itsPackage}.${name}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
