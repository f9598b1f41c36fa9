/**
 * A name within a sentence, set apart by Unicode's isolates so that its direction does not disturb the words around it
 * (Unicode Standard Annex 9, section 2.4).
 */
export function isolate(name: string): string {
  return `\u2068${name}\u2069`;
}

/** A path, its parts from left to right whatever they are called. */
export function isolatePath(path: string): string {
  return `\u2066${path.split('/').map(isolate).join('/')}\u2069`;
}
