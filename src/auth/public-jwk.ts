/** RFC 7518, 6: all members that only whoever signs or decrypts may know. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

export function isPublicJwk(jwk: object): boolean {
  return !secretMembers.some((member) => member in jwk)
}
