import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../../scripts/sample');

/** A file and every file of ours that it imports, however far away. */
function reachable(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/\bfrom\s+'(\.[^']+)'/g)) {
    reachable(path.resolve(path.dirname(file), specifier ?? ''), seen);
  }
  return seen;
}

const roomsOf = (room: string): ReadonlySet<string> =>
  new Set(
    readdirSync(path.join(ROOT, room))
      .flatMap((name) => [...reachable(path.join(ROOT, room, name))])
      .map((file) => path.relative(ROOT, file).split(path.sep)[0] ?? ''),
  );

describe('the code that draws', () => {
  it.each([
    { room: 'target', others: ['canvas'] },
    { room: 'source', others: ['canvas'] },
    { room: 'canvas', others: [] },
  ])('of $room imports nothing of ours but $others', ({ room, others }) => {
    expect([...roomsOf(room)].sort()).toEqual([room, ...others].sort());
  });
});
