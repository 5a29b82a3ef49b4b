/** Takes absolute path prefixes off file names, so that no graph tells where it was made, or differs by it. */
export type StripRoot = (file: string) => string

/** `root` where given, else the longest directory that all absolute names share. Source: contracts, 3 and its small print. */
export function rootStripper(files: Iterable<string>, root?: string): StripRoot {
  const rootSteps = root === undefined ? sharedDirectory(files) : stepsOf(root)
  return (file) => {
    if (!isAbsolute(file)) return file
    const steps = stepsOf(file)
    const isInside = steps.length > 0 && rootSteps.every((step, position) => step === steps[position])
    const kept = isInside ? steps.slice(rootSteps.length) : withoutDrive(steps)
    // A file that is the root itself, and "/", still need a name.
    return kept.join('/') || (steps.at(-1) ?? file)
  }
}

const absolute = /^(?:file:\/\/|\/|\\\\|[A-Za-z]:[\\/])/

function isAbsolute(file: string): boolean {
  return absolute.test(file)
}

/** Whole components; a drive is the first of them. Backslashes separate only where the name shows that they do. */
function stepsOf(file: string): string[] {
  const path = file.replace(/^file:\/\//, '')
  const separator = /^(?:\\\\|[A-Za-z]:)/.test(path) ? /[\\/]+/ : /\/+/
  return path.split(separator).filter((step) => step !== '')
}

function withoutDrive(steps: readonly string[]): readonly string[] {
  return /^[A-Za-z]:$/.test(steps[0] ?? '') ? steps.slice(1) : steps
}

function sharedDirectory(files: Iterable<string>): string[] {
  let shared: string[] | undefined
  for (const file of files) {
    if (!isAbsolute(file)) continue
    const directory = stepsOf(file).slice(0, -1)
    const end = shared?.findIndex((step, position) => step !== directory[position]) ?? -1
    shared = shared === undefined ? directory : end === -1 ? shared : shared.slice(0, end)
  }
  return shared ?? []
}
