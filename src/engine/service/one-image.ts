import type { ImageReference } from '../../shared/contract/image-reference.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { ServiceContext } from './context.ts';
import { resolveImages, type ImageTarget } from './resolve-images.ts';

/**
 * The one image that is meant, where a folder is none.
 *
 * @param doing what is done with it, to begin the message: `A layer is looked at`
 * @throws ThawError `usage.invalid` for a folder, `image.unreadable` for what lies in no file, `file.notGranted`
 */
export async function oneImage(
  context: ServiceContext,
  reference: ImageReference,
  doing: string,
): Promise<Extract<ImageTarget, { readonly file: string }>> {
  const [target, ...more] = await resolveImages(context, [reference]);
  if (!target || more.length > 0) {
    throw new ThawError('usage.invalid', `${doing} with one image; received a folder.`, 'Choose one image of it.');
  }
  if ('problem' in target) throw new ThawError('image.unreadable', target.problem, 'Choose another image.');
  return target;
}
