/**
 * A text whose UTF-8 bytes sort as the UTF-16 code units of the given one: MongoDB compares the former, Signals the latter
 * (RFC 8785). They differ only above U+D7FF, so what people write stays readable.
 */
export function ordinalText(text: string): string {
  return text.replaceAll(/[\ud800-\uffff]/g, (unit) => raised(unit.charCodeAt(0)))
}

// Half of a surrogate pair moves to where UTF-8 can say it, and what UTF-16 has above moves beyond it.
function raised(unit: number): string {
  return String.fromCodePoint(unit < 0xe000 ? unit + 0x800 : unit + 0x2000)
}
