const redacted = '[redacted]'

/** Shorter ones would blot out words that have nothing to do with them. */
const shortestSecret = 6

/** Looked for first: in most lines none of them stands, and the rest need not be asked. */
const suspicious = /authoriz|cookie|dpop|passw|passphrase|secret|token|credential|api[-_]?key|bearer|basic /i

/** Bounded: what is looked through must not cost its square. */
const named =
  '[\\w-]{0,40}(?:authorization|dpop|cookie|api[-_]?key|password|passphrase|secret|token|credential)[\\w-]{0,40}'

/** Members that hold who somebody is, at any depth and in whatever an error brings along. */
const members = new RegExp(`("${named}":)"(?:[^"\\\\]|\\\\.)*"`, 'gi')

/** Where clients put tokens although nobody asks for them there. */
const parameters = new RegExp(`([?&]${named}=)[^&\\s"\\\\]+`, 'gi')

const schemes = /\b(bearer|dpop|basic) +[\w.~+/=-]{8,}/gi

/** JWTs, of which the payload alone tells more than a log should. */
const tokens = /(?<![\w-])eyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g

/** `scheme://name:password@host`. No slash within: else a long line costs its square. */
const urlPasswords = /(:\/\/[^\s:/@"\\]*:)[^\s"/]+@/g

/**
 * Takes secrets out of a line of the log, wherever they stand in it: those that the configuration names, and whatever looks like
 * one. It has the last word, for errors that quote what they were given.
 */
export function scrubber(known: readonly string[]): (line: string) => string {
  const secrets = known.filter(({ length }) => length >= shortestSecret).flatMap(formsOf)
  return (line) => {
    let told = line
    for (const secret of secrets) if (told.includes(secret)) told = told.replaceAll(secret, redacted)
    if (told.includes('eyJ')) told = told.replace(tokens, redacted)
    if (told.includes('://')) told = told.replace(urlPasswords, `$1${redacted}@`)
    return suspicious.test(told) ? withoutNamed(told) : told
  }
}

function withoutNamed(line: string): string {
  return line
    .replace(members, `$1"${redacted}"`)
    .replace(parameters, `$1${redacted}`)
    .replace(schemes, `$1 ${redacted}`)
}

/** As JSON has it, as a URL has it, and as it is. */
function formsOf(secret: string): string[] {
  return [...new Set([JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), secret])]
}
