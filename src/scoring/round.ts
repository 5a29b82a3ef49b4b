/** Six decimals, half to even on x·10^6. Source: small print of contracts, 6. */
export function roundScore(value: number): number {
  const scaled = value * 1e6
  const below = Math.floor(scaled)
  const rest = scaled - below
  const isUp = rest > 0.5 || (rest === 0.5 && below % 2 !== 0)
  return (isUp ? below + 1 : below) / 1e6
}
