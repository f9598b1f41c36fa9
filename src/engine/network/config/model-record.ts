import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PIXEL_RANGES, type PixelRange } from '../../../shared/contract/models.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Network } from '../layer.ts';
import { standardise, scaleToUnitRange, subtractCaffeMean, type Preprocessing } from '../preprocessing.ts';
import { modelNetwork } from './model-network.ts';
import { composed } from './pixels.ts';
import { fieldsOf, listOf } from './settings.ts';

/** More than the configuration of any published model takes. */
const LARGEST_BYTES = 16 << 20;
const DEEPEST = 100;

const modelRecord = z.strictObject({
  version: z.literal(1),
  /** As its framework wrote it, see `readModelConfiguration`. */
  configuration: z.record(z.string(), z.unknown()),
  /** Height and width where the configuration leaves them open; null for what it says, or what is usual. */
  size: z.int().positive().nullable(),
  /** null for what the configuration does to pixels or, where that is nothing, the usual range. */
  pixels: z.enum(PIXEL_RANGES).nullable(),
});
/** A model from elsewhere and how its images are prepared: everything that its network follows from. */
export type ModelRecord = z.infer<typeof modelRecord>;

const NAME = /^model_[0-9a-f]{12}$/;

/** As which it is kept: one text for one model. */
export function recordText(record: ModelRecord): string {
  return `${JSON.stringify(record)}\n`;
}

function nameOf(text: string): string {
  return `model_${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

/** Whether objects and lists lie in one another deeper than any model's, which the call stack would not bear. */
function isDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((one) => (Array.isArray(one) ? listOf(one) : Object.values(fieldsOf(one))));
  }
  return false;
}

/** @throws ThawError `network.invalid` for a configuration beyond bounds */
export function recordOf(configuration: unknown, size: number | null, pixels: PixelRange | null): ModelRecord {
  const parsed = isDeep(configuration) ? null : modelRecord.safeParse({ version: 1, configuration, size, pixels });
  if (parsed?.success && recordText(parsed.data).length <= LARGEST_BYTES) return parsed.data;
  throw new ThawError(
    'network.invalid',
    parsed?.success === false
      ? 'A whole model has a configuration, an object; this file has something else in its place.'
      : `The configuration of a model has at most ${LARGEST_BYTES} bytes, ${DEEPEST} levels deep; this one has more.`,
    'Do not use this file.',
  );
}

/** Grey has no means of its own over ImageNet. */
function rangeOfGrey(title: string, pixels: PixelRange, height: number, width: number): Preprocessing {
  if (pixels !== 'caffe' && pixels !== 'imagenet') return { ...rangeOf(pixels, height, width), channelOrder: 'grey' };
  throw new ThawError(
    'network.invalid',
    `A network of grey images takes their pixels signed, unit or raw; received '${pixels}' for ${title}.`,
    'Choose another range of pixels.',
  );
}

/** How pixels of a range are prepared. */
export function rangeOf(pixels: PixelRange, height: number, width: number): Preprocessing {
  const signed = scaleToUnitRange(height, width);
  switch (pixels) {
    case 'signed':
      return signed;
    case 'unit':
      return { ...signed, scale: 1 / 255, offset: 0 };
    case 'raw':
      return { ...signed, scale: 1, offset: 0 };
    case 'caffe':
      return subtractCaffeMean(height, width);
    case 'imagenet':
      return standardise(height, width);
  }
}

/** A model from elsewhere as a network of its own. */
export interface OpenedModel {
  /** Follows from what it consists of: `model_` and the beginning of a SHA-256. */
  readonly name: string;
  readonly title: string;
  readonly preprocessing: Preprocessing;
  /** Whether its configuration leaves height and width open. */
  readonly takesAnySize: boolean;
  /** Of its own classifier. */
  readonly classes: number;
  readonly withTop: Network;
  readonly withoutTop: Network;
}

/** @throws ThawError `network.invalid` */
export function openModel(record: ModelRecord): OpenedModel {
  const name = nameOf(recordText(record));
  const model = modelNetwork(name, record.configuration, record.size);
  const { title, height, width, channels, pixels, takesAnySize, classes, withTop, withoutTop } = model;
  const asked = record.pixels ?? (pixels ? 'raw' : 'signed');
  const range = channels === 1 ? rangeOfGrey(title, asked, height, width) : rangeOf(asked, height, width);
  const preprocessing = pixels ? { ...range, ...composed(range, pixels) } : range;
  return { name, title, preprocessing, takesAnySize, classes, withTop, withoutTop };
}

/** The environment variable that tells the processes of an engine where models lie. */
const VARIABLE = 'THAW_MODELS';

function givenFolders(text: string | undefined): readonly string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(text ?? '[]'));
  } catch {
    // Whoever set this was no engine of ours.
    return [];
  }
}

/** Models are called by what they consist of, so it does not matter in which folder one is found. */
const folders = new Set(givenFolders(process.env[VARIABLE]));
const opened = new Map<string, OpenedModel>();

/** Looks for models in one more folder from now on. */
export function addModelFolder(folder: string): void {
  folders.add(folder);
}

/** What a process finds in its environment that is to know the same models. */
export function modelEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, [VARIABLE]: JSON.stringify([...folders]) };
}

/** Where a model is kept in a folder of them. */
export function modelFile(folder: string, name: string): string {
  return path.join(folder, `${name}.json`);
}

/**
 * Where a model of that name is kept.
 *
 * @throws ThawError `network.unknown` where it is in no folder any more
 */
function keptModel(name: string): string {
  const file = [...folders].map((folder) => modelFile(folder, name)).find((candidate) => existsSync(candidate));
  if (file !== undefined) return file;
  throw new ThawError(
    'network.unknown',
    `A model from a file is kept in the folder 'models' of THAW_HOME once it was opened; '${name}' is not there.`,
    'Open its file again: `thaw networks open FILE`.',
  );
}

/**
 * What is kept of a file under a name, which is made of what is kept.
 *
 * @param kept.what `model` or `graph`
 * @throws ThawError `network.unknown` where it is in no folder any more, `network.invalid` for a file that was changed
 */
export function readKept<Kept>(
  name: string,
  kept: { readonly what: string; readonly nameOf: (text: string) => string; readonly schema: z.ZodType<Kept> },
): Kept {
  const file = keptModel(name);
  const text = readFileSync(file, 'utf8');
  const parsed = kept.nameOf(text) === name ? kept.schema.safeParse(JSON.parse(text)) : null;
  if (parsed?.success === true) return parsed.data;
  throw new ThawError(
    'network.invalid',
    `A ${kept.what} is kept as Thaw wrote it; ${file} was changed since, or is of another Thaw.`,
    `Open the file that the ${kept.what} came from again: \`thaw networks open FILE\`.`,
  );
}

/** A model by its name; null for a name of another kind. @throws ThawError as `readKept` */
export function findModel(name: string): OpenedModel | null {
  if (!NAME.test(name)) return null;
  const known = opened.get(name);
  if (known) return known;
  const found = openModel(readKept(name, { what: 'model', nameOf, schema: modelRecord }));
  opened.set(name, found);
  return found;
}
