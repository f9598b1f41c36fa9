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

/** What a process is asked. */
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
  /** Which of the images decode; only they are shown. */
  readonly shown: readonly number[];
  /** [images, height, width, 3] */
  readonly plain: Uint8Array;
  /** [images, count, height, width, 3] */
  readonly augmented: Uint8Array;
}

export type PreviewMessage =
  | { readonly kind: 'answered'; readonly answer: ComputedPreview }
  | { readonly kind: 'failed'; readonly error: SerializedError };

/** One that decoded a moment ago. */
async function decodedAs(file: string, preprocessing: Preprocessing) {
  const image = await tryDecodeImage(file, preprocessing);
  if (image.kind === 'pixels') return image;
  throw new ThawError(
    'image.unreadable',
    `An image must stay readable; it is no longer: ${image.reason}.`,
    'Try again.',
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
  const decoded = await Promise.all(images.map((file) => tryDecodeImage(file, preprocessing)));
  const shown = [...images.keys()].filter((index) => decoded[index]?.kind === 'pixels');
  const whole = decoded.filter((image) => image.kind === 'pixels');
  if (whole.length === 0) {
    const [first] = decoded;
    const reason = first?.kind === 'problem' ? `; of '${path.basename(images[0] ?? '')}': ${first.reason}` : '';
    throw new ThawError('image.unreadable', `An image to preview must be readable${reason}.`, 'Choose another image.');
  }
  const plain = joined(whole.map(({ pixels }) => pixels));
  if (!augmentation) {
    const copies = whole.flatMap(({ pixels }) => Array.from({ length: count }, () => pixels));
    return { shown, plain, augmented: joined(copies) };
  }
  const canvas = canvasPreprocessing(augmentation, preprocessing);
  const canvases = await Promise.all(shown.map((index) => decodedAs(images[index] ?? '', canvas)));
  const bytes = joined(canvases.map(({ pixels }) => pixels));
  const { savedModel, signatures } = compileAugmentation({ plan: augmentation, canvas }, preprocessing);
  const directory = await mkdtemp(path.join(tmpdir(), 'thaw-augmentation-'));
  try {
    using session = Session.load(directory, savedModel, signatures);
    const size = preprocessing.height * preprocessing.width * 3;
    const augmented = new Uint8Array(shown.length * count * size);
    for (let preview = 0; preview < count; preview++) {
      const drawn = canvases.map(({ aspectRatio }, row) => ({ seeds: [seed, preview + 1, row], aspectRatio }));
      const feeds = drawAugmentation(augmentation, drawn, { canvas, input: preprocessing });
      const pixels = session.run('augment', { images: { data: [bytes], shape: [] }, ...feeds })['pixels']?.data;
      if (!(pixels instanceof Float32Array)) throw new TypeError('The program gave no pixels.');
      shown.forEach((_, row) => {
        const picture = Uint8ClampedArray.from(pixels.subarray(row * size, (row + 1) * size));
        augmented.set(picture, (row * count + preview) * size);
      });
    }
    return { shown, plain, augmented };
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
