import path from 'node:path';

/** A path as a person wrote it, made absolute: npm runs commands in the project's folder and keeps theirs in INIT_CWD. */
export function givenPath(written: string): string {
  return path.resolve(process.env['INIT_CWD'] ?? process.cwd(), written);
}
