// Loaded before a program, in each of its threads: writes down whom it speaks to, one line each, into the file that CONNECTION_RECORD names.
import dgram from 'node:dgram'
import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { isIP, Socket } from 'node:net'

const record = process.env['CONNECTION_RECORD'] ?? ''

/** Has every call of a method that is to be told of written down before it is made. */
function watch(holder: object, method: string, tell: (args: readonly unknown[]) => string | undefined): void {
  const original: unknown = Reflect.get(holder, method)
  if (typeof original !== 'function') throw new TypeError(`there is no ${method} to watch`)
  Reflect.set(holder, method, function watched(this: unknown, ...args: unknown[]): unknown {
    const told = tell(args)
    if (told !== undefined) appendFileSync(record, `${told}\n`)
    return Reflect.apply(original, this, args)
  })
}

/** `net.connect` hands on its arguments in a list of their own. */
function addressOf(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args
  const options: unknown = first
  if (typeof options !== 'object' || options === null) return `tcp ${String(second ?? 'localhost')}:${String(first)}`
  const { host = 'localhost', port, path } = options as { host?: string; port?: number; path?: string }
  return port === undefined ? `pipe ${path}` : `tcp ${host}:${port}`
}

/** Nobody is asked what an address is. */
function nameOf([name]: readonly unknown[]): string | undefined {
  return isIP(String(name)) === 0 ? `dns ${String(name)}` : undefined
}

watch(Socket.prototype, 'connect', addressOf)
for (const method of ['send', 'connect']) watch(dgram.Socket.prototype, method, () => 'udp')
for (const resolver of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
  for (const method of ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveSrv', 'resolveTxt', 'reverse']) {
    if (method in resolver) watch(resolver, method, nameOf)
  }
}
syncBuiltinESMExports()
