import type { Request } from '../../shared/contract/endpoint.ts';
import type { ImageInspection } from '../../shared/contract/image-inspection.ts';
import type { ServiceContext } from './context.ts';

/** Class and split of a dataset's image; null where it has none, as a granted image. */
async function placeOf(
  context: ServiceContext,
  imageId: string,
): Promise<Pick<ImageInspection, 'className' | 'split'>> {
  if (context.grants.find(imageId) !== null) return { className: null, split: null };
  const { content, images, aside } = await context.datasets.byId(imageId.split('.', 1)[0] ?? '');
  const found = [...images, ...aside].find((image) => image.imageId === imageId);
  const { image, decidedClass = null } = found ?? {};
  return { className: content.classes[image?.label ?? -1] ?? decidedClass, split: image?.split ?? null };
}

/**
 * Everything that can be told of one image.
 *
 * @throws ThawError `file.notGranted`, `image.unreadable` where its file cannot be read
 */
export async function inspectOneImage(
  context: ServiceContext,
  { imageId, withLocation = false }: Request<'image.inspect'>,
): Promise<ImageInspection> {
  const inspected = await context.images.inspect(imageId, withLocation);
  return { imageId, ...(await placeOf(context, imageId)), ...inspected };
}
