import type { Activations } from '../../shared/contract/activations.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readPlan } from '../experiment/run-reader.ts';
import type { ActivationsJob, ActivationsMessage, ComputedActivations } from '../training/activations.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import type { ServiceContext } from './context.ts';
import { completePlan } from './default-plan.ts';
import { endingOf, forkEntry } from './fork-entry.ts';
import { resolveImages } from './resolve-images.ts';
import { resolveWeights } from './resolve-references.ts';
import { weightsPath } from './weights-path.ts';

async function resolveSource(
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
  return { kind: 'network', network, weights: path };
}

/** Computes in a process of its own: TensorFlow never runs where the log lives. */
async function compute(entry: string, job: ActivationsJob): Promise<ComputedActivations> {
  const { child, tail } = forkEntry(entry);
  const outcome = Promise.withResolvers<ComputedActivations>();
  child.on('message', (received) => {
    const message = received as ActivationsMessage;
    if (message.kind === 'computed') outcome.resolve(message.activations);
    else outcome.reject(ThawError.from(message.error));
  });
  child.on('error', (error) => outcome.reject(error));
  child.on('close', (code, signal) =>
    outcome.reject(
      new ThawError(
        'training.process',
        `Looking at a layer ends with its values; the process ended with ${endingOf(code, signal)}.`,
        '`thaw doctor` looks for a cause.',
        { cause: tail() },
      ),
    ),
  );
  child.send(job, () => undefined);
  return outcome.promise;
}

/**
 * What a layer of a run's network, or of one with published weights, makes of an image.
 *
 * @throws ThawError `run.unknown`, `training.checkpoint`, `network.unknown`, `weights.missing`, `usage.noMatch`,
 *   `image.unreadable`, `file.notGranted`
 */
export async function activationsOf(
  context: ServiceContext,
  { source, image, layer, withValues }: Request<'activations'>,
): Promise<Activations> {
  const resolved = await resolveSource(context, source);
  const [target, ...more] = await resolveImages(context, [image]);
  if (!target || more.length > 0) {
    throw new ThawError(
      'usage.invalid',
      'A layer is looked at with one image; received a folder.',
      'Choose one image of it.',
    );
  }
  if ('problem' in target) throw new ThawError('image.unreadable', target.problem, 'Choose another image.');
  const job = { source: resolved, image: target.file, layer };
  const { values, ...computed } = await compute(context.entries.activations, job);
  return { ...computed, path: target.path, values: withValues ? new Float32Array(values) : null };
}
