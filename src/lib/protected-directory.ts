import { resolve, sep } from 'node:path'

/** Directories of which nothing below is anybody's data either. */
const systemTrees = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/proc',
  '/sbin',
  '/sys',
  '/usr/bin',
  '/usr/lib',
  '/usr/sbin',
]

/** Directories that hold other people's directories. */
const shared = [
  '/home',
  '/media',
  '/mnt',
  '/opt',
  '/root',
  '/run',
  '/srv',
  '/tmp',
  '/usr',
  '/usr/local',
  '/usr/share',
  '/usr/src',
  '/var',
  '/var/cache',
  '/var/lib',
  '/var/log',
  '/var/run',
  '/var/spool',
  '/var/tmp',
  '/Applications',
  '/Library',
  '/System',
  '/Users',
  '/Volumes',
]

/** True for the root, a home directory, or a directory of the system: a service that owns and sweeps it would do harm. */
export function isProtectedDirectory(path: string, home: string | undefined): boolean {
  const directory = resolve(path)
  if (directory === resolve('/') || shared.includes(directory)) return true
  if (home !== undefined && home !== '' && directory === resolve(home)) return true
  if (/^\/(home|Users)\/[^/]+$/.test(directory)) return true
  return systemTrees.some((tree) => directory === tree || directory.startsWith(tree + sep))
}
