import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { codePointOrder } from '../../dataset/code-point-order.ts';
import { UNLABELLED } from '../../dataset/read-images.ts';
import { UnexpectedArray, type NpzReader } from '../../numpy/npz-reader.ts';
import { ARRAYS } from './metadata.ts';

/** Labels, names and paths are small beside features; more than this is no list of them. */
export const MOST_LIST_BYTES = 2 ** 30;
const MOST_CLASSES = 100_000;

export interface Labels {
  readonly classes: readonly string[];
  /** The index of each row's class; `UNLABELLED` where it has none. */
  readonly labels: readonly number[];
}

/** Reads a list that has one entry a row. */
export async function rowsOf(reader: NpzReader, name: string, images: number): Promise<readonly string[]> {
  const values = await reader.texts(name, MOST_LIST_BYTES);
  if (values.length === images) return values;
  throw new UnexpectedArray(
    `'${name}' must have ${images} entries, one for each row of the features; found ${values.length}`,
  );
}

async function readClasses(reader: NpzReader): Promise<readonly string[] | null> {
  if (!reader.names.includes(ARRAYS.classes)) return null;
  const { kind } = await reader.describe(ARRAYS.classes);
  const names =
    kind === 'texts'
      ? await reader.texts(ARRAYS.classes, MOST_LIST_BYTES)
      : (await reader.integers(ARRAYS.classes, MOST_LIST_BYTES)).map(String);
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined)
    throw new UnexpectedArray(`'${ARRAYS.classes}' must name each class once; '${twice}' is there twice`);
  return names;
}

function numbered(labels: readonly number[], classes: readonly string[] | null): Labels {
  if (classes) {
    const row = labels.findIndex((label) => label < UNLABELLED || label >= classes.length);
    if (row === -1) return { classes, labels };
    throw new UnexpectedArray(
      `labels must be from 0 to ${classes.length - 1} for its ${classes.length} classes, or -1; found ${labels[row] ?? '?'} in row ${row}`,
    );
  }
  const found = [...new Set(labels)].filter((label) => label >= 0).sort((left, right) => left - right);
  const places = new Map(found.map((label, place) => [label, place]));
  return { classes: found.map(String), labels: labels.map((label) => places.get(label) ?? UNLABELLED) };
}

function named(labels: readonly string[], classes: readonly string[] | null): Labels {
  const names = classes ?? [...new Set(labels)].filter((name) => name !== '').sort(codePointOrder);
  const places = new Map(names.map((name, place) => [name, place]));
  return {
    classes: names,
    labels: labels.map((name, row) => {
      if (name === '') return UNLABELLED;
      const place = places.get(name);
      if (place !== undefined) return place;
      throw new UnexpectedArray(`the label of row ${row} is '${name}', which '${ARRAYS.classes}' does not name`);
    }),
  };
}

/**
 * The classes of a features file and each row's: whole numbers that point into `classes` or stand for themselves, or the
 * names themselves; -1 and an empty name mean that an image has none.
 *
 * @throws ThawError `dataset.classes` where there are no labels, or fewer than two classes; UnexpectedArray
 */
export async function readLabels(reader: NpzReader, path: string, images: number): Promise<Labels> {
  if (!reader.names.includes(ARRAYS.labels)) {
    throw new ThawError(
      'dataset.classes',
      `Training needs the class of each image; '${path}' has no array '${ARRAYS.labels}', only ${reader.names.slice(0, 10).join(', ')}.`,
      'Write the features of class folders, or add labels to the file: whole numbers or names.',
    );
  }
  const { kind, shape, description } = await reader.describe(ARRAYS.labels);
  const [rows, ...more] = shape;
  if (rows !== images || more.some((size) => size !== 1)) {
    throw new UnexpectedArray(
      `'${ARRAYS.labels}' must have the shape [${images}], one for each row of the features; found [${shape.join(', ')}]`,
    );
  }
  if (kind === 'floats') {
    throw new UnexpectedArray(
      `'${ARRAYS.labels}' has the type '${description}', and labels are whole numbers or texts`,
    );
  }
  const classes = await readClasses(reader);
  const found =
    kind === 'integers'
      ? numbered(await reader.integers(ARRAYS.labels, MOST_LIST_BYTES), classes)
      : named(await rowsOf(reader, ARRAYS.labels, images), classes);
  if (found.classes.length < 2 || found.classes.length > MOST_CLASSES) {
    throw new ThawError(
      'dataset.classes',
      `A classifier needs two classes or more; '${path}' has ${found.classes.length === 1 ? `only '${found.classes[0] ?? ''}'` : found.classes.length}.`,
      'Write the features of a folder with a folder of images for each class.',
    );
  }
  return found;
}
