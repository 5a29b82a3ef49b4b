/** What a runtime tool's own output says ran, in the tool's own terms: which nodes these are, a graph's positions tell. */
export type ToolOutput =
  | { readonly tool: 'v8-coverage'; readonly functions: readonly ScriptRange[] }
  | { readonly tool: 'v8-cpuprofile'; readonly functions: readonly ScriptPlace[] }
  | { readonly tool: 'jfr'; readonly functions: readonly JavaMethod[] }
  | { readonly tool: 'go-coverage'; readonly functions: readonly GoFunction[]; readonly blocks: readonly GoBlock[] }
  | { readonly tool: 'python-profile'; readonly functions: readonly PythonFunction[] }

export const runtimeTools = ['v8-coverage', 'v8-cpuprofile', 'jfr', 'go-coverage', 'python-profile'] as const

export type RuntimeTool = (typeof runtimeTools)[number]

/** How often a function ran, or was met; 0 where a tool lists what did not run, since that helps to tell what did. */
export interface ObservedCount {
  readonly hits: number
  readonly observedAt?: string | undefined
}

/** V8 coverage: UTF-16 offsets into a script. The script's own range is its first. */
export interface ScriptRange extends ObservedCount {
  readonly file: string
  readonly name: string
  readonly start: number
  readonly end: number
  readonly isTopLevel: boolean
}

/** V8 CPU profile: where a function's parameters begin; line and column from 0. */
export interface ScriptPlace extends ObservedCount {
  readonly file: string
  readonly name: string
  readonly line: number
  readonly column: number
}

/** A method by the JVM's own names: `org/acme/Cart$Line`, `total`, `(I[J)V`. */
export interface JavaMethod extends ObservedCount {
  readonly className: string
  readonly method: string
  readonly descriptor: string
}

/** A line of a coverage listing: `acme/shop/cart.go:12`, `*Cart.Total`. */
export interface GoFunction extends ObservedCount {
  readonly file: string
  readonly line: number
  readonly name: string
}

/** A block of a coverage profile; lines and columns from 1, the end is just behind it. */
export interface GoBlock extends ObservedCount {
  readonly file: string
  readonly startLine: number
  readonly startColumn: number
  readonly endLine: number
  readonly endColumn: number
}

export interface PythonFunction extends ObservedCount {
  /** `~` for what is written in C. */
  readonly file: string
  readonly line: number
  readonly name: string
  readonly qualifiedName?: string | undefined
  readonly module?: string | undefined
}

/** One observed function, located: a node's id, or the tool's own name for what no node is. */
export interface LocatedHit extends ObservedCount {
  readonly symbolId: string
  readonly isNode: boolean
}

export interface UnmatchedName {
  readonly symbolId: string
  /** The node whose name comes nearest; absent when none comes near. */
  readonly nearest?: string
}

export interface LocatedOutput {
  readonly hits: readonly LocatedHit[]
  /** Distinct names that became nodes. */
  readonly matched: number
  /** Functions of the platform itself that no node names: left out, since they belong to no subject. */
  readonly platform: number
  /** The first of those that no node is, in ordinal order. */
  readonly unmatched: readonly UnmatchedName[]
}

/** The tool does not speak of such graphs: `fitting` lists the tools that do. */
export interface OutputMismatch {
  readonly graphFormat: string
  readonly fitting: readonly RuntimeTool[]
}
