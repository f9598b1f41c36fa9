/** Edits (insertion, deletion, substitution) that turn one text into the other: Levenshtein's distance. */
function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const substituted = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(substituted, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** Up to three names that a mistyped one may have meant, nearest first; none when nothing is near. */
export function closest(name: string, known: readonly string[]): readonly string[] {
  const farthest = Math.max(2, Math.floor(name.length / 3));
  return known
    .map((candidate) => ({ candidate, edits: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= farthest)
    .sort((first, second) => first.edits - second.edits)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
