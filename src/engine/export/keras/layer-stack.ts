import type { Network } from '../../network/layer.ts';
import { networkTensors, type Shape } from '../../network/shape.ts';
import type { KerasLayer, KerasTarget, KerasWeight } from './keras-layer.ts';

/** The output of a layer that was written. */
export interface Place {
  readonly name: string;
  readonly shape: Shape;
}

interface Added {
  readonly options: KerasLayer['options'];
  readonly weights?: readonly KerasWeight[];
  /** That of the first input where it is left out. */
  readonly shape?: Shape;
}

/** Names without what a version of Keras refuses: '/' separates its scopes, and scopes begin with a letter or a digit. */
function withoutSigns(name: string): string {
  const plain = name.replaceAll(/[^\w.-]/g, '_');
  return /^[A-Za-z0-9]/.test(plain) ? plain : `layer${plain}`;
}

/** The layers that are written for a network, with names that each has alone. */
export class LayerStack {
  readonly layers: KerasLayer[] = [];
  readonly target: KerasTarget;
  readonly #taken = new Set<string>();
  readonly #names: ReadonlyMap<string, string>;
  readonly #weights: ReadonlyMap<string, readonly KerasWeight[]>;

  constructor(network: Network, target: KerasTarget) {
    this.target = target;
    this.#names = new Map(network.layers.map(({ name }) => [name, this.free(withoutSigns(name))]));
    const tensors = Map.groupBy(networkTensors(network), ({ layer }) => layer);
    this.#weights = new Map(
      [...tensors].map(([layer, own]) => [layer, own.map(({ role, shape, name }) => ({ role, shape, value: name }))]),
    );
  }

  /** What a layer of the network is called here. */
  nameOf(layer: string): string {
    return this.#names.get(layer) ?? layer;
  }

  /** Those of a layer of the network. */
  weightsOf(layer: string): readonly KerasWeight[] {
    return this.#weights.get(layer) ?? [];
  }

  /** A name that no other layer has or will have. */
  free(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#taken.has(name); count += 1) name = `${wanted}_${count}`;
    this.#taken.add(name);
    return name;
  }

  add(className: string, name: string, inputs: readonly Place[], { options, weights = [], shape }: Added): Place {
    const given = shape ?? inputs[0]?.shape ?? [];
    this.layers.push({ className, name, options, inputs: inputs.map((input) => input.name), weights, shape: given });
    return { name, shape: given };
  }

  /** Every value times a number plus a number. */
  rescaled(name: string, input: Place, scale: number, offset: number): Place {
    return this.add('Rescaling', name, [input], { options: { scale, offset } });
  }

  /** Sums of the channels: a convolution of single pixels that is never trained. */
  mixed(name: string, input: Place, kernel: readonly (readonly number[])[], offsets: readonly number[]): Place {
    const [height = 1, width = 1, channels = 1] = input.shape;
    const filters = offsets.length;
    const weights: readonly KerasWeight[] = [
      { role: 'kernel', shape: [1, 1, channels, filters], value: Float32Array.from(kernel.flat()) },
      { role: 'bias', shape: [filters], value: Float32Array.from(offsets) },
    ];
    const options = { filters, kernel_size: [1, 1], padding: 'valid', use_bias: true, trainable: false };
    return this.add('Conv2D', name, [input], { options, weights, shape: [height, width, filters] });
  }
}
