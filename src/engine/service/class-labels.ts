import { open } from 'node:fs/promises';
import { z } from 'zod';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';

/** Names of tens of thousands of classes are far below. */
const LARGEST_FILE = 16 * 1024 * 1024;

/** The forms in which lists of class names go about: names in order, or Keras' {"0": ["n01440764", "tench"]}. */
const list = z.array(z.string());
const byIndex = z.record(z.string().regex(/^\d{1,6}$/), z.union([z.string(), z.array(z.string()).min(1)]));

function fromJson(document: unknown): readonly string[] | null {
  const names = list.safeParse(document);
  if (names.success) return names.data;
  const indexed = byIndex.safeParse(document);
  if (!indexed.success) return null;
  const found: string[] = [];
  for (const [index, name] of Object.entries(indexed.data)) {
    found[Number(index)] = typeof name === 'string' ? name : (name.at(-1) ?? '');
  }
  return found;
}

function parse(text: string): readonly string[] | null {
  if (!/^\s*[[{]/.test(text)) return text.split(/\r?\n/).map((line) => line.trim());
  try {
    return fromJson(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * The names of classes, by index: a JSON list, a JSON object by index, or a text with one on each line.
 *
 * @throws ThawError `usage.invalid` for what is none, `disk.readOnly`
 */
export async function readLabels(file: string): Promise<readonly string[]> {
  const invalid = (found: string): ThawError =>
    new ThawError(
      'usage.invalid',
      `Class names are a JSON list, a JSON object by index, or a text with one on each line; ${found} at '${file}'.`,
      'Name such a file, or leave --labels out to see indices.',
    );
  try {
    await using handle = await open(file, 'r');
    const found = await handle.stat();
    if (!found.isFile()) throw invalid('found no file');
    if (found.size > LARGEST_FILE) throw invalid(`found ${found.size} bytes`);
    const names = parse((await handle.readFile('utf8')).replace(/^\uFEFF/, ''));
    if (names === null) throw invalid('found JSON of another form');
    return names;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw invalid('found nothing');
    throw explainDiskError(error, 'read the class names');
  }
}
