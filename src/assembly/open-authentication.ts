import { authenticateOff } from '../auth/authenticate-off.ts'
import type { Config } from '../config.ts'
import type { Authentication, AuthenticationParts } from './authentication.ts'

const openDoor = 'AUTHENTICATION IS OFF: whoever reaches this address may do everything, for every tenant'

/** `context.ts`'s choice of how callers are told apart. */
export async function openAuthentication(
  config: Config,
  parts: AuthenticationParts,
  opened: AsyncDisposableStack,
): Promise<Authentication> {
  if (config.auth.mode === 'off') {
    return { mode: 'off', warning: openDoor, authenticate: authenticateOff, checks: [] }
  }
  // With the library for tokens, which would hold up every start without them.
  const { openTokenAuthentication } = await import('./open-token-authentication.ts')
  return await openTokenAuthentication(config, parts, opened)
}
