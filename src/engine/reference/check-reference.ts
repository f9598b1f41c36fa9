import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NetworkCheck, NetworkCheckMode } from '../../shared/contract/network-check.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { compileOutputs } from '../graph/output-program.ts';
import { encodeSavedModel } from '../graph/saved-model.ts';
import type { Network, TensorSpecification } from '../network/layer.ts';
import { moduleOutput } from '../network/module-output.ts';
import { findPublished } from '../network/registry.ts';
import { networkTensors } from '../network/shape.ts';
import { isKnownSlimExtra, slimScope } from '../network/slim/layout.ts';
import { isKnownTorchExtra } from '../network/torch/layout.ts';
import { Session, type Output } from '../runtime/session.ts';
import { channelsFirst, distance, logitsDistance, softmax } from './compare.ts';
import { filledTensor, referenceInput, storedTensor } from './fill.ts';
import type { Reference, Summary } from './reference-file.ts';

/** 256 MB of two images' outputs, in float32. */
const VALUES_AT_ONCE = 2 ** 25;

/** One output to compare: a checkpoint of a layer, or the logits. */
interface Expected {
  readonly checkpoint: string;
  readonly layer: string;
  readonly summary: Summary;
  /** Whether the layer gives logits, and the checkpoint is what a softmax makes of them. */
  readonly isSoftmax: boolean;
}

/** What TF-slim calls the probabilities. */
const PREDICTIONS = /^predictions$/i;

/** @throws ThawError `weights.mismatch` unless network and reference have the same tensors */
function expectTensors(network: Network, { framework, tensors }: Reference): void {
  const stored = new Map(
    networkTensors(network).map((tensor) => {
      const { name, shape } = storedTensor(framework, tensor);
      return [name, shape.join('×')] as const;
    }),
  );
  const listed = new Map(tensors.map(([name, shape]) => [name, shape.join('×')]));
  const isExtra = (name: string): boolean =>
    (framework === 'torch' && isKnownTorchExtra(name)) || (framework === 'slim' && isKnownSlimExtra(name));
  const problem =
    [...listed].find(([name, shape]) => stored.get(name) !== shape && !isExtra(name)) ??
    [...stored].find(([name]) => !listed.has(name));
  if (!problem) return;
  const [name] = problem;
  const told = (shape: string | undefined): string => (shape === undefined ? 'none' : `one of ${shape}`);
  throw new ThawError(
    'weights.mismatch',
    `A network has the tensors of its reference; of '${name}' ${network.name} has ${told(stored.get(name))}, the reference ${told(listed.get(name))}.`,
    'Check that the reference was made of this network, in the version that Thaw follows.',
  );
}

/** The layer whose output a checkpoint is: that of its name, or the last one in the module or scope of its name. */
function layerOf(network: Network, { framework }: Reference, checkpoint: string): string | null {
  if (framework === 'keras') return network.layers.find(({ name }) => name === checkpoint)?.name ?? null;
  const separator = framework === 'torch' ? '.' : '/';
  // Some of TF-slim's networks leave out their own scope.
  const [root = ''] = network.output.split('/');
  const paths = framework === 'slim' ? [checkpoint, `${root}/${slimScope(checkpoint)}`] : [checkpoint];
  for (const at of paths) {
    const found = moduleOutput(network, at, separator);
    if (found) return found.name;
  }
  return null;
}

/** What can be compared, in the network's order, so that the first difference is the one to look at; the output last. */
function expectations(network: Network, reference: Reference): readonly Expected[] {
  const places = new Map(network.layers.map(({ name }, place) => [name, place]));
  const found = Object.entries(reference.checkpoints).flatMap(([checkpoint, summary]): readonly Expected[] => {
    if (reference.framework === 'slim' && PREDICTIONS.test(checkpoint)) {
      return [{ checkpoint, layer: network.output, summary, isSoftmax: true }];
    }
    const layer = layerOf(network, reference, checkpoint);
    return layer === null || layer === network.output ? [] : [{ checkpoint, layer, summary, isSoftmax: false }];
  });
  return found.toSorted((a, b) => (places.get(a.layer) ?? 0) - (places.get(b.layer) ?? 0));
}

async function outputsOf(
  network: Network,
  values: ReadonlyMap<string, Float32Array>,
  options: {
    readonly fold: boolean;
    readonly layers: readonly string[];
    readonly images: Float32Array;
    readonly size: number;
  },
  take: (layer: string, output: Output) => void,
): Promise<void> {
  const { fold, layers, images, size } = options;
  const program = compileOutputs(network, { fold, layers, valuesAtOnce: VALUES_AT_ONCE });
  const directory = await mkdtemp(path.join(tmpdir(), 'thaw-check-'));
  try {
    const names = network.layers.map(({ name }) => name);
    const savedModel = encodeSavedModel(program.graph, program.signatures);
    using session = Session.load(directory, savedModel, program.signatures, names);
    session.run('assign', program.assignFeeds(values));
    for (const [signature, group] of program.groups) {
      const given = session.run(signature, { images: { data: images, shape: [2, size, size, 3] } });
      for (const layer of group) {
        const output = given[layer];
        if (output) take(layer, output);
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

async function compare(
  network: Network,
  reference: Reference,
  values: ReadonlyMap<string, Float32Array>,
  fold: boolean,
): Promise<NetworkCheckMode> {
  const expected = expectations(network, reference);
  const { size, framework, output: wanted } = reference;
  const isUnit = reference.input.startsWith('(input + 1) * 127.5');
  const layers = [...new Set([...expected.map(({ layer }) => layer), network.output])];
  const distances = new Map<string, number>();
  let outputDistance = NaN;
  await outputsOf(
    network,
    values,
    { fold, layers, size, images: referenceInput(size, isUnit ? 'unit' : 'signed') },
    (layer, given) => {
      const output = framework === 'torch' && given.shape.length === 4 ? channelsFirst(given) : given;
      for (const { checkpoint, layer: own, summary, isSoftmax } of expected) {
        if (own === layer) distances.set(checkpoint, distance(isSoftmax ? softmax(output) : output, summary));
      }
      if (layer === network.output) outputDistance = Math.max(distance(given, wanted), logitsDistance(given, wanted));
    },
  );
  const compared = expected.filter(({ checkpoint }) => distances.has(checkpoint));
  const results = [
    ...compared.map(({ checkpoint, layer }) => ({ checkpoint, layer, distance: distances.get(checkpoint) ?? NaN })),
    { checkpoint: 'output', layer: network.output, distance: outputDistance },
  ];
  // A distance that is no number is no equality.
  const first = results.find((result) => !(result.distance <= 1));
  return {
    folded: fold,
    checkpoints: compared.length,
    farthest: finite(Math.max(...results.map((result) => result.distance))),
    firstDifference: first ? { ...first, distance: finite(first.distance) } : null,
  };
}

/**
 * Holds a network of the registry to what its publisher's code gave under weights that are filled from the tensors' names:
 * with its BatchNorms as they are and, where it has any, folded into their convolutions, as they are in a frozen part.
 *
 * @throws ThawError `network.unknown`, `weights.mismatch` for other tensors than the reference has, or what TensorFlow says
 */
export async function checkReference(reference: Reference): Promise<NetworkCheck> {
  const { framework, size, output } = reference;
  const network = findPublished(framework, reference.network, size).buildWithTop(output.shape.at(-1) ?? 0);
  expectTensors(network, reference);
  const fill = (tensor: TensorSpecification): [string, Float32Array] => [tensor.name, filledTensor(framework, tensor)];
  const values = new Map(networkTensors(network).map(fill));
  const modes = [await compare(network, reference, values, false)];
  if (network.layers.some(({ kind }) => kind === 'batchNorm')) {
    modes.push(await compare(network, reference, values, true));
  }
  return {
    network: network.name,
    framework,
    publishedAs: reference.network,
    tensors: reference.tensors.length,
    modes,
    equal: modes.every(({ firstDifference }) => firstDifference === null),
  };
}
