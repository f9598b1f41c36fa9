import type { LoadReport } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Network, TensorSpecification } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import type { HeadWeights } from './head-weights.ts';
import { withNetworkNames } from './network-names.ts';
import type { WeightsFile } from './weights-file.ts';

/** The values that a file gave a network, and what became of every tensor of both. */
export interface LoadedWeights {
  /** By the network's tensor name; only what was loaded, the rest keeps its initial values. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly report: LoadReport;
}

type SkippedByShape = LoadReport['skippedByShape'][number];

function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((size, index) => size === right[index]);
}

/** Values that training could only spread: found here they name the tensor, found later only the loss. */
function checkedFinite(file: WeightsFile, name: string, values: Float32Array): Float32Array {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) {
    throw new ThawError(
      'weights.unreadable',
      `Weights are finite numbers; '${name}' of ${file.path} holds ${values[bad] ?? Number.NaN} at ${bad}.`,
      'Use another copy or an earlier checkpoint of these weights.',
    );
  }
  return values;
}

function some(names: readonly string[]): string {
  if (names.length === 0) return 'no tensor';
  const shown = names.slice(0, 4).join(', ');
  return names.length > 4 ? `${shown}, ... (${names.length})` : shown;
}

function otherNetwork(
  network: Network,
  file: WeightsFile,
  expected: readonly TensorSpecification[],
  loaded: number,
  skipped: readonly SkippedByShape[],
): ThawError {
  const first = skipped[0];
  const found =
    first === undefined
      ? `it holds ${some([...file.tensors.keys()])}, where ${some(expected.map((tensor) => tensor.name))} were expected`
      : `${skipped.length} tensors have another shape, the first '${first.name}' with [${first.found.join(', ')}] for [${first.expected.join(', ')}]`;
  const computed = network.layers.some(({ kind }) => kind === 'foreignGraph');
  return new ThawError(
    'weights.mismatch',
    `Weights must be those of ${network.name}; ${loaded} of its ${expected.length} tensors fit in ${file.path}: ${found}.`,
    computed
      ? 'A TensorFlow graph is computed with all of its own weights: use the file that it was opened from.'
      : skipped.length > loaded
        ? 'These look like weights of another width or variant: choose the network that they were trained for.'
        : 'Choose the network that these weights were trained for, or a file of this one.',
  );
}

/** Says which tensors a file leaves at their initial values; null where it fills all that it could. */
export function describeGaps({ loaded, skippedByShape, missing }: LoadReport): string | null {
  const unfilled = [...skippedByShape.map(({ name }) => name), ...missing];
  if (unfilled.length === 0) return null;
  const names = unfilled.length > 3 ? `${unfilled.slice(0, 3).join(', ')}, ...` : unfilled.join(', ');
  return `${unfilled.length} of ${loaded.length + unfilled.length} pretrained tensors were not in the weights, or had another shape, and begin at initial values: ${names}.`;
}

/** Says how much of a network a file fills; null where that is all of it. */
export function describePart({ loaded, skippedByShape, missing }: LoadReport): string | null {
  const all = loaded.length + skippedByShape.length + missing.length;
  if (all === loaded.length) return null;
  const parts = [
    missing.length > 0 ? `${missing.length} missing` : '',
    skippedByShape.length > 0 ? `${skippedByShape.length} of another shape` : '',
  ];
  return `${loaded.length} of ${all} pretrained tensors loaded, ${parts.filter((part) => part !== '').join(', ')}`;
}

/**
 * Finds the tensors of the pretrained part of a network in a file, without reading their values, with an account of every
 * tensor of both sides.
 *
 * @param head what the new head gets of the file; without it nothing, even where one of that name and shape is there
 * @throws ThawError `weights.mismatch` when nothing fits, or less than half of the network and less than half of the file; for
 *   a graph from elsewhere, which has no values of its own to begin with, when any of its tensors does not
 */
export function matchWeights(network: Network, given: WeightsFile, head: HeadWeights | null = null): LoadReport {
  const file = withNetworkNames(network, given);
  const all = networkTensors(network);
  const expected = all.filter((tensor) => network.pretrained.has(tensor.layer));
  const expectedNames = new Set(expected.map((tensor) => tensor.name));
  const loaded: string[] = [];
  const skippedByShape: SkippedByShape[] = [];
  const missing: string[] = [];
  for (const { name, shape } of expected) {
    const entry = file.tensors.get(name);
    if (entry === undefined) missing.push(name);
    else if (sameShape(entry.shape, shape)) loaded.push(name);
    else skippedByShape.push({ name, expected: [...shape], found: [...entry.shape] });
  }
  const fits = loaded.length;
  const filled = new Set(loaded);
  const computed = new Set(network.layers.flatMap(({ kind, name }) => (kind === 'foreignGraph' ? [name] : [])));
  const lacks = expected.some(({ layer, name }) => computed.has(layer) && !filled.has(name));
  const kept = head?.tensors ?? new Map<string, never>();
  const reshaped = new Set(head?.skippedByShape.map(({ name }) => name));
  const stored = new Set([...kept.values()].map(({ entry }) => entry.storedName));
  // A head upon features has nothing pretrained beneath it: then the head is all that can fit.
  const isNone = fits === 0 && (expected.length > 0 || kept.size === 0);
  if (lacks || isNone || (fits * 2 < expected.length && fits * 2 < file.tensors.size)) {
    throw otherNetwork(network, file, expected, fits, skippedByShape);
  }
  return {
    source: file.path,
    format: file.format,
    sha256: file.sha256,
    loaded: [...loaded, ...kept.keys()],
    skippedByShape: [...skippedByShape, ...(head?.skippedByShape ?? [])],
    missing,
    newlyInitialised: all.map((tensor) => tensor.name).filter((name) => !expectedNames.has(name) && !kept.has(name)),
    unexpected: [...file.tensors]
      .filter(([name, { storedName }]) => !expectedNames.has(name) && !stored.has(storedName) && !reshaped.has(name))
      .map(([name]) => name),
  };
}

/**
 * Gives the pretrained part of a network its values, and the head those that go on; see `matchWeights`.
 *
 * @throws ThawError `weights.mismatch` for weights of another network; `weights.unreadable` for values that cannot be read or
 *   are not finite
 */
export function loadWeights(network: Network, given: WeightsFile, head: HeadWeights | null = null): LoadedWeights {
  const file = withNetworkNames(network, given);
  const report = matchWeights(network, file, head);
  const values = (name: string): Float32Array => head?.tensors.get(name)?.read() ?? file.read(name);
  return { tensors: new Map(report.loaded.map((name) => [name, checkedFinite(file, name, values(name))])), report };
}
