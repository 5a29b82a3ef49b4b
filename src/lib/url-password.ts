/** The password of a connection string, as written and as meant: none, one, or two that differ. */
export function passwordsOf(url: string): string[] {
  // Up to the last @: what is refused as malformed afterwards must not be told either.
  const [, written = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^:@/?#]*:(\S*)@/i.exec(url) ?? []
  return written === '' ? [] : [...new Set([written, decoded(written)])]
}

function decoded(written: string): string {
  try {
    return decodeURIComponent(written)
  } catch {
    return written
  }
}
