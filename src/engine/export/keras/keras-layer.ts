import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Layer, TensorRole } from '../../network/layer.ts';
import type { Shape } from '../../network/shape.ts';

/** Whose layers are written: those that both Keras 2 and Keras 3 read, those of Keras 3, or those of tfjs. */
export type KerasTarget = 'keras2' | 'keras3' | 'tfjs';

/** A weight of a layer, in Keras' layout, which is Thaw's. */
export interface KerasWeight {
  readonly role: TensorRole;
  readonly shape: Shape;
  /** The network's tensor that it is, or what it always is. */
  readonly value: string | Float32Array;
}

/** A layer of a functional model, called once. */
export interface KerasLayer {
  readonly className: string;
  /** Of letters, digits, '_', '.' and '-', which every version takes. */
  readonly name: string;
  /** By Keras' names, the layer's own aside. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Names of the layers that it is called with; more than one where it merges. */
  readonly inputs: readonly string[];
  /** In the order in which Keras makes them. */
  readonly weights: readonly KerasWeight[];
  /** What it gives, batch left out. */
  readonly shape: Shape;
}

/** A functional model of one image, which gives the probability of each class. */
export interface KerasModel {
  readonly target: KerasTarget;
  readonly name: string;
  /** In the order in which Keras lists them; the first is the input. */
  readonly layers: readonly KerasLayer[];
  readonly output: string;
}

const LABELS: Readonly<Record<KerasTarget, string>> = { keras2: 'Keras', keras3: 'Keras', tfjs: 'tfjs' };

/** @throws ThawError `usage.invalid` */
export function refuseLayer(target: KerasTarget, { name, kind }: Layer, why: string): never {
  throw new ThawError(
    'usage.invalid',
    `A model for ${LABELS[target]} consists of its standard layers; layer '${name}' (${kind}) ${why}.`,
    target === 'tfjs' ? 'Export it as tfjs-graph, or as pb.' : 'Export it as savedmodel, or as pb.',
  );
}
