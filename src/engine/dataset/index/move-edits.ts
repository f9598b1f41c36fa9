import type Database from 'better-sqlite3';
import { z } from 'zod';
import { followImages, type DecidedImage } from '../edits/follow-images.ts';
import type { KnownFile } from '../examine-file.ts';

type Files = ReadonlyMap<string, KnownFile>;

/** What became of a dataset's files, as far as what was decided of them needs to know. */
interface MovedFiles {
  /** What was known, by path. */
  readonly before: Files;
  /** What is there now, by path, all that is known to be there. */
  readonly now: () => Files;
  /** Places that a known image was moved to. */
  readonly movedTo: ReadonlySet<string>;
}

interface EditedImage extends DecidedImage {
  /** Of copies that came after it was decided upon. */
  readonly copies: readonly string[];
}

interface Row {
  readonly path: string;
  readonly content_hash: string | null;
  readonly copies: string;
}

const paths = z.array(z.string());

function editedImages(database: Database.Database, dataset: number): readonly EditedImage[] {
  return database
    .prepare<[number], Row>('SELECT path, content_hash, copies FROM edited_image WHERE dataset_id = ? ORDER BY path')
    .all(dataset)
    .map(({ path, content_hash: contentHash, copies }) => {
      return { path, contentHash, copies: copies === '[]' ? [] : paths.parse(JSON.parse(copies)) };
    });
}

/** Where an edit waits for its image, while another one has its place. */
const waiting = ({ path, contentHash }: DecidedImage): string =>
  path.startsWith('/') ? path : `/${contentHash ?? ''}/${path}`;

/** Two images may change places: all leave theirs before one comes. A change names its image once more in what it was and became. */
function rename(database: Database.Database, dataset: number, moves: ReadonlyMap<string, string>): void {
  const leave = ['image_edit', 'edit_change', 'edited_image'].map((table) =>
    database.prepare<[string, number, string]>(`UPDATE ${table} SET path = ? WHERE dataset_id = ? AND path = ?`),
  );
  for (const [from, to] of moves) for (const statement of leave) statement.run(`//${to}`, dataset, from);
  for (const statement of [
    "UPDATE OR REPLACE image_edit SET path = substr(path, 3) WHERE dataset_id = ? AND path LIKE '//%'",
    "UPDATE OR REPLACE edited_image SET path = substr(path, 3) WHERE dataset_id = ? AND path LIKE '//%'",
    `UPDATE OR REPLACE edit_change SET path = substr(path, 3), before = json_replace(before, '$.path', substr(path, 3)),
       after = json_replace(after, '$.path', substr(path, 3)) WHERE dataset_id = ? AND path LIKE '//%'`,
  ]) {
    database.prepare<[number]>(statement).run(dataset);
  }
}

/**
 * Has what was decided of images follow them, by content:
 *
 * 1. An edit stays with its path while the image that was decided upon lies there.
 * 2. Where that image lies elsewhere, the edit goes there: to a place where it was not yet when it was decided upon.
 * 3. Where it is nowhere but a file of another content is in its place, that is the image saved anew, and the edit stays; not
 *    so where that file is another known image that was moved there, or one decided upon: then the edit waits for its own.
 * 4. Where nothing is in its place the edit stays, for the image may come back.
 */
export function moveEdits(database: Database.Database, dataset: number, { before, now, movedTo }: MovedFiles): void {
  const decided = editedImages(database, dataset);
  if (decided.length === 0) return;
  const contents = new Map([...now()].map(([path, { contentHash }]) => [path, contentHash]));
  const isNew = (place: string): boolean => before.get(place)?.contentHash !== contents.get(place);
  const moves = new Map(followImages(decided, contents, ({ copies }, place) => isNew(place) || copies.includes(place)));
  const come = new Set(moves.values());
  const note = database.prepare<[string | null, string, number, string]>(
    'UPDATE edited_image SET content_hash = ?, copies = ? WHERE dataset_id = ? AND path = ?',
  );
  const hashes = new Set(decided.map(({ contentHash }) => contentHash));
  const came = Map.groupBy(
    [...contents.keys()].filter((place) => hashes.has(contents.get(place) ?? null) && isNew(place)),
    (place) => contents.get(place) ?? '',
  );
  for (const image of decided) {
    const { path, contentHash } = image;
    const there = contents.get(path) ?? null;
    if (!moves.has(path) && there !== contentHash && (movedTo.has(path) || come.has(path))) {
      moves.set(path, waiting(image));
    } else if (!moves.has(path) && there !== null && there !== contentHash) {
      note.run(there, '[]', dataset, path);
    } else if (contentHash !== null) {
      const place = moves.get(path) ?? path;
      const later = came.get(contentHash)?.filter((copy) => copy !== place && !image.copies.includes(copy)) ?? [];
      if (later.length > 0) note.run(contentHash, JSON.stringify([...image.copies, ...later]), dataset, path);
    }
  }
  rename(database, dataset, moves);
}
