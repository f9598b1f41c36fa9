import { hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { CorrectedLabels, CorrectLabelsRequest } from '../../shared/contract/correct-labels.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { AddedFiles } from '../dataset/add-files.ts';
import { classPlace, type ClassPlace } from '../dataset/class-place.ts';
import { readableReason } from '../dataset/dataset-files.ts';
import { MAXIMUM_FILE_BYTES } from '../dataset/examine-file.ts';
import { idxMember } from '../dataset/idx/idx-images.ts';
import type { KeptEdits } from '../dataset/edits/edit-steps.ts';
import { FILE_KIND_BYTES, fileKind, formatProblem } from '../dataset/image-format.ts';
import { decodeProblem } from '../image/decode-image.ts';
import { toSharp, withOwnFormats } from '../image/to-sharp.ts';
import type { ServiceContext } from './context.ts';
import type { OpenedDataset } from './datasets.ts';
import { decide, openedImages, taken } from './edit-dataset.ts';
import { resolveImages } from './resolve-images.ts';
import type { Task } from './tasks.ts';

type Correction = CorrectLabelsRequest['corrections'][number];

/** An image from elsewhere that the dataset does not have. */
interface NewImage {
  readonly name: string;
  readonly className: string;
  readonly file: string;
  readonly contentHash: string;
}

/** An image of the dataset, whether it is trained on or not. */
interface OwnImage {
  readonly path: string;
  readonly contentHash: string;
  /** As it is decided, or else as the folder says; null where neither says one. */
  readonly className: string | null;
  readonly imageId: string | null;
}

/** What an image of the dataset is to be. */
interface Wanted {
  readonly image: OwnImage;
  readonly className: string;
}

function ownImages({ images, aside, content }: OpenedDataset): readonly OwnImage[] {
  const identified = [...images, ...aside].map(({ imageId, image, decidedClass }): OwnImage => {
    const { path: own, contentHash, label } = image;
    return { path: own, contentHash, imageId, className: decidedClass ?? content.classes[label] ?? null };
  });
  const known = new Set(identified.map((image) => image.path));
  const untrained = content.untrained.filter((image) => !known.has(image.path));
  return [...identified, ...untrained.map((image): OwnImage => ({ ...image, imageId: null }))];
}

/** Two windows that correct the same image do so one after the other, so that it comes into a dataset once. */
const queuesOf = new WeakMap<ServiceContext, Map<string, Promise<unknown>>>();

const NOBODY_FOLLOWS: Task = { signal: new AbortController().signal, report: () => undefined };

const unreadable = (name: string, reason: string, cause?: unknown): ThawError =>
  new ThawError(
    'image.unreadable',
    `An image that is given a class must be readable, but of ${name}: ${reason}. Nothing was changed.`,
    'Leave it out, or save it again as JPEG or PNG.',
    { cause },
  );

/** @throws ThawError `image.unreadable` for what is no image that Thaw decodes */
async function readImage(file: string, name: string): Promise<Uint8Array> {
  if ((await idxMember(file)) !== null) throw unreadable(name, 'it lies within another file, and is no file to copy');
  let content: Uint8Array;
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size > MAXIMUM_FILE_BYTES) {
      throw unreadable(name, `the file has ${size} bytes, more than the ${MAXIMUM_FILE_BYTES} that are read`);
    }
    content = await handle.readFile();
  } catch (error) {
    throw error instanceof ThawError ? error : unreadable(name, readableReason(error), error);
  }
  const kind = fileKind(content.subarray(0, FILE_KIND_BYTES));
  if (kind.kind !== 'image') throw unreadable(name, formatProblem(kind));
  return content;
}

/** Its pixels are looked at once, as training will do. @throws ThawError `image.unreadable` */
async function assertDecodes(content: Uint8Array, name: string): Promise<void> {
  try {
    await withOwnFormats(content, (input) => toSharp(input).stats());
  } catch (error) {
    throw unreadable(name, await decodeProblem(content, error), error);
  }
}

/** An image is given one class, however often it is named. */
class Decided {
  readonly #classes = new Map<string, string>();

  set(key: string, className: string, name: string): void {
    const before = this.#classes.get(key);
    if (before !== undefined && before !== className) {
      throw new ThawError(
        'usage.invalid',
        `An image has one class, but ${name} was given '${before}' and '${className}'. Nothing was changed.`,
        'Give it one of them.',
      );
    }
    this.#classes.set(key, className);
  }
}

/** What the corrections mean for a dataset, before anything is done. */
interface Sorted {
  /** The dataset's own images with what they are to be, by path. */
  readonly own: ReadonlyMap<string, Wanted>;
  readonly fresh: readonly NewImage[];
}

async function sortOut(
  context: ServiceContext,
  opened: OpenedDataset,
  corrections: readonly Correction[],
): Promise<Sorted> {
  const known = ownImages(opened);
  const byId = new Map(known.map((image) => [image.imageId, image]));
  const byHash = Map.groupBy(known, ({ contentHash }) => contentHash);
  const own = new Map<string, Wanted>();
  const fresh = new Map<string, NewImage>();
  const decided = new Decided();
  const take = (image: OwnImage, className: string): void => {
    decided.set(image.path, className, image.path);
    own.set(image.path, { image, className });
  };
  for (const { image, class: className } of corrections) {
    const mine = typeof image === 'object' && 'imageId' in image ? byId.get(image.imageId) : undefined;
    if (mine) {
      take(mine, className);
      continue;
    }
    const [target, ...others] = await resolveImages(context, [image]);
    if (target === undefined || others.length > 0) {
      throw new ThawError(
        'usage.invalid',
        'A class is given to an image; a folder of several was named. Nothing was changed.',
        'Name the images in it one by one.',
      );
    }
    if ('problem' in target) throw unreadable(target.path, target.problem);
    const content = await readImage(target.file, target.path);
    const contentHash = hash('sha256', content, 'hex');
    const copies = byHash.get(contentHash);
    if (copies) for (const copy of copies) take(copy, className);
    else {
      const name = path.basename(target.file);
      decided.set(contentHash, className, name);
      if (fresh.has(contentHash)) continue;
      await assertDecodes(content, target.path);
      fresh.set(contentHash, { name, className, file: target.file, contentHash });
    }
  }
  return { own, fresh: [...fresh.values()] };
}

/** @returns the class of each image that was added, by its path. @throws ThawError `dataset.classes`; the file system's error */
async function copyAll(
  { original, source }: OpenedDataset,
  fresh: readonly NewImage[],
  added: AddedFiles,
): Promise<ReadonlyMap<string, string>> {
  if (fresh.length > 0 && source.kind === 'sample') {
    throw new ThawError(
      'dataset.classes',
      'The sample ships with Thaw and is the same everywhere: no image is added to it. Nothing was changed.',
      'Open a dataset of your own, and give the label there.',
    );
  }
  const places = new Map<string, ClassPlace>();
  for (const className of new Set(fresh.map((image) => image.className))) {
    places.set(className, await classPlace(original.root, original.structure, className));
  }
  const classes = new Map<string, string>();
  for (const { name, className, file, contentHash } of fresh) {
    const content = await readImage(file, name);
    if (hash('sha256', content, 'hex') !== contentHash) throw unreadable(name, 'it changed while it was read');
    const place = places.get(className);
    if (place) classes.set(await added.add(place, name, content), className);
  }
  return classes;
}

/** Words of the step, as `Relabel 3 images` beside those of other steps. */
const wordsOf = (images: number, classes: ReadonlySet<string>): string | null =>
  classes.size === 1 ? null : `Give ${images} images the right class`;

/** Makes one step of what images of the dataset are to be. */
function relabel(context: ServiceContext, opened: OpenedDataset, changes: readonly Wanted[]): KeptEdits | null {
  const [first] = changes;
  if (first === undefined) return null;
  const classes = new Map(changes.map(({ image, className }) => [image.path, className]));
  const words = wordsOf(changes.length, new Set(classes.values()));
  return decide(
    context,
    opened,
    changes.map(({ image }) => image),
    {
      change: { kind: 'class', className: first.className },
      changeOf: (of) => ({ kind: 'class', className: classes.get(of) ?? first.className }),
      ...(words !== null && { words }),
    },
  );
}

/** A disk of the dataset's, which no setting of Thaw's moves. */
function explain(error: unknown, root: string): unknown {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
    return new ThawError(
      'dataset.missing',
      `Images are added where their dataset lies, but of ${root}: ${readableReason(error)}. Nothing was changed.`,
      'Connect its disk, or open it where it is now, and give the label again.',
      { cause: error },
    );
  }
  const explained = explainDiskError(error, 'add the images to the dataset');
  if (!(explained instanceof ThawError) || !explained.code.startsWith('disk.')) return explained;
  const hint =
    explained.code === 'disk.full'
      ? 'Free some space where the dataset lies, and give the label again.'
      : 'Give yourself write permission in the folder of the dataset, and give the label again.';
  return new ThawError(explained.code, `${explained.message} Nothing was changed.`, hint, { cause: error });
}

/**
 * Gives predicted images the class that a person says they are. Those that the dataset has, itself or in content, get another
 * class as one step that can be taken back; others are copied into the folder of their class, beside what is there. Either all
 * of it is done or nothing.
 *
 * @throws ThawError `file.notGranted`, `image.unreadable`, `usage.invalid` for an image of two classes, `dataset.classes` where the
 *   dataset's structure has no place for new images, `dataset.images` where edits would leave too little, `disk.full`,
 *   `disk.readOnly`
 */
export async function correctLabels(context: ServiceContext, request: CorrectLabelsRequest): Promise<CorrectedLabels> {
  const { original } = await openedImages(context, request.datasetId);
  const queues = queuesOf.get(context) ?? new Map<string, Promise<unknown>>();
  queuesOf.set(context, queues);
  const before = queues.get(original.root) ?? Promise.resolve();
  const own = before.then(() => correctNow(context, request));
  // One that fails lets the next begin all the same.
  const ended = own.catch(() => undefined);
  queues.set(original.root, ended);
  try {
    return await own;
  } finally {
    if (queues.get(original.root) === ended) queues.delete(original.root);
  }
}

async function correctNow(
  context: ServiceContext,
  { datasetId, corrections }: CorrectLabelsRequest,
): Promise<CorrectedLabels> {
  const opened = await openedImages(context, datasetId);
  const { own, fresh } = await sortOut(context, opened, corrections);
  const added = new AddedFiles();
  try {
    const classes = await copyAll(opened, fresh, added);
    const now = classes.size > 0 ? await context.datasets.open(opened.source, NOBODY_FOLLOWS) : opened;
    const present = new Map(ownImages(now).map((image) => [image.path, image]));
    const changed = ({ image, className }: Wanted): boolean => image.className !== className;
    const relabelled = [...own.values()]
      .map(({ image, className }) => ({ image: present.get(image.path) ?? image, className }))
      .filter(changed);
    // What was decided of a file of this name before, or a disk to which two folders' names are one, may say otherwise.
    const otherwise = [...classes]
      .flatMap(([file, className]) => {
        const image = present.get(file);
        return image ? [{ image, className }] : [];
      })
      .filter(changed);
    const kept = relabel(context, now, [...relabelled, ...otherwise]);
    // All is done: that the folder cannot be read again just now is told by whoever looks at it next.
    if (kept) await taken(context, now, kept).catch(() => undefined);
    if (classes.size > 0) tellAdded(context, datasetId, classes.size);
    return {
      datasetId,
      relabelled: relabelled.length,
      added: [...classes.keys()],
      unchanged: own.size - relabelled.length,
    };
  } catch (error) {
    if (added.paths.length > 0) {
      await added.takeBack();
      await context.datasets.open(opened.source, NOBODY_FOLLOWS).catch(() => undefined);
    } else await added.takeBack();
    throw explain(error, opened.original.root);
  }
}

/** Every window that has it open looks at it again, and its new images are measured. */
function tellAdded(context: ServiceContext, datasetId: string, count: number): void {
  context.events.tellDataset({
    datasetId,
    change: 'files',
    added: count,
    changed: 0,
    moved: 0,
    removed: 0,
    problem: null,
  });
  if (context.events.hears('dataset')) context.measuring.begin(datasetId);
}
