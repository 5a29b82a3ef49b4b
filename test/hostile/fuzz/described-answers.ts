import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Operation, Surface } from './surface.ts'

/** What the document says of an answer. */
export interface Description {
  /** Media types that it may have; none when it has no body. */
  readonly types: readonly string[]
  /** Of a media type; undefined when it is not JSON. */
  validatorOf(type: string): ValidateFunction | undefined
}

/** Looks answers up in the document, and compiles each of its schemas once. */
export class DescribedAnswers {
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false })
  readonly #compiled = new Map<string, ValidateFunction>()

  constructor({ document }: Pick<Surface, 'document'>) {
    this.#ajv.addSchema(document, 'document')
  }

  /** By its status, else what holds of any other; undefined when the document leaves it out. */
  find(operation: Operation, status: number): Description | undefined {
    const key = Object.hasOwn(operation.responses, status) ? String(status) : 'default'
    const response = operation.responses[key]
    // `default` is for refusals: a success is described by its status.
    if (!response || (key === 'default' && status < 400)) return undefined
    const types = Object.keys(response.content ?? {})
    return { types, validatorOf: (type) => this.#validator(operation, key, type) }
  }

  /** Of whatever is refused where the document describes nothing. */
  get problem(): ValidateFunction {
    return this.#compile('document#/components/schemas/Problem')
  }

  #validator({ path, method }: Operation, status: string, type: string): ValidateFunction | undefined {
    if (!/[/+]json$/.test(type)) return undefined
    const steps = ['paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema']
    return this.#compile(`document#/${steps.map(asPointer).join('/')}`)
  }

  #compile(ref: string): ValidateFunction {
    const known = this.#compiled.get(ref) ?? this.#ajv.compile({ $ref: ref })
    this.#compiled.set(ref, known)
    return known
  }
}

/** RFC 6901, 3 and 6: within the fragment of a URI. */
function asPointer(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))
}
