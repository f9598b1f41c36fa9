import { stat } from 'node:fs/promises';
import type { WeightsSource } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { FeaturesDescription } from '../training/features-file/describe-features.ts';
import type { ServiceContext } from './context.ts';

function refuse(path: string, found: string): never {
  throw new ThawError(
    'features.mismatch',
    `Weights that only a features file names are used where they still are the file that it was written with; ${found} at '${path}'.`,
    'Give the weights themselves as --weights.',
  );
}

/**
 * A features file may come from a stranger, and so may the path in it: what lies there is used only where it is a file or
 * folder with the very bytes that the features were computed with.
 *
 * @param weights of the plan, which nobody but the features file named
 * @returns which file that is, for people; null where no path was named
 * @throws ThawError `features.mismatch`, `weights.missing`, `weights.unreadable`
 */
export async function assertNamedWeights(
  context: ServiceContext,
  weights: WeightsSource,
  features: FeaturesDescription,
): Promise<string | null> {
  if (weights.kind !== 'file') return null;
  const { path } = weights;
  const expected = features.metadata?.weights.fileSha256;
  if (expected === undefined) refuse(path, 'it says nothing of the bytes');
  const found = await stat(path).catch(() => null);
  // A pipe would be waited for, and a device read without end. What is not there is told when it is opened.
  if (found && !found.isFile() && !found.isDirectory()) refuse(path, 'found neither a file nor a folder');
  const sha256 = await context.weights.use(path, (file) => file.sha256);
  if (sha256 !== expected)
    refuse(path, `expected SHA-256 ${expected.slice(0, 12)}..., found ${sha256.slice(0, 12)}...`);
  return `The weights are those that the features file names: '${path}', unchanged since.`;
}
