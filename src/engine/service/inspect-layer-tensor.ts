import path from 'node:path';
import type { TensorInspection } from '../../shared/contract/inspection.ts';
import type { LayerState } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { closest } from '../network/closest.ts';
import type { Initializer, Network, TensorSpecification } from '../network/layer.ts';
import { isStatistic, networkTensors } from '../network/shape.ts';
import type { WeightsFile } from '../weights/weights-file.ts';
import { countNotFinite, describeValues } from './inspect-layer-values.ts';

const INITIALIZERS: Readonly<Record<Initializer['kind'], string>> = {
  zeros: 'zeros',
  ones: 'ones',
  constant: 'constant',
  normal: 'normal',
  uniform: 'uniform',
  varianceScaling: 'variance scaling',
  glorotUniform: 'Glorot uniform',
  heNormal: 'He normal',
  truncatedNormal: 'truncated normal',
};

/** How a tensor begins that no file fills, for people. */
export function initialiserOrigin({ initializer }: TensorSpecification, seed: number): string {
  const name = INITIALIZERS[initializer.kind];
  return ['zeros', 'ones', 'constant'].includes(initializer.kind)
    ? `Initialiser: ${name}`
    : `Initialiser: ${name}, seed ${seed}`;
}

/** The file and its folder, which tells apart files that are all called alike. */
export function shortPath(file: string): string {
  return path.join(path.basename(path.dirname(file)), path.basename(file));
}

/** The file and the name it has there, for people. */
export function fileOrigin(file: Pick<WeightsFile, 'path'>, storedName: string): string {
  return `${shortPath(file.path)}: ${storedName}`;
}

/** Statistics of values, and a word where some are no numbers. */
export function described(values: Float32Array): {
  readonly values: NonNullable<TensorInspection['values']>;
  readonly remark: string;
} {
  const strange = countNotFinite(values);
  const remark = strange === 0 ? '' : ` (${strange.toLocaleString('en-US')} values are not finite)`;
  return { values: describeValues(values), remark };
}

/** The state and the tensors of one layer. @throws ThawError `usage.noMatch` */
export function findLayer(
  network: Network,
  states: readonly LayerState[],
  name: string,
): { readonly layer: LayerState; readonly tensors: readonly TensorSpecification[] } {
  const layer = states.find((state) => state.name === name);
  if (layer) return { layer, tensors: networkTensors(network).filter((tensor) => tensor.layer === name) };
  const near = closest(
    name,
    states.map((state) => state.name),
  );
  throw new ThawError(
    'usage.noMatch',
    `A layer is named as ${network.name} names it; '${name}' is none of its.`,
    near.length > 0
      ? `Did you mean ${near.map((candidate) => `'${candidate}'`).join(', ')}?`
      : 'Choose it in the tree.',
  );
}

/** What is told of a tensor whether it was trained or not. */
export function aboutTensor(
  tensor: TensorSpecification,
  layer: LayerState,
): Pick<TensorInspection, 'name' | 'shape' | 'dtype' | 'trainable'> {
  return {
    name: tensor.name,
    shape: [...tensor.shape],
    dtype: 'float32',
    trainable: layer.state === 'trainable' && !isStatistic(tensor),
  };
}
