import type { Locked, Manifest } from './lock-file.ts'

/** Packages whose install script somebody has read and found needed. `.npmrc` keeps all of them from running. */
const mayHaveInstallScript: readonly string[] = []

const exactVersion = /^\d+\.\d+\.\d+(-[\w.-]+)?$/

/** A range, a tag, a repository or a file, none of which says what exactly is installed. */
export function floatingVersions(manifest: Manifest): string[] {
  const { dependencies, devDependencies, optionalDependencies, overrides } = manifest
  const overridden = Object.values(overrides).flatMap((entry) =>
    typeof entry === 'string' ? [] : Object.entries(entry),
  )
  const plain = Object.entries(overrides).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return [dependencies, devDependencies, optionalDependencies]
    .flatMap((section) => Object.entries(section))
    .concat(plain, overridden)
    .filter(([, version]) => !exactVersion.test(version))
    .map(([name, version]) => `package.json: ${name} is "${version}", which is no exact version`)
}

/** Whatever would let something else be installed than was locked, or let it run while it is. */
export function lockFaults(packages: readonly Locked[]): string[] {
  return packages.flatMap((locked) => faultsOf(locked).map((fault) => `${locked.path}: ${fault}`))
}

function faultsOf({ name, version, integrity, resolved, link, hasInstallScript, ...demands }: Locked): string[] {
  const faults: string[] = []
  if (link) faults.push('is a link to a folder')
  if (!exactVersion.test(version)) faults.push(`has "${version}" for a version`)
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '')) faults.push('has no SHA-512 of what is installed')
  // Without it, npm asks the registry that whoever installs has configured.
  if (resolved !== undefined) faults.push(`names where it comes from: ${hostOf(resolved)}`)
  if (hasInstallScript && !mayHaveInstallScript.includes(name)) faults.push('has an install script')
  return [...faults, ...foreignDemands(demands)]
}

/** What a package asks for from somewhere else than the registry. */
function foreignDemands({ dependencies, optionalDependencies }: Pick<Locked, 'dependencies' | 'optionalDependencies'>) {
  return [...Object.entries(dependencies), ...Object.entries(optionalDependencies)]
    .filter(([, range]) => /^(?!npm:)[\w+.-]+:|\//.test(range))
    .map(([name, range]) => `wants ${name} from ${hostOf(range)}`)
}

/** Not the whole of it: an address can hold credentials. */
function hostOf(place: string): string {
  return URL.parse(place)?.host || 'somewhere else'
}

/** The Node that npm brings to one processor must be the one that it brings to the other, and the image's. */
export function nodeFaults({ optionalDependencies }: Manifest, dockerfile: string): string[] {
  const image = /^FROM node:([\d.]+)/m.exec(dockerfile)?.[1] ?? 'none'
  return Object.entries(optionalDependencies)
    .filter(([name, version]) => name.startsWith('node-') && version !== image)
    .map(([name, version]) => `package.json: ${name} is ${version}, the image has Node ${image}`)
}

/** What `.npmrc` has to say, so that nothing runs while it is installed and nothing floats when it is added. */
export function npmrcFaults(npmrc: string): string[] {
  const said = npmrc.split('\n').map((line) => line.replaceAll(' ', ''))
  return ['ignore-scripts=true', 'save-exact=true']
    .filter((line) => !said.includes(line))
    .map((line) => `.npmrc: does not say ${line}`)
}
