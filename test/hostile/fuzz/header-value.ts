/** As UTF-8, a byte a character, without what would end a header (no client sends that) and blanks around it. */
export function headerValue(text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
  return bytes.replace(/[^\x20-\x7e\x80-\xff]/g, '').replace(/^ +| +$/g, '')
}
