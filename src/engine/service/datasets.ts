import { hash, randomBytes } from 'node:crypto';
import type { ImageEdit } from '../../shared/contract/dataset-edits.ts';
import type { DatasetSource } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from '../dataset/code-point-order.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { applyEdits, originalClasses, type CandidateImage, type EditedContent } from '../dataset/edits/apply-edits.ts';
import type { KeptEdits } from '../dataset/edits/edit-steps.ts';
import type { ImageEdits } from '../dataset/edits/image-edits.ts';
import { atOnce, inTurns, type Slices } from '../dataset/in-slices.ts';
import type { DatasetIndex } from '../dataset/index/dataset-index.ts';
import { NOT_KEPT } from '../dataset/index/remembered.ts';
import { splitInSlices } from '../dataset/open-dataset.ts';
import { readContent, type DatasetContent } from '../dataset/read-content.ts';
import { UNLABELLED, type CollectedImage } from '../dataset/read-images.ts';
import { DEFAULT_SPLIT } from '../dataset/split/default-split.ts';
import { sameSplit, type SplitOptions } from '../dataset/split/split-images.ts';
import { datasetRoot, structureOf } from '../training/dataset-root.ts';
import type { Task } from './tasks.ts';

/** So many are held in memory; one that is named again after that is read again. */
const MOST_OPENED = 8;

/** A dataset as the engine holds it for its windows. */
export interface OpenedDataset {
  readonly datasetId: string;
  readonly source: DatasetSource;
  /** As the folder has it. */
  readonly original: DatasetContent;
  readonly edits: KeptEdits;
  /** With the edits. */
  readonly content: EditedContent;
  /** Split as a plan splits it that says nothing of it; null where no classes are known, or edits leave too little. */
  readonly dataset: Dataset | null;
  /** Why edits leave too little to train on. */
  readonly problem: ThawError | null;
  /** Every image in use with its id, sorted by class, then by path in code-point order. */
  readonly images: readonly IdentifiedImage[];
  /** Images that edits put out of use: excluded, or of a class that nothing trains; in the same order. */
  readonly aside: readonly IdentifiedImage[];
  /** All of both. */
  readonly byId: ReadonlyMap<string, CollectedImage>;
}

export interface IdentifiedImage {
  readonly imageId: string;
  readonly image: CollectedImage;
  /** null where nothing was decided of it. */
  readonly edit: ImageEdit | null;
  /** What the folder says, where it was given another class; `''` where the folder says none. */
  readonly originalClass: string | null;
  /** The class as it was decided upon, or as the folder says it where something else was; null elsewhere. */
  readonly decidedClass: string | null;
}

type SplitOutcome = { readonly dataset: Dataset } | { readonly error: ThawError };

function* trySplit(content: DatasetContent, split: SplitOptions): Slices<SplitOutcome> {
  try {
    return { dataset: yield* splitInSlices(content, split) };
  } catch (error) {
    if (error instanceof ThawError) return { error };
    throw error;
  }
}

interface Entry {
  readonly opened: OpenedDataset;
  /** The split that was asked for last, where it is another, with what came of it: a failure may take seconds, too. */
  other: { readonly split: SplitOptions; readonly outcome: SplitOutcome } | null;
}

/** What becomes of a folder under edits, and how it is split by a plan that says nothing of it; null without classes. */
interface Edited {
  readonly edits: ImageEdits;
  readonly content: EditedContent;
  readonly outcome: SplitOutcome | null;
}

/** The last of each folder: what an edit was held to before it was kept is what holds after. */
const lastEdited = new WeakMap<DatasetContent, Edited>();

function* editedBy(original: DatasetContent, edits: ImageEdits): Slices<Edited> {
  const last = lastEdited.get(original);
  if (last?.edits === edits) return last;
  const content = applyEdits(original, edits);
  yield;
  const classes = original.classes.length + content.classes.length;
  const edited = { edits, content, outcome: classes > 0 ? yield* trySplit(content, DEFAULT_SPLIT) : null };
  lastEdited.set(original, edited);
  return edited;
}

interface KnownId {
  readonly contentHash: string;
  readonly imageId: string;
}

/** By path; a folder that is read again takes over those of before. */
const knownIds = new WeakMap<DatasetContent, Map<string, KnownId>>();

/** Of an image under its name: the same as long as neither changes, so that a window may keep what it shows. */
function imageIds(datasetId: string, original: DatasetContent): (image: CollectedImage) => string {
  const known = knownIds.get(original) ?? new Map<string, KnownId>();
  knownIds.set(original, known);
  return ({ path, contentHash }) => {
    const before = known.get(path);
    if (before?.contentHash === contentHash) return before.imageId;
    const imageId = `${datasetId}.${hash('sha256', `${path}\0${contentHash}`, 'base64url').slice(0, 22)}`;
    known.set(path, { contentHash, imageId });
    return imageId;
  };
}

/** A folder is another dataset under another structure. */
const keyOf = (source: DatasetSource): string =>
  `${datasetRoot(source)}\0${JSON.stringify(structureOf(source) ?? null)}`;

/** Images that are identified at a time. */
const SLICE = 5_000;

/** What is held of a folder, and what was decided of its images. */
type Held = Pick<OpenedDataset, 'datasetId' | 'source' | 'original' | 'edits'>;

/** @throws ThawError where the folder itself leaves nothing for validation */
function* holdInSlices(held: Held): Slices<OpenedDataset> {
  const { datasetId, original } = held;
  const { edits } = held.edits;
  const { content, outcome } = yield* editedBy(original, edits);
  const problem = outcome && 'error' in outcome ? outcome.error : null;
  if (problem && edits.size === 0) throw problem;
  const dataset = outcome && 'dataset' in outcome ? outcome.dataset : null;
  const labels = new Map(content.classes.map((name, label) => [name, label]));
  const withLabel = ({ className, ...image }: CandidateImage): CollectedImage => ({
    ...image,
    label: labels.get(className ?? '') ?? UNLABELLED,
  });
  const imageIdOf = imageIds(datasetId, original);
  const says = originalClasses(original, edits);
  const identify = (image: CollectedImage): IdentifiedImage => {
    const edit = edits.get(image.path) ?? null;
    const said = says.get(image.path) ?? null;
    const originalClass = edit?.className === undefined ? null : (said ?? '');
    const decidedClass = edit?.className ?? said;
    return { imageId: imageIdOf(image), image, edit, originalClass, decidedClass };
  };
  const identified = function* (images: readonly CollectedImage[]): Slices<readonly IdentifiedImage[]> {
    const all: IdentifiedImage[] = [];
    for (const image of images) {
      all.push(identify(image));
      if (all.length % SLICE === 0) yield;
    }
    return all.sort(
      (left, right) => left.image.label - right.image.label || codePointOrder(left.image.path, right.image.path),
    );
  };
  const unlabelled = content.unlabelled.map((image) => withLabel({ ...image, className: null, split: null }));
  const images = yield* identified([...(dataset?.images ?? content.images.map(withLabel)), ...unlabelled]);
  const aside = yield* identified([
    ...content.excluded.map(withLabel),
    ...content.untrained.filter(({ path }) => edits.has(path)).map(withLabel),
  ]);
  yield;
  const byId = new Map<string, CollectedImage>();
  for (const { imageId, image } of images) byId.set(imageId, image);
  for (const { imageId, image } of aside) byId.set(imageId, image);
  return { ...held, content, dataset, problem, images, aside, byId };
}

const NOBODY_FOLLOWS: Task = { signal: new AbortController().signal, report: () => undefined };

/** The datasets that windows have opened, and the ids under which they know them. */
export class Datasets {
  /** By the folder as it was named and its structure; those used longest ago first. */
  readonly #entries = new Map<string, Entry>();
  readonly #sources = new Map<string, DatasetSource>();
  readonly #ids = new Map<string, string>();
  readonly #reading = new Map<string, Promise<OpenedDataset>>();
  /** How often something was decided of images. */
  #decided = 0;
  readonly #editsOf: (root: string) => KeptEdits;
  readonly #index: () => DatasetIndex | null;

  /**
   * @param editsOf what was decided of the images of a folder, links resolved
   * @param index what is known of folders from before; null where nothing can be kept
   */
  constructor(editsOf: (root: string) => KeptEdits, index: () => DatasetIndex | null) {
    this.#editsOf = editsOf;
    this.#index = index;
  }

  /**
   * Reads a folder; what has not changed since it was last opened is not read again.
   *
   * @throws ThawError `dataset.missing`, `dataset.empty`, `dataset.classes` or `dataset.images`; the signal's reason
   */
  async open(source: DatasetSource, task: Task): Promise<OpenedDataset> {
    const key = keyOf(source);
    const before = this.#reading.get(key);
    const reading = this.#readAfter(before, source, task);
    this.#reading.set(key, reading);
    try {
      return await reading;
    } finally {
      if (this.#reading.get(key) === reading) this.#reading.delete(key);
    }
  }

  /**
   * A dataset that is held, as a plan splits it; nothing is read. null for one that is not held.
   *
   * @throws ThawError as `splitContent`; the same one for the same split
   */
  known(source: DatasetSource, split: SplitOptions = DEFAULT_SPLIT): Dataset | null {
    const entry = this.#entries.get(keyOf(source));
    if (!entry) return null;
    if (entry.opened.dataset && sameSplit(split, DEFAULT_SPLIT)) return entry.opened.dataset;
    if (!entry.other || !sameSplit(entry.other.split, split)) {
      entry.other = { split, outcome: atOnce(trySplit(entry.opened.content, split)) };
    }
    const { outcome } = entry.other;
    if ('error' in outcome) throw outcome.error;
    return outcome.dataset;
  }

  /** The id of a dataset that is held; null for one that is not. */
  idOf(source: DatasetSource): string | null {
    return this.#entries.get(keyOf(source))?.opened.datasetId ?? null;
  }

  /** @throws ThawError `file.notGranted` for an id that this engine did not give, or what opening it again meets */
  async byId(datasetId: string, task: Task = NOBODY_FOLLOWS): Promise<OpenedDataset> {
    const source = this.#sources.get(datasetId);
    if (!source) {
      throw new ThawError(
        'file.notGranted',
        'A dataset is named by the id it was opened under, which ends with the engine; this id is not known.',
        'Open the dataset again.',
      );
    }
    const key = keyOf(source);
    const entry = this.#entries.get(key);
    if (!entry) return this.open(source, task);
    this.#keep(key, entry);
    return entry.opened;
  }

  /** An image by the id that `OpenedDataset.images` gives it. @throws ThawError `file.notGranted` */
  async image(imageId: string): Promise<{ readonly root: string; readonly image: CollectedImage }> {
    const { byId, content } = await this.byId(imageId.split('.', 1)[0] ?? '');
    const image = byId.get(imageId);
    if (image) return { root: content.root, image };
    throw new ThawError(
      'file.notGranted',
      'An image is named by the id that its dataset gave it; this dataset has no such image any more.',
      'Open the dataset again: an image of it was changed, moved or removed.',
    );
  }

  /**
   * Holds a dataset to edits before they are kept.
   *
   * @throws ThawError `dataset.classes` or `dataset.images` where they leave too little to train on of what had enough
   */
  expectUsable({ original, problem }: OpenedDataset, edits: ImageEdits): void {
    if (original.classes.length === 0 || problem) return;
    const { outcome } = atOnce(editedBy(original, edits));
    if (outcome && 'error' in outcome) throw outcome.error;
  }

  /** The ids of a folder's datasets, links resolved, in whatever structure. */
  idsOf(root: string): readonly string[] {
    return [...this.#ids].flatMap(([known, datasetId]) => (known.startsWith(`${root}\0`) ? [datasetId] : []));
  }

  /** Takes over what was decided of the images of a folder, in whatever structure it is open; nothing is read. */
  edited(root: string, edits: KeptEdits): void {
    this.#decided += 1;
    for (const [key, { opened }] of [...this.#entries]) {
      if (opened.original.root !== root) continue;
      // Without what was decided of it a folder may be none that opens: it is then told by opening it.
      this.#entries.delete(key);
      try {
        this.#entries.set(key, { opened: atOnce(holdInSlices({ ...opened, edits })), other: null });
      } catch (error) {
        if (!(error instanceof ThawError)) throw error;
      }
    }
  }

  async #readAfter(
    before: Promise<OpenedDataset> | undefined,
    source: DatasetSource,
    { signal, report }: Task,
  ): Promise<OpenedDataset> {
    await before?.catch(() => undefined);
    signal.throwIfAborted();
    const key = keyOf(source);
    const structure = structureOf(source);
    const index = this.#index();
    const read = await readContent(datasetRoot(source), {
      structure,
      signal,
      index,
      onProgress: (done, total) => report(done, total, 'reading the dataset'),
    });
    const { structure: laidOut } = read;
    const content = index ? read : { ...read, structure: { ...laidOut, notes: [...laidOut.notes, NOT_KEPT] } };
    const known = `${content.root}\0${JSON.stringify(structure ?? null)}`;
    const datasetId = this.#ids.get(known) ?? randomBytes(12).toString('base64url');
    const last = this.#entries.get(key)?.opened;
    const ids = last?.datasetId === datasetId && knownIds.get(last.original);
    if (ids) knownIds.set(content, ids);
    let opened: OpenedDataset;
    let decided: number;
    do {
      decided = this.#decided;
      const held = { datasetId, source, original: content, edits: this.#editsOf(content.root) };
      opened = await inTurns(holdInSlices(held), signal);
      // What was decided between two slices holds, too.
    } while (decided !== this.#decided);
    this.#ids.set(known, datasetId);
    this.#sources.set(datasetId, source);
    this.#keep(key, { opened, other: null });
    return opened;
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST_OPENED && oldest !== undefined) this.#entries.delete(oldest);
  }
}
