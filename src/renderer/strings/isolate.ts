/**
 * A name within a sentence, set apart by Unicode's isolates so that its direction does not disturb the words around it
 * (Unicode Standard Annex 9, section 2.4).
 */
export function isolate(name: string): string {
  return `\u2068${name}\u2069`;
}

/** Letters of scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

/** A file's name, whose ending stays at its end where the name is written from right to left. */
export function isolateEnding(fileName: string): string {
  const dot = fileName.lastIndexOf('.');
  if (dot <= 0 || !RIGHT_TO_LEFT.test(fileName)) return fileName;
  return `\u2066${isolate(fileName.slice(0, dot))}${fileName.slice(dot)}\u2069`;
}

/** A path, its parts from left to right whatever they are called. */
export function isolatePath(path: string): string {
  const parts = path.split('/').map((part) => isolate(isolateEnding(part)));
  return `\u2066${parts.join('/')}\u2069`;
}
