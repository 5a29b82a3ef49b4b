import { calculateJwkThumbprint, decodeProtectedHeader, type JWK, type ProtectedHeaderParameters } from 'jose'
import { proofRefused } from '../auth-errors.ts'
import { isPublicJwk } from '../public-jwk.ts'

/** Of the key that a proof brings with it: looked at before the signature, since only a bound key is worth the arithmetic. */
export async function checkProofKey(proof: string, jkt: string): Promise<void> {
  const { jwk, crit } = headerOf(proof)
  if (crit !== undefined) throw proofRefused('the proof demands extensions (crit)')
  if (typeof jwk !== 'object' || jwk === null) throw proofRefused('the proof holds no key (jwk)')
  if (!isPublicJwk(jwk)) throw proofRefused('the proof holds a key that is secret')
  if ((await thumbprintOf(jwk)) !== jkt) throw proofRefused('the proof is of another key than the token is bound to')
}

function headerOf(proof: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(proof)
  } catch (error) {
    throw proofRefused('the proof is malformed', error)
  }
}

async function thumbprintOf(jwk: JWK): Promise<string> {
  try {
    return await calculateJwkThumbprint(jwk)
  } catch (error) {
    throw proofRefused('the key of the proof is malformed', error)
  }
}
