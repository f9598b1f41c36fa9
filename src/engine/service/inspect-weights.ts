import { stat } from 'node:fs/promises';
import type { Request } from '../../shared/contract/endpoint.ts';
import type { WeightsListing } from '../../shared/contract/weights-listing.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { DTYPE_BYTES } from '../weights/dtype.ts';
import { openStoredWeights } from '../weights/open.ts';
import type { ListedTensor } from '../weights/weights-file.ts';
import type { ServiceContext } from './context.ts';
import { resolveWeights } from './resolve-references.ts';
import { weightsPath } from './weights-path.ts';

function listed([name, tensor]: readonly [string, ListedTensor]): WeightsListing['tensors'][number] {
  const { storedName, shape, dtype, isWeight } = tensor;
  const bytes = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
  return { name, storedName, shape: [...shape], dtype, bytes, weight: isWeight };
}

/**
 * What is in a file of weights: only its headers are read.
 *
 * @throws ThawError `weights.missing`, `weights.unreadable`, `file.notGranted`, `run.unknown`
 */
export async function inspectWeights(
  context: ServiceContext,
  { weights }: Request<'weights.inspect'>,
): Promise<WeightsListing> {
  const source = resolveWeights(context, weights);
  if (source.kind === 'none' || source.kind === 'shipped') {
    throw new ThawError(
      'usage.invalid',
      `Weights are inspected in a file or a run; received the kind '${source.kind}'.`,
      'Name a file of weights.',
    );
  }
  const path = source.kind === 'file' ? source.path : await weightsPath(context, { network: '', weights: source });
  const file = await openStoredWeights(path ?? '');
  try {
    const sizes = await Promise.all(file.files.map(async (part) => (await stat(part)).size));
    return {
      path: file.path,
      format: file.format,
      framework: file.framework,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      tensors: [...file.tensors].map(listed),
    };
  } finally {
    file.close();
  }
}
