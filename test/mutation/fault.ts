/** One thing done wrong in one place: what a careless change could do, and what somebody would suffer from it. */
export interface Fault {
  readonly name: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  readonly why: string
}

export function faultsIn(file: string, faults: readonly Omit<Fault, 'file'>[]): Fault[] {
  return faults.map((fault) => ({ file, ...fault }))
}

/** The text with the fault in it; a fault whose place has moved is refused, since it would prove nothing. */
export function withFault({ name, file, find, replace }: Fault, text: string): string {
  const places = text.split(find).length - 1
  if (places !== 1) throw new TypeError(`${name}: what it looks for stands ${places} times in ${file}, not once`)
  return text.replace(find, () => replace)
}
