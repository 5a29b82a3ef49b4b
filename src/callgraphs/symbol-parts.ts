/** How a language's analysers spell a function's namespace and name. Source: contracts, 3.1. */
export interface NameParts {
  readonly namespace?: string
  readonly name: string
}

/** `class:method(args)`: package and class, and the method with its descriptor. */
export function javaNameParts(id: string): NameParts {
  return splitAt(id, id.indexOf(':'))
}

/** `(*acme/shop.Cart).Total$1`, `acme/shop.main`: package path with receiver, and the function. */
export function goNameParts(id: string): NameParts {
  const receiverEnd = id.startsWith('(') ? closingParenthesis(id) : -1
  if (receiverEnd !== -1) return splitAt(id, receiverEnd + 1)
  // Type arguments have dots of their own, and so has a package path (`gopkg.in/yaml.v2`): the last one before them counts.
  const typeArguments = id.indexOf('[')
  return splitAt(id, id.slice(0, typeArguments === -1 ? undefined : typeArguments).lastIndexOf('.'))
}

/**
 * `pkg.module.Class.method`: module path, and qualified name. The dotted name does not say where the module ends: it is
 * taken to end before the first component that is a class by its spelling (or `<…>`), else before the last component.
 */
export function pythonNameParts(id: string): NameParts {
  const components = id.split('.')
  const firstClass = components.findIndex((component, position) => position > 0 && /^_*[A-Z<]/.test(component))
  const end = firstClass === -1 ? components.length - 1 : firstClass
  if (end <= 0) return { name: id }
  return { namespace: components.slice(0, end).join('.'), name: components.slice(end).join('.') }
}

function splitAt(id: string, separator: number): NameParts {
  if (separator <= 0 || separator >= id.length - 1) return { name: id }
  return { namespace: id.slice(0, separator), name: id.slice(separator + 1) }
}

function closingParenthesis(id: string): number {
  let depth = 0
  for (let at = 0; at < id.length; at += 1) {
    if (id[at] === '(') depth += 1
    else if (id[at] === ')') depth -= 1
    if (depth === 0) return at
  }
  return -1
}
