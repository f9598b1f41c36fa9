import type { Layer } from '../layer.ts';
import { elementCount, layerShape, type Shape } from '../shape.ts';
import { refuseAt } from './settings.ts';

/** More than any published network has; what claims more is damaged, or meant to do harm. */
const MOST_LAYERS = 10_000;
const MOST_VALUES = 2 ** 30;

export type Unplaced<Each = Layer> = Each extends Layer ? Omit<Each, 'name' | 'inputs' | 'block'> : never;

/** What is known of Keras' usual names: `block_3_expand`, `conv2_block1_1_conv`, `stage1_unit2_relu`. */
const NAMED_BLOCK = /^(?:.*?(?:block|unit|stage)_?\d+[a-z]?|mixed_?\d+)(?=_|$)/;

/** Collects layers with their shapes, each after its inputs. */
export class NetworkBuilder {
  readonly layers: Layer[] = [];
  readonly #shapes = new Map<string, Shape>();
  #block = 'input';
  #path = '';

  /**
   * Says of which block the layers to come are: that in their name or, without one, one that a layer with a kernel begins.
   *
   * @param path of the model that they are in, `outer/`
   * @param name of the layer
   */
  enter(path: string, name: string, hasKernel: boolean): void {
    const named = NAMED_BLOCK.exec(name)?.[0];
    if (named !== undefined) this.#block = path + named;
    else if (hasKernel || path !== this.#path) this.#block = path + name;
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#shapes.has(name);
  }

  /** Of a layer's output, batch left out. */
  shapeOf(name: string): Shape {
    return this.#shapes.get(name) ?? [];
  }

  /**
   * @param place for errors
   * @returns the layer's name
   * @throws ThawError `network.invalid`
   */
  add(place: string, name: string, layer: Unplaced, inputs: readonly string[]): string {
    if (this.has(name)) {
      refuseAt(place, `'${name}' names two layers; every layer has a name of its own.`, 'Rename one of them.');
    }
    if (this.layers.length >= MOST_LAYERS) {
      refuseAt(place, `a model of more than ${MOST_LAYERS} layers is not opened.`, 'Do not use this file.');
    }
    const placed: Layer = { ...layer, name, inputs, block: this.#block };
    const shape = layerShape(
      placed,
      inputs.map((input) => this.shapeOf(input)),
    );
    if (elementCount(shape) > MOST_VALUES) {
      refuseAt(place, `an output of [${shape.join(', ')}] is more than can be computed.`, 'Use a smaller input.');
    }
    this.#shapes.set(name, shape);
    this.layers.push(placed);
    return name;
  }
}
