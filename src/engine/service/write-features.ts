import { statSync } from 'node:fs';
import path from 'node:path';
import type { Request } from '../../shared/contract/endpoint.ts';
import type { FeaturesRequest, FeaturesResult } from '../../shared/contract/features.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { cacheLimit } from './caches.ts';
import type { ServiceContext } from './context.ts';
import { completePlan } from './default-plan.ts';
import { takeFeatures } from './extractor-process.ts';
import { resolveDataset, resolveWeights } from './resolve-references.ts';
import { assertDataset } from './plan-run.ts';
import { thawVersion } from './version.ts';
import { assertWeights, sourceFolders } from './weights-path.ts';

/** @throws ThawError `usage.invalid` where no file can be written, `file.notGranted` */
function outputPath(context: ServiceContext, output: FeaturesRequest['output']): string {
  const target =
    output.kind === 'file' ? path.resolve(output.path) : path.join(context.grants.pathOf(output.grantId), output.name);
  if (path.extname(target).toLowerCase() !== '.npz') {
    throw new ThawError(
      'usage.invalid',
      `Features are written to a file that NumPy knows as its own by the ending .npz; received '${target}'.`,
      `Write it as '${target}.npz'.`,
    );
  }
  const folder = path.dirname(target);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ThawError(
      'usage.invalid',
      `A file is written to a folder that is there; found none at '${folder}'.`,
      'Make the folder first, or choose another.',
    );
  }
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ThawError('usage.invalid', `A file is written; '${target}' is a folder.`, 'Choose another name.');
  }
  return target;
}

/**
 * Takes the features of a folder's images and writes them to a file.
 *
 * @throws ThawError `usage.invalid`, `file.notGranted`, `run.unknown`, `task.cancelled`, or what the process met
 */
export async function writeFeatures(
  context: ServiceContext,
  request: Request<'features.write'>,
): Promise<FeaturesResult> {
  const { dataset, network, weights, rules, precision, device, layer, preprocessing } = request;
  if (layer !== undefined && rules !== undefined && rules.length > 0) {
    throw new ThawError(
      'usage.invalid',
      `Either a layer says where features are taken, or rules do; received layer '${layer}' and ${rules.length} rules.`,
      'Leave one of them out.',
    );
  }
  const plan = completePlan({
    strategy: 'features',
    network,
    rules,
    device,
    preprocessing,
    ...(precision !== undefined && { precision: { frozen: precision } }),
    dataset: dataset && resolveDataset(context, dataset),
    weights: weights && resolveWeights(context, weights),
  });
  assertDataset(plan.dataset);
  await assertWeights(context, plan.weights);
  const output = outputPath(context, request.output);
  return context.tasks.run(request.taskId, 'image', (task) =>
    takeFeatures(
      context.entries.extractor,
      {
        plan,
        layer: layer ?? null,
        output,
        cacheDirectory: context.cache,
        cacheLimitBytes: cacheLimit(context),
        ...sourceFolders(context, plan),
        thaw: thawVersion(),
        home: context.home,
      },
      task,
    ),
  );
}
