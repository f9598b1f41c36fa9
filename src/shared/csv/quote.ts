/**
 * A text as a cell of comma-separated values (RFC 4180): quoted where it must be, and kept from being one that a spreadsheet
 * would run as a formula. Numbers are written as they are.
 */
export function quote(text: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
