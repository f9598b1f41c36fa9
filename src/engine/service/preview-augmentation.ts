import { isFeatureNetwork } from '../../shared/contract/features.ts';
import type { AugmentationPreview } from '../../shared/contract/augmentation-preview.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { preprocessedAs } from '../network/preprocessing.ts';
import { findNetwork } from '../network/registry.ts';
import type { PreviewJob } from '../training/augmentation/preview.ts';
import { completeAugmentation } from './complete-augmentation.ts';
import { completePreprocessing } from './complete-preprocessing.ts';
import type { ServiceContext } from './context.ts';
import { resolveImages } from './resolve-images.ts';

/**
 * What a run would be shown of images: computed by the operations of its train step, in a process of its own that is kept while it
 * is asked.
 *
 * @throws ThawError `network.unknown`, `usage.invalid`, `image.unreadable`, `file.notGranted`, `task.cancelled`
 */
export async function previewAugmentation(
  context: ServiceContext,
  { network, images, augmentation, seed, count, taskId, ...asked }: Request<'augmentation.preview'>,
): Promise<AugmentationPreview> {
  if (isFeatureNetwork(network)) {
    throw new ThawError(
      'usage.invalid',
      `Images are augmented, and '${network}' takes features.`,
      'Choose a network that takes images.',
    );
  }
  const entry = findNetwork(network);
  const preprocessing = preprocessedAs(entry.preprocessing, completePreprocessing(asked.preprocessing, entry));
  const targets = await resolveImages(context, images);
  const files = targets.map((target) => {
    if ('file' in target) return target.file;
    throw new ThawError('image.unreadable', target.problem, 'Choose another image.');
  });
  if (files.length > images.length) {
    throw new ThawError('usage.invalid', 'Images are previewed one by one; received a folder.', 'Name images of it.');
  }
  const job: PreviewJob = {
    images: files,
    augmentation: completeAugmentation(augmentation),
    preprocessing,
    seed,
    count,
  };
  const { shown, plain, augmented } = await context.tasks.run(taskId, 'image', ({ signal }) =>
    context.previews.ask(job, signal),
  );
  const { height, width } = preprocessing;
  return {
    height,
    width,
    paths: shown.flatMap((index) => targets[index]?.path ?? []),
    plain: new Uint8Array(plain),
    augmented: new Uint8Array(augmented),
  };
}
