import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What the built window depends on, below the project's folder. */
const SOURCES = [
  'src/renderer',
  'src/preload',
  'src/main',
  'src/shared',
  'electron.vite.config.ts',
  'package-lock.json',
];
const OUTPUTS = ['out/main/main.cjs', 'out/preload/preload.cjs', 'out/renderer/index.html'];
const STAMP = 'out/built-from';

function filesBelow(place: string): readonly string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** The SHA-256 of all sources with their places: a checkout changes times, but not this. */
function hashSources(root: string): string {
  const sum = createHash('sha256');
  for (const source of SOURCES.map((place) => path.join(root, place))) {
    if (!existsSync(source)) continue;
    const files = path.extname(source) === '' ? filesBelow(source).toSorted() : [source];
    for (const file of files) {
      const content = readFileSync(file);
      sum.update(`${path.relative(root, file)}\0${content.length}\0`).update(content);
    }
  }
  return sum.digest('hex');
}

/** Whether everything is there that a build makes, from the sources as they are now. */
export function isFresh(root: string): boolean {
  const stamp = path.join(root, STAMP);
  if (!OUTPUTS.every((output) => existsSync(path.join(root, output))) || !existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8') === hashSources(root);
}

/** Notes what was built, unless the sources changed while it was. */
export async function buildWithStamp(root: string, build: () => Promise<void>): Promise<void> {
  const stamp = path.join(root, STAMP);
  rmSync(stamp, { force: true });
  const before = hashSources(root);
  await build();
  if (hashSources(root) !== before) return;
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, before);
}
