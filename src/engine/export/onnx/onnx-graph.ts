import { ELEMENT_TYPES, type AttributeValue, type NodeMessage, type TensorMessage } from './messages.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

export const int = (i: number): AttributeValue => ({ i });
export const float = (f: number): AttributeValue => ({ f });
export const text = (s: string): AttributeValue => ({ s });
export const ints = (values: readonly number[]): AttributeValue => ({ ints: values });

/** A tensor of the graph in the two orders in which ONNX' operators and our layers want it; each is made when it is asked for. */
export interface Value {
  /** As our layers see it: [height, width, channels], [features], ...; batch left out. */
  readonly shape: readonly number[];
  /** The name of [batch, ...shape]. */
  readonly plain: () => string;
  /** The name of [batch, channels, height, width]; of an image alone. */
  readonly channelsFirst: () => string;
  /** Whether it was made with its channels first, so that asking for that costs nothing. */
  readonly isChannelsFirst: boolean;
}

const CHANNELS_FIRST = [0, 3, 1, 2];
const CHANNELS_LAST = [0, 2, 3, 1];

/** An ONNX graph that is being written: nodes in an order in which each comes after its inputs. */
export class OnnxGraph {
  readonly #nodes: NodeMessage[] = [];
  readonly #initializers: TensorMessage[] = [];
  readonly #names = new Set<string>();

  get nodes(): readonly NodeMessage[] {
    return this.#nodes;
  }

  get initializers(): readonly TensorMessage[] {
    return this.#initializers;
  }

  /** @returns the name of its output, which is the node's unless something else is called that */
  node(op: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const own = this.#claimed(name);
    this.#nodes.push({ name: own, opType: op, input: inputs, output: [own], attribute: attributes });
    return own;
  }

  /** Numbers of float32 are kept as they are, without a copy. */
  constant(name: string, dims: readonly number[], values: Float32Array | readonly number[]): string {
    const floats = values instanceof Float32Array ? values : Float32Array.from(values);
    return this.#initializer(name, 'float32', dims, floats);
  }

  /** int64 [values] */
  indices(name: string, values: readonly number[]): string {
    return this.#initializer(name, 'int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /** An image, by the name of its tensor with the channels first. */
  image(shape: readonly number[], name: string): Value {
    let plain: string | null = null;
    return {
      shape,
      channelsFirst: () => name,
      plain: () => (plain ??= this.node('Transpose', `${name}/channels_last`, [name], { perm: ints(CHANNELS_LAST) })),
      isChannelsFirst: true,
    };
  }

  /** What has no channels, or has them last. */
  plain(shape: readonly number[], name: string): Value {
    let first: string | null = null;
    return {
      shape,
      plain: () => name,
      channelsFirst: () =>
        (first ??= this.node('Transpose', `${name}/channels_first`, [name], { perm: ints(CHANNELS_FIRST) })),
      isChannelsFirst: false,
    };
  }

  #initializer(
    name: string,
    type: keyof typeof ELEMENT_TYPES,
    dims: readonly number[],
    { buffer, byteOffset, byteLength }: Float32Array | BigInt64Array,
  ): string {
    const own = this.#claimed(name);
    const rawData = new Uint8Array(buffer, byteOffset, byteLength);
    this.#initializers.push({ name: own, dims, dataType: ELEMENT_TYPES[type], rawData });
    return own;
  }

  #claimed(name: string): string {
    let own = name;
    for (let again = 2; this.#names.has(own); again += 1) own = `${name}_${again}`;
    this.#names.add(own);
    return own;
  }
}
