import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AugmentationPlan } from '../../../shared/contract/augmentation.ts';
import { ThawError, type SerializedError } from '../../../shared/errors/thaw-error.ts';
import { compileAugmentation } from '../../graph/augmentation/preview-program.ts';
import { tryDecodeImage } from '../../image/decode-image.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';
import { Session } from '../../runtime/session.ts';
import { serialized } from '../serialized-error.ts';
import { canvasPreprocessing } from './canvas.ts';
import { drawAugmentation } from './draw.ts';

/** What a process is asked once. */
export interface PreviewJob {
  /** Files. */
  readonly images: readonly string[];
  /** null shows them as they are. */
  readonly augmentation: AugmentationPlan | null;
  readonly preprocessing: Preprocessing;
  readonly seed: number;
  /** Of each image. */
  readonly count: number;
}

export interface ComputedPreview {
  /** [images, height, width, 3] */
  readonly plain: Uint8Array;
  /** [images, count, height, width, 3] */
  readonly augmented: Uint8Array;
}

export type PreviewMessage =
  | { readonly kind: 'answered'; readonly answer: ComputedPreview }
  | { readonly kind: 'failed'; readonly error: SerializedError };

async function decoded(file: string, preprocessing: Preprocessing) {
  const image = await tryDecodeImage(file, preprocessing);
  if (image.kind === 'pixels') return image;
  throw new ThawError(
    'image.unreadable',
    `An image to preview must be readable; of '${path.basename(file)}': ${image.reason}.`,
    'Choose another image.',
  );
}

function joined(arrays: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const array of arrays) {
    all.set(array, offset);
    offset += array.length;
  }
  return all;
}

/**
 * Images as a run would be shown them: each preview is what an epoch makes of them, the first image being the split's first.
 *
 * @throws ThawError `image.unreadable`
 */
export async function previewAugmentation(job: PreviewJob): Promise<ComputedPreview> {
  const { images, augmentation, preprocessing, seed, count } = job;
  const whole = await Promise.all(images.map((file) => decoded(file, preprocessing)));
  const plain = joined(whole.map(({ pixels }) => pixels));
  if (!augmentation)
    return { plain, augmented: joined(whole.flatMap(({ pixels }) => Array.from({ length: count }, () => pixels))) };
  const canvas = canvasPreprocessing(augmentation, preprocessing);
  const canvases = await Promise.all(images.map((file) => decoded(file, canvas)));
  const bytes = joined(canvases.map(({ pixels }) => pixels));
  const { savedModel, signatures } = compileAugmentation({ plan: augmentation, canvas }, preprocessing);
  const directory = await mkdtemp(path.join(tmpdir(), 'thaw-augmentation-'));
  try {
    using session = Session.load(directory, savedModel, signatures);
    const size = preprocessing.height * preprocessing.width * 3;
    const augmented = new Uint8Array(images.length * count * size);
    for (let preview = 0; preview < count; preview++) {
      const drawn = canvases.map(({ aspectRatio }, row) => ({ seeds: [seed, preview + 1, row], aspectRatio }));
      const feeds = drawAugmentation(augmentation, drawn, { canvas, input: preprocessing });
      const pixels = session.run('augment', { images: { data: [bytes], shape: [] }, ...feeds })['pixels']?.data;
      if (!(pixels instanceof Float32Array)) throw new TypeError('The program gave no pixels.');
      images.forEach((_, row) => {
        const shown = Uint8ClampedArray.from(pixels.subarray(row * size, (row + 1) * size));
        augmented.set(shown, (row * count + preview) * size);
      });
    }
    return { plain, augmented };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Answers over the fork's channel. */
export async function answerPreview(job: PreviewJob): Promise<PreviewMessage> {
  try {
    return { kind: 'answered', answer: await previewAugmentation(job) };
  } catch (error) {
    return { kind: 'failed', error: serialized(error, 'Previewing an augmentation') };
  }
}
