import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Activations, ChannelStatistics } from '../../shared/contract/activations.ts';
import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import { ThawError, type SerializedError } from '../../shared/errors/thaw-error.ts';
import { compileActivations } from '../graph/activation-program.ts';
import { encodeSavedModel } from '../graph/saved-model.ts';
import { decodeImage } from '../image/decode-image.ts';
import { closest } from '../network/closest.ts';
import type { Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { findNetwork } from '../network/registry.ts';
import { Session } from '../runtime/session.ts';
import { loadWeights } from '../weights/load.ts';
import { withMappingRules } from '../weights/mapping/mapping-rule.ts';
import { openWeights } from '../weights/open.ts';
import { checkpointValues } from './first-values.ts';
import { modelNetwork, readModelFile } from './model-file.ts';
import { serialized } from './serialized-error.ts';

/** What a process is asked once: where things lie is known to who asks. */
export interface ActivationsJob {
  readonly source:
    | {
        readonly kind: 'run';
        readonly runDirectory: string;
        readonly checkpoint: CheckpointChoice;
        readonly network: string;
      }
    | {
        readonly kind: 'network';
        readonly network: string;
        readonly weights: string;
        /** Rules for the names of its tensors. */
        readonly mapping: readonly string[];
      };
  readonly image: string;
  readonly layer: string;
}

export type ComputedActivations = Pick<Activations, 'layer' | 'network' | 'shape' | 'channels'> & {
  readonly values: Float32Array;
};

export type ActivationsMessage =
  | { readonly kind: 'answered'; readonly answer: ComputedActivations }
  | { readonly kind: 'failed'; readonly error: SerializedError };

interface Model {
  readonly network: Network;
  readonly preprocessing: Preprocessing;
  readonly values: ReadonlyMap<string, Float32Array>;
}

async function loadModel(source: ActivationsJob['source']): Promise<Model> {
  if (source.kind === 'run') {
    const model = modelNetwork(await readModelFile(source.runDirectory));
    const { values } = await checkpointValues(source.runDirectory, source.checkpoint, model.network);
    return { ...model, values };
  }
  const entry = findNetwork(source.network);
  const network = entry.build();
  const file = await openWeights(source.weights);
  try {
    const mapped = withMappingRules(file, source.mapping);
    return { network, preprocessing: entry.preprocessing, values: loadWeights(network, mapped).tensors };
  } finally {
    file.close();
  }
}

function expectLayer(network: Network, layer: string): void {
  const names = network.layers.map(({ name }) => name);
  if (names.includes(layer)) return;
  const near = closest(layer, names);
  throw new ThawError(
    'usage.noMatch',
    `A layer is named as ${network.name} names it; '${layer}' is none of its.`,
    near.length > 0 ? `Did you mean ${near.map((name) => `'${name}'`).join(', ')}?` : 'See `thaw runs show ID --json`.',
  );
}

/** Statistics by the last dimension of a row-major tensor. */
export function channelStatistics(values: Float32Array, channels: number): ChannelStatistics[] {
  const places = values.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    let [sum, zeros, minimum, maximum] = [0, 0, Infinity, -Infinity];
    for (let at = channel; at < values.length; at += channels) {
      const value = values[at] ?? NaN;
      sum += value;
      if (value === 0) zeros += 1;
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
    const mean = sum / places;
    let squares = 0;
    for (let at = channel; at < values.length; at += channels) squares += ((values[at] ?? NaN) - mean) ** 2;
    return { mean, standardDeviation: Math.sqrt(squares / places), minimum, maximum, zeros: zeros / places };
  });
}

/**
 * What a layer gives for an image.
 *
 * @throws ThawError `usage.noMatch` for a layer that is not there, `weights.mismatch` where a tensor below it has no value,
 *   `image.unreadable`, or what is wrong with weights and checkpoint
 */
export async function computeActivations({ source, image, layer }: ActivationsJob): Promise<ComputedActivations> {
  const { network, preprocessing, values } = await loadModel(source);
  expectLayer(network, layer);
  const program = compileActivations(network, layer, preprocessing);
  const missing = program.tensors.find(({ name }) => !values.has(name));
  if (missing) {
    throw new ThawError(
      'weights.mismatch',
      `All tensors that '${layer}' depends on need a value; the weights have none of '${missing.name}'.`,
      'Take the weights of this network, or a layer below.',
    );
  }
  const pixels = await decodeImage(image, preprocessing);
  const directory = await mkdtemp(path.join(tmpdir(), 'thaw-activations-'));
  try {
    const names = network.layers.map(({ name }) => name);
    using session = Session.load(
      directory,
      encodeSavedModel(program.graph, program.signatures),
      program.signatures,
      names,
    );
    session.run('assign', program.assignFeeds(values));
    const output = session.run('activations', { images: { data: [pixels], shape: [] } })['output'];
    if (!(output?.data instanceof Float32Array)) throw new TypeError(`The program gave no output of '${layer}'.`);
    const shape = output.shape.slice(1);
    const channels = channelStatistics(output.data, shape.at(-1) ?? 1);
    return { network: network.name, layer, shape: [...shape], channels, values: output.data };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Answers over the fork's channel. */
export async function answerActivations(job: ActivationsJob): Promise<ActivationsMessage> {
  try {
    return { kind: 'answered', answer: await computeActivations(job) };
  } catch (error) {
    return { kind: 'failed', error: serialized(error, 'Looking at a layer') };
  }
}
