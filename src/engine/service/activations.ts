import type { Activations } from '../../shared/contract/activations.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readPlan } from '../experiment/run-reader.ts';
import type { ActivationsJob, ComputedActivations } from '../training/activations.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import { askProcess } from './ask-process.ts';
import type { ServiceContext } from './context.ts';
import { completePlan } from './default-plan.ts';
import { oneImage } from './one-image.ts';
import { resolveWeights } from './resolve-references.ts';
import { weightsPath } from './weights-path.ts';

/**
 * Where the values of a source lie.
 *
 * @throws ThawError as `activationsOf`
 */
export async function resolveSource(
  context: ServiceContext,
  source: Request<'activations'>['source'],
): Promise<ActivationsJob['source']> {
  if (source.kind === 'run') {
    const { network } = readPlan(context.log, source.runId);
    if (isFeatureNetwork(network)) {
      throw new ThawError(
        'run.state',
        `A layer looks at images; run '${source.runId}' was trained on features (${network}) and knows no such layer.`,
        'Name the network that the features came from with --network.',
      );
    }
    const runDirectory = context.runDirectory(source.runId);
    const { checkpoint = 'best' } = source;
    await chosenPrefix(runDirectory, checkpoint);
    return { kind: 'run', runDirectory, checkpoint, network };
  }
  const { network, weights } = completePlan({
    network: source.network,
    weights: source.weights && resolveWeights(context, source.weights),
    strategy: 'features',
  });
  const path = await weightsPath(context, { network, weights });
  if (path === null) throw new TypeError('A plan that trains a head alone begins with weights.');
  const mapping = weights.kind === 'file' ? (weights.mapping ?? []) : [];
  return { kind: 'network', network, weights: path, mapping };
}

/**
 * What a layer of a run's network, or of one with published weights, makes of an image.
 *
 * @throws ThawError `run.unknown`, `training.checkpoint`, `network.unknown`, `weights.missing`, `usage.noMatch`,
 *   `image.unreadable`, `file.notGranted`; the signal's reason
 */
export async function activationsOf(
  context: ServiceContext,
  { source, image, layer, withValues }: Request<'activations'>,
  signal?: AbortSignal,
): Promise<Activations> {
  const resolved = await resolveSource(context, source);
  const target = await oneImage(context, image, 'A layer is looked at');
  const job: ActivationsJob = { source: resolved, image: target.file, layer };
  const { values, ...computed } = await askProcess<ComputedActivations>(
    context.entries.activations,
    job,
    'Looking at a layer',
    signal,
  );
  return { ...computed, path: target.path, values: withValues ? new Float32Array(values) : null };
}
