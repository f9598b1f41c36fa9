import type Database from 'better-sqlite3';
import { imageEdit, type DatasetChange, type ImageEdit } from '../../../shared/contract/dataset-edits.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { codePointOrder } from '../code-point-order.ts';
import { SPLITS } from '../dataset.ts';
import type { DatasetIndex } from '../index/dataset-index.ts';
import { stepWords } from './edit-words.ts';
import { changedEdit, sameEdit, type ImageEdits, type OriginalImage } from './image-edits.ts';

/** What the index keeps of the decisions about one dataset. */
export interface KeptEdits {
  readonly edits: ImageEdits;
  /** The words of the step that would be taken back, and of the one that would be made again. */
  readonly undo: string | null;
  readonly redo: string | null;
}

/** One decision about images, made, taken back and made again as a whole. */
export interface EditStep {
  readonly images: readonly OriginalImage[];
  readonly change: DatasetChange;
  /** Of an image, by its path, where not all are changed alike; `words` then say what was done. */
  readonly changeOf?: (path: string) => DatasetChange;
  /** What it does, where the change itself does not say it all. */
  readonly words?: string;
}

/** Told what would hold after a step, before it does; what it throws leaves all as it was. */
type Check = (edits: ImageEdits) => void;

interface EditRow {
  readonly path: string;
  readonly class_name: string | null;
  readonly split: string | null;
  readonly excluded: number;
  readonly tags: string;
}

interface StepRow {
  readonly sequence: number;
  readonly words: string;
}

interface ChangeRow {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

function parsed(text: string | null): ImageEdit | null {
  return text === null ? null : imageEdit.parse(JSON.parse(text));
}

/** The table's own conditions hold its rows to what an edit may be. */
function ofRow({ path, class_name, split, excluded, tags }: EditRow): ImageEdit {
  const kept = SPLITS.find((name) => name === split);
  const listed: unknown = tags === '[]' ? [] : JSON.parse(tags);
  const texts = Array.isArray(listed) ? listed.filter((tag) => typeof tag === 'string') : [];
  return {
    path,
    ...(class_name !== null && { className: class_name }),
    ...(kept !== undefined && { split: kept }),
    ...(excluded === 1 && { excluded: true }),
    ...(texts.length > 0 && { tags: texts }),
  };
}

/** Without those that wait for their images, while others have their places. */
function editsIn(database: Database.Database, datasetId: number): Map<string, ImageEdit> {
  const rows = database
    .prepare<[number], EditRow>(
      `SELECT path, class_name, split, excluded, tags FROM image_edit
       WHERE dataset_id = ? AND path NOT LIKE '/%' ORDER BY path`,
    )
    .all(datasetId);
  return new Map(rows.map((row) => [row.path, ofRow(row)]));
}

const lastDone = (database: Database.Database, datasetId: number): StepRow | undefined =>
  database
    .prepare<[number], StepRow>(
      'SELECT sequence, words FROM edit_step WHERE dataset_id = ? AND undone = 0 ORDER BY sequence DESC LIMIT 1',
    )
    .get(datasetId);

const firstUndone = (database: Database.Database, datasetId: number): StepRow | undefined =>
  database
    .prepare<[number], StepRow>(
      'SELECT sequence, words FROM edit_step WHERE dataset_id = ? AND undone = 1 ORDER BY sequence LIMIT 1',
    )
    .get(datasetId);

function stateIn(
  database: Database.Database,
  datasetId: number,
  edits: ImageEdits = editsIn(database, datasetId),
): KeptEdits {
  return {
    edits,
    undo: lastDone(database, datasetId)?.words ?? null,
    redo: firstUndone(database, datasetId)?.words ?? null,
  };
}

interface MadeChange {
  readonly path: string;
  readonly contentHash: string;
  readonly old: ImageEdit | null;
  readonly edit: ImageEdit | null;
}

/** Makes the edits of these images what they are given as; null removes one. */
function put(
  database: Database.Database,
  datasetId: number,
  changes: Iterable<readonly [path: string, edit: ImageEdit | null]>,
): void {
  const write = database.prepare<[number, string, string | null, string | null, number, string]>(
    'INSERT OR REPLACE INTO image_edit (dataset_id, path, class_name, split, excluded, tags) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const remove = database.prepare<[number, string]>('DELETE FROM image_edit WHERE dataset_id = ? AND path = ?');
  for (const [path, edit] of changes) {
    if (edit === null) remove.run(datasetId, path);
    else {
      const { className = null, split = null, excluded = false, tags = [] } = edit;
      write.run(datasetId, path, className, split, excluded ? 1 : 0, JSON.stringify(tags));
    }
  }
}

/** Edits with some others, null for none; by path in code-point order. */
function withChanges(
  edits: ImageEdits,
  changes: readonly { readonly path: string; readonly edit: ImageEdit | null }[],
): ImageEdits {
  const after = new Map(edits);
  for (const { path, edit } of changes) {
    if (edit === null) after.delete(path);
    else after.set(path, edit);
  }
  return new Map([...after].sort(([left], [right]) => codePointOrder(left, right)));
}

/** What was decided of a dataset's images. @throws ThawError `index.unreadable` */
export function readEdits(index: DatasetIndex, datasetId: number): KeptEdits {
  return index.read('read the edits of the dataset', (database) => stateIn(database, datasetId));
}

/** Where the datasets lay when they were last opened of whose images something was decided. */
export function editedRoots(index: DatasetIndex): readonly string[] {
  return index.read('look for edited datasets', (database) =>
    database
      .prepare<[], string>('SELECT root FROM dataset WHERE id IN (SELECT dataset_id FROM image_edit)')
      .pluck()
      .all(),
  );
}

/**
 * Makes a step; steps that were taken back can then not be made again. A change that changes nothing is no step.
 *
 * @throws ThawError what `check` throws, and then nothing is changed
 */
export function makeStep(index: DatasetIndex, datasetId: number, step: EditStep, check: Check): KeptEdits {
  return index.write('keep the edit', (database) => {
    const before = editsIn(database, datasetId);
    const changes = step.images.flatMap((image): MadeChange[] => {
      const old = before.get(image.path) ?? null;
      const edit = changedEdit(old, image, step.changeOf?.(image.path) ?? step.change);
      return sameEdit(old, edit) ? [] : [{ path: image.path, contentHash: image.contentHash, old, edit }];
    });
    if (changes.length === 0) return stateIn(database, datasetId, before);
    const edits = withChanges(before, changes);
    check(edits);
    database.prepare<[number]>('DELETE FROM edit_step WHERE dataset_id = ? AND undone = 1').run(datasetId);
    const sequence = (lastDone(database, datasetId)?.sequence ?? 0) + 1;
    database
      .prepare<[number, number, string, number]>(
        'INSERT INTO edit_step (dataset_id, sequence, words, at) VALUES (?, ?, ?, ?)',
      )
      .run(datasetId, sequence, step.words ?? stepWords(step.change, changes.length), Date.now());
    const note = database.prepare<[number, number, string, string | null, string | null]>(
      'INSERT INTO edit_change (dataset_id, sequence, path, before, after) VALUES (?, ?, ?, ?, ?)',
    );
    const text = (edit: ImageEdit | null): string | null => edit && JSON.stringify(edit);
    // Decided upon anew, its copies of today are not meant.
    const meant = database.prepare<[number, string, string]>(
      'INSERT OR REPLACE INTO edited_image (dataset_id, path, content_hash) VALUES (?, ?, ?)',
    );
    for (const { path, contentHash, old, edit } of changes) {
      note.run(datasetId, sequence, path, text(old), text(edit));
      meant.run(datasetId, path, contentHash);
    }
    put(
      database,
      datasetId,
      changes.map(({ path, edit }) => [path, edit]),
    );
    return stateIn(database, datasetId, edits);
  });
}

function retrace(index: DatasetIndex, datasetId: number, direction: 'undo' | 'redo'): KeptEdits {
  return index.write(`${direction} the edit`, (database) => {
    const step = direction === 'undo' ? lastDone(database, datasetId) : firstUndone(database, datasetId);
    if (!step) {
      throw new ThawError(
        'usage.invalid',
        direction === 'undo'
          ? 'An edit of this dataset is undone where there is one; there is none left.'
          : 'An edit of this dataset is made again where one was undone; there is none.',
        direction === 'undo' ? 'All images are as their folder has them.' : 'Make the edit itself.',
      );
    }
    const changes = database
      .prepare<[number, number], ChangeRow>(
        'SELECT path, before, after FROM edit_change WHERE dataset_id = ? AND sequence = ?',
      )
      .all(datasetId, step.sequence);
    put(
      database,
      datasetId,
      changes.map(({ path, before, after }) => [path, parsed(direction === 'undo' ? before : after)]),
    );
    database
      .prepare<[number, number, number]>('UPDATE edit_step SET undone = ? WHERE dataset_id = ? AND sequence = ?')
      .run(direction === 'undo' ? 1 : 0, datasetId, step.sequence);
    return stateIn(database, datasetId);
  });
}

/** Takes the last step back. @throws ThawError `usage.invalid` where there is none */
export function undoStep(index: DatasetIndex, datasetId: number): KeptEdits {
  return retrace(index, datasetId, 'undo');
}

/** Makes the step again that was taken back last. @throws ThawError `usage.invalid` where there is none */
export function redoStep(index: DatasetIndex, datasetId: number): KeptEdits {
  return retrace(index, datasetId, 'redo');
}
