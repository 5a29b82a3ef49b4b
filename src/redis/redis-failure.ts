/**
 * `refused`: the server answered this command with an error of its own. `unreachable`: no answer came, or one that speaks
 * of the server's state rather than of the command.
 */
export type RedisFailureKind = 'refused' | 'unreachable'

/** What becomes of every error of the client: its own carry the arguments of commands, passwords among them. */
export class RedisFailure extends Error {
  readonly kind: RedisFailureKind

  constructor(kind: RedisFailureKind, message: string) {
    super(message)
    this.name = 'RedisFailure'
    this.kind = kind
  }
}

// A server that starts, fails over, has given a slot away, or does not know who we are says nothing against the command:
// what it was sent is taken later, here or by the server that the configuration names by then.
const statesOfServer =
  /^(LOADING|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|READONLY|NOREPLICAS|BUSY|NOAUTH|WRONGPASS)\b/

const maxMessageLength = 300

// The client's words for "not connected", which speak of its options.
const notWritable = "Stream isn't writeable"

/** Servers before 6 repeat the arguments of a command that they do not know, so a secret can stand in a message too. */
export function redisFailureOf(error: unknown, secrets: readonly string[]): RedisFailure {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  const isRefusal = name === 'ReplyError' && !statesOfServer.test(message)
  return new RedisFailure(isRefusal ? 'refused' : 'unreachable', withoutSecrets(message, secrets))
}

function withoutSecrets(message: string, secrets: readonly string[]): string {
  if (message.startsWith(notWritable)) return 'not connected'
  const told = secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), message)
  return told.slice(0, maxMessageLength)
}
