import type { Attribute, TensorValue } from '../../graph/attribute.ts';
import type { DataType } from '../../graph/data-type.ts';
import type { Graph, Operation, Tensor } from '../../graph/graph.ts';

/** An attribute as protobuf's JSON has it: 64-bit numbers are texts, texts base64. */
type AttributeJson = Readonly<Record<string, unknown>>;

/** A node of `modelTopology`. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, AttributeJson>>;
}

/** A Const, whose value lies in the weights. */
export interface GraphWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  /** What reads it first: `Conv2D`. */
  readonly reader: string;
}

const TYPE_NAMES: Readonly<Partial<Record<DataType, string>>> = {
  float32: 'DT_FLOAT',
  int32: 'DT_INT32',
  uint8: 'DT_UINT8',
  bool: 'DT_BOOL',
};
/** What a convolution takes in as its activation, in every backend of tfjs. */
const FUSED_ACTIVATIONS = new Set(['Relu', 'Relu6']);
const FUSED_OPS: Readonly<Record<string, string>> = {
  Conv2D: '_FusedConv2D',
  DepthwiseConv2dNative: 'FusedDepthwiseConv2dNative',
  MatMul: '_FusedMatMul',
};
/** Below whatever a network computes, and a number in every backend. */
const LEAST = Math.fround(-3.4e38);

export function typeName(dtype: DataType): string {
  const name = TYPE_NAMES[dtype];
  if (name === undefined) throw new TypeError(`A model of tfjs has no tensors of ${dtype}.`);
  return name;
}

export function shapeJson(shape: readonly number[]): AttributeJson {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

const textJson = (text: string): string => Buffer.from(text).toString('base64');

function attributeJson(attribute: Attribute): AttributeJson {
  switch (attribute.kind) {
    case 'type':
      return { type: typeName(attribute.value) };
    case 'int':
      return { i: String(attribute.value) };
    case 'ints':
      return { list: { i: attribute.value.map(String) } };
    case 'float':
      return { f: attribute.value };
    case 'bool':
      return { b: attribute.value };
    case 'text':
      return { s: textJson(attribute.value) };
    case 'shape':
      return { shape: shapeJson(attribute.value) };
    case 'types':
    case 'shapes':
    case 'function':
    case 'tensor':
    case 'encoded':
      throw new TypeError(`No op of an exported graph has an attribute that is '${attribute.kind}'.`);
  }
}

/** Dilations are not left out where tfjs has no default of them. */
function attributesOf({ op, attributes }: Operation): Readonly<Record<string, AttributeJson>> {
  const entries = Object.entries(attributes).map(([key, attribute]) => [key, attributeJson(attribute)] as const);
  const dilated = op === 'Conv2D' || op === 'DepthwiseConv2dNative';
  return { ...(dilated && { dilations: { list: { i: ['1', '1', '1', '1'] } } }), ...Object.fromEntries(entries) };
}

/** A name as tfjs has it: the first output of a node is called as the node is. */
const reference = ({ name }: Tensor): string => name.replace(/:0$/, '');

function valueOf({ op, name, attributes }: Operation): TensorValue {
  const { value } = attributes;
  if (op !== 'Const' || value?.kind !== 'tensor') throw new TypeError(`'${name}' is no constant.`);
  return value.value;
}

/** All of its values, where one fills the tensor. */
function filledValues({ shape, values }: TensorValue): Float32Array | Int32Array {
  if (!(values instanceof Float32Array || values instanceof Int32Array)) {
    throw new TypeError('Constants of an exported graph are float32 or int32.');
  }
  const count = shape.reduce((product, size) => product * size, 1);
  return values.length === count
    ? values
    : values.constructor === Float32Array
      ? new Float32Array(count).fill(values[0] ?? 0)
      : new Int32Array(count).fill(values[0] ?? 0);
}

/** The nodes in the making: each op of ours becomes one or several that tfjs' executor knows. */
class Writer {
  readonly nodes: GraphNode[] = [];
  readonly weights: GraphWeight[] = [];
  readonly #graph: Graph;
  /** By what reads them, the nodes that read each. */
  readonly #readers = new Map<string, Operation[]>();
  /** Tensors that are called otherwise here. */
  readonly #aliases = new Map<string, string>();
  readonly #done = new Set<string>();

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const operation of graph.operations) {
      for (const input of operation.inputs) {
        const readers = this.#readers.get(input.name) ?? [];
        readers.push(operation);
        this.#readers.set(input.name, readers);
      }
    }
  }

  /** Writes an op with all that belongs into it. Constants are written with what reads them first. */
  write(operation: Operation): void {
    if (operation.op === 'Const' || this.#done.has(operation.name)) return;
    const [input, second] = operation.inputs;
    if (operation.op === 'EnsureShape' && input) {
      this.#alias(operation, this.#input(input, operation));
    } else if (operation.op === 'MaxPool' && input && operation.attributes['explicit_paddings']) {
      this.#writePaddedPool(operation, input);
    } else if (operation.op === 'Conv2D' && input && second && this.#groupsOf(input, second) > 1) {
      this.#writeGroups(operation, input, second);
    } else if (FUSED_OPS[operation.op] !== undefined) {
      this.#writeFused(operation);
    } else {
      this.#plain(operation);
    }
  }

  #alias(operation: Operation, name: string): void {
    const [output] = operation.outputs;
    if (output) this.#aliases.set(output.name, name);
  }

  #input(tensor: Tensor, reader: Operation): string {
    const alias = this.#aliases.get(tensor.name);
    if (alias !== undefined) return alias;
    const producer = this.#graph.producer(tensor);
    if (producer.op === 'Const' && !this.#done.has(producer.name)) {
      this.#done.add(producer.name);
      const value = valueOf(producer);
      this.#constant(producer.name, value.shape, filledValues(value), reader.op);
    }
    return reference(tensor);
  }

  #constant(name: string, shape: readonly number[], data: Float32Array | Int32Array, reader: string): string {
    const dtype = typeName(data instanceof Float32Array ? 'float32' : 'int32');
    this.weights.push({ name, shape, data, reader });
    const value = { tensor: { dtype, tensorShape: shapeJson(shape) } };
    this.nodes.push({ name, op: 'Const', input: [], attr: { dtype: { type: dtype }, value } });
    return name;
  }

  #plain(operation: Operation, changes: Partial<GraphNode> = {}): void {
    const attr = attributesOf(operation);
    const input = changes.input ?? operation.inputs.map((tensor) => this.#input(tensor, operation));
    this.nodes.push({ name: operation.name, op: operation.op, attr, ...changes, input });
  }

  #onlyReader(operation: Operation, ops: ReadonlySet<string>): Operation | null {
    const [output] = operation.outputs;
    const readers = this.#readers.get(output?.name ?? '') ?? [];
    const [reader] = readers;
    return reader && readers.length === 1 && ops.has(reader.op) && reader.inputs[0] === output ? reader : null;
  }

  /** With its bias and its activation in one node, as tfjs' own converter writes them: one pass over memory, not three. */
  #writeFused(operation: Operation): void {
    const bias = this.#onlyReader(operation, new Set(['BiasAdd']));
    const [, biases] = bias?.inputs ?? [];
    if (!bias || !biases) {
      this.#plain(operation);
      return;
    }
    const activation = this.#onlyReader(bias, FUSED_ACTIVATIONS);
    const last = activation ?? bias;
    const attr = attributesOf(operation);
    const fused = ['BiasAdd', ...(activation ? [activation.op] : [])].map(textJson);
    this.nodes.push({
      input: [...operation.inputs, biases].map((tensor) => this.#input(tensor, operation)),
      name: last.name,
      op: FUSED_OPS[operation.op] ?? '',
      attr: { ...attr, fused_ops: { list: { s: fused } }, num_args: { i: '1' } },
    });
    this.#done.add(bias.name).add(last.name);
  }

  /** tfjs' largest values know no explicit padding. */
  #writePaddedPool(operation: Operation, input: Tensor): void {
    const explicit = operation.attributes['explicit_paddings'];
    const sizes = explicit?.kind === 'ints' ? explicit.value : [];
    const { name } = operation;
    const padded = {
      name: `${name}/padded`,
      op: 'PadV2',
      input: [
        this.#input(input, operation),
        this.#constant(`${name}/paddings`, [4, 2], Int32Array.from(sizes), 'PadV2'),
        this.#constant(`${name}/least`, [], Float32Array.of(LEAST), 'PadV2'),
      ],
      attr: { T: { type: typeName(input.dtype) }, Tpaddings: { type: 'DT_INT32' } },
    };
    this.nodes.push(padded);
    const attributes = Object.entries(operation.attributes).filter(([key]) => key !== 'explicit_paddings');
    const padding = { kind: 'text', value: 'VALID' } as const;
    const valid = { ...operation, attributes: { ...Object.fromEntries(attributes), padding } };
    this.#plain(valid, { input: [padded.name] });
  }

  #groupsOf(input: Tensor, filter: Tensor): number {
    return (input.shape[3] ?? 0) / (filter.shape[2] ?? 1);
  }

  /** tfjs' convolutions know no groups: each is one of its own, on its part of the channels. */
  #writeGroups(operation: Operation, input: Tensor, filter: Tensor): void {
    const { name } = operation;
    const groups = this.#groupsOf(input, filter);
    const [rows = 0, columns = 0, channels = 0, filters = 0] = filter.shape;
    const values = filledValues(valueOf(this.#graph.producer(filter)));
    const each = filters / groups;
    const number = { type: typeName(input.dtype) };
    const axis = this.#constant(`${name}/channels`, [], Int32Array.of(3), 'Split');
    this.nodes.push({
      name: `${name}/split`,
      op: 'Split',
      input: [axis, this.#input(input, operation)],
      attr: { T: number, num_split: { i: String(groups) } },
    });
    const parts = Array.from({ length: groups }, (_, group) => {
      const own = Float32Array.from(
        { length: rows * columns * channels * each },
        (_value, index) => values[Math.floor(index / each) * filters + group * each + (index % each)] ?? NaN,
      );
      const kernel = this.#constant(`${name}/kernel_${group}`, [rows, columns, channels, each], own, 'Conv2D');
      const part = `${name}/group_${group}`;
      const split = group === 0 ? `${name}/split` : `${name}/split:${group}`;
      this.#plain({ ...operation, name: part }, { input: [split, kernel] });
      return part;
    });
    this.nodes.push({
      name,
      op: 'ConcatV2',
      input: [...parts, this.#constant(`${name}/axis`, [], Int32Array.of(3), 'ConcatV2')],
      attr: { N: { i: String(groups) }, T: number, Tidx: { type: 'DT_INT32' } },
    });
  }
}

/**
 * A graph whose weights are constants as the nodes that tfjs' executor runs, and their values apart.
 *
 * What it does not know is written in what it does: a convolution in groups, largest values with a padding of one's own.
 */
export function graphNodes(graph: Graph): {
  readonly nodes: readonly GraphNode[];
  readonly weights: readonly GraphWeight[];
} {
  const writer = new Writer(graph);
  for (const operation of graph.operations) writer.write(operation);
  return writer;
}
