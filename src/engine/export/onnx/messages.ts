import protobuf from 'protobufjs/light.js';

/*
 * The part of ONNX' messages that an exported network needs, by the names and field numbers of its specification
 * (https://onnx.ai/onnx/repo-docs/IR.html, `onnx.proto` of IR version 8).
 */

/** Of tensors. */
export const ELEMENT_TYPES = { float32: 1, int64: 7 } as const;
/** Of attributes. */
const ATTRIBUTE_TYPES = { f: 1, i: 2, s: 3, floats: 6, ints: 7 } as const;

export type AttributeValue =
  | { readonly f: number }
  | { readonly i: number }
  | { readonly s: string }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] };

export interface TensorMessage {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: (typeof ELEMENT_TYPES)[keyof typeof ELEMENT_TYPES];
  /** Little-endian, row-major. */
  readonly rawData: Uint8Array;
}
export interface NodeMessage {
  readonly name: string;
  readonly opType: string;
  /** An empty name is an input that is left out. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: Readonly<Record<string, AttributeValue>>;
}
/** A float32 tensor; a text stands for a size that is known when the graph runs. */
export interface ValueMessage {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}
export interface ModelMessage {
  readonly irVersion: number;
  readonly opset: number;
  /** What the model says of itself. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly name: string;
  readonly nodes: readonly NodeMessage[];
  readonly initializers: readonly TensorMessage[];
  readonly inputs: readonly ValueMessage[];
  readonly outputs: readonly ValueMessage[];
}

const field = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });

const root = protobuf.Root.fromJSON({
  nested: {
    Attribute: {
      fields: {
        name: field('string', 1),
        f: field('float', 2),
        i: field('int64', 3),
        s: field('bytes', 4),
        floats: repeated('float', 7),
        ints: repeated('int64', 8),
        type: field('int32', 20),
      },
    },
    Tensor: {
      fields: {
        dims: repeated('int64', 1),
        dataType: field('int32', 2),
        name: field('string', 8),
        rawData: field('bytes', 9),
      },
    },
    Node: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        name: field('string', 3),
        opType: field('string', 4),
        attribute: repeated('Attribute', 5),
      },
    },
    Dimension: { fields: { dimValue: field('int64', 1), dimParam: field('string', 2) } },
    Shape: { fields: { dim: repeated('Dimension', 1) } },
    TensorType: { fields: { elemType: field('int32', 1), shape: field('Shape', 2) } },
    Type: { fields: { tensorType: field('TensorType', 1) } },
    Value: { fields: { name: field('string', 1), type: field('Type', 2) } },
    Graph: {
      fields: {
        node: repeated('Node', 1),
        name: field('string', 2),
        initializer: repeated('Tensor', 5),
        input: repeated('Value', 11),
        output: repeated('Value', 12),
      },
    },
    OperatorSet: { fields: { domain: field('string', 1), version: field('int64', 2) } },
    Property: { fields: { key: field('string', 1), value: field('string', 2) } },
    Model: {
      fields: {
        irVersion: field('int64', 1),
        producerName: field('string', 2),
        graph: field('Graph', 7),
        opsetImport: repeated('OperatorSet', 8),
        metadataProps: repeated('Property', 14),
      },
    },
  },
});

function attributeOf(name: string, value: AttributeValue) {
  const type = Object.entries(ATTRIBUTE_TYPES).find(([kind]) => kind in value)?.[1];
  return { name, type, ...value, ...('s' in value && { s: Buffer.from(value.s) }) };
}

function valueOf({ name, shape }: ValueMessage) {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES.float32, shape: { dim } } } };
}

/** Serialises an `onnx.ModelProto`. */
export function encodeModel(model: ModelMessage): Uint8Array {
  return root
    .lookupType('Model')
    .encode({
      irVersion: model.irVersion,
      producerName: 'thaw',
      // The default operators, whose domain is the empty one.
      opsetImport: [{ domain: '', version: model.opset }],
      metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: model.name,
        node: model.nodes.map(({ attribute, ...node }) => ({
          ...node,
          attribute: Object.entries(attribute).map(([name, value]) => attributeOf(name, value)),
        })),
        initializer: model.initializers,
        input: model.inputs.map(valueOf),
        output: model.outputs.map(valueOf),
      },
    })
    .finish();
}
