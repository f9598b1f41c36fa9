import protobuf from 'protobufjs/light.js';

/*
 * The part of TensorFlow's messages that a program needs, by the field numbers of `tensorflow/core/framework`
 * (graph, node_def, attr_value, tensor, tensor_shape) and `tensorflow/core/protobuf` (meta_graph, saved_model).
 */

export interface ShapeMessage {
  readonly dim: readonly { readonly size: number }[];
}
export interface TensorMessage {
  readonly dtype: number;
  readonly tensorShape: ShapeMessage;
  readonly tensorContent?: Uint8Array;
  readonly floatVal?: readonly number[];
  readonly intVal?: readonly number[];
  readonly uint32Val?: readonly number[];
  readonly stringVal?: readonly Uint8Array[];
}
export interface AttributeMessage {
  readonly list?: {
    readonly i?: readonly number[];
    readonly type?: readonly number[];
    readonly shape?: readonly ShapeMessage[];
  };
  readonly s?: Uint8Array;
  readonly i?: number;
  readonly f?: number;
  readonly b?: boolean;
  readonly type?: number;
  readonly shape?: ShapeMessage;
  readonly tensor?: TensorMessage;
  readonly func?: { readonly name: string };
}
export interface NodeMessage {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly device?: string;
  readonly attr: Readonly<Record<string, AttributeMessage>>;
}
export interface TensorInformationMessage {
  readonly name: string;
  readonly dtype: number;
  readonly tensorShape: ShapeMessage;
}
export interface SignatureMessage {
  readonly inputs: Readonly<Record<string, TensorInformationMessage>>;
  readonly outputs: Readonly<Record<string, TensorInformationMessage>>;
  readonly methodName: string;
}
interface ArgumentMessage {
  readonly name: string;
  readonly type: number;
}
/** Nodes with arguments, of `tensorflow/core/framework/function.proto`. */
export interface FunctionMessage {
  readonly signature: {
    readonly name: string;
    readonly inputArg: readonly ArgumentMessage[];
    readonly outputArg: readonly ArgumentMessage[];
  };
  readonly nodeDef: readonly NodeMessage[];
  readonly ret: Readonly<Record<string, string>>;
}
export interface GraphMessage {
  readonly node: readonly NodeMessage[];
  readonly library?: { readonly function: readonly FunctionMessage[] };
  readonly versions: { readonly producer: number };
}
interface SavedModelOf<Graph> {
  readonly savedModelSchemaVersion: number;
  readonly metaGraphs: readonly {
    readonly metaInfoDef: { readonly tags: readonly string[] };
    readonly graphDef: Graph;
    readonly signatureDef: Readonly<Record<string, SignatureMessage>>;
  }[];
}
export type SavedModelMessage = SavedModelOf<GraphMessage>;

const field = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });
const map = (type: string, id: number) => ({ keyType: 'string', type, id });

const root = protobuf.Root.fromJSON({
  nested: {
    Dimension: { fields: { size: field('int64', 1) } },
    Shape: { fields: { dim: repeated('Dimension', 2), unknownRank: field('bool', 3) } },
    Tensor: {
      fields: {
        dtype: field('int32', 1),
        tensorShape: field('Shape', 2),
        tensorContent: field('bytes', 4),
        floatVal: repeated('float', 5),
        intVal: repeated('int32', 7),
        doubleVal: repeated('double', 6),
        stringVal: repeated('bytes', 8),
        int64Val: repeated('int64', 10),
        boolVal: repeated('bool', 11),
        halfVal: repeated('int32', 13),
        uint32Val: repeated('uint32', 16),
        uint64Val: repeated('uint64', 17),
      },
    },
    List: {
      fields: {
        s: repeated('bytes', 2),
        i: repeated('int64', 3),
        f: repeated('float', 4),
        b: repeated('bool', 5),
        type: repeated('int32', 6),
        shape: repeated('Shape', 7),
      },
    },
    Attribute: {
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor', 'func'] } },
      fields: {
        list: field('List', 1),
        s: field('bytes', 2),
        i: field('int64', 3),
        f: field('float', 4),
        b: field('bool', 5),
        type: field('int32', 6),
        shape: field('Shape', 7),
        tensor: field('Tensor', 8),
        func: field('NamedFunction', 10),
      },
    },
    NamedFunction: { fields: { name: field('string', 1) } },
    Node: {
      fields: {
        name: field('string', 1),
        op: field('string', 2),
        input: repeated('string', 3),
        device: field('string', 4),
        attr: map('Attribute', 5),
      },
    },
    Versions: { fields: { producer: field('int32', 1) } },
    Argument: { fields: { name: field('string', 1), type: field('int32', 3) } },
    FunctionSignature: {
      fields: { name: field('string', 1), inputArg: repeated('Argument', 2), outputArg: repeated('Argument', 3) },
    },
    Function: {
      fields: {
        signature: field('FunctionSignature', 1),
        nodeDef: repeated('Node', 3),
        ret: map('string', 4),
      },
    },
    Library: { fields: { function: repeated('Function', 1) } },
    Graph: { fields: { node: repeated('Node', 1), library: field('Library', 2), versions: field('Versions', 4) } },
    TensorInformation: {
      fields: { name: field('string', 1), dtype: field('int32', 2), tensorShape: field('Shape', 3) },
    },
    Signature: {
      fields: {
        inputs: map('TensorInformation', 1),
        outputs: map('TensorInformation', 2),
        methodName: field('string', 3),
      },
    },
    MetaInformation: { fields: { tags: repeated('string', 4) } },
    MetaGraph: {
      fields: {
        metaInfoDef: field('MetaInformation', 1),
        graphDef: field('Graph', 2),
        signatureDef: map('Signature', 5),
      },
    },
    SavedModel: { fields: { savedModelSchemaVersion: field('int64', 1), metaGraphs: repeated('MetaGraph', 2) } },
    // The same with a graph that is bytes already: on the wire a message within another is nothing else.
    MetaGraphOfBytes: {
      fields: {
        metaInfoDef: field('MetaInformation', 1),
        graphDef: field('bytes', 2),
        signatureDef: map('Signature', 5),
      },
    },
    SavedModelOfBytes: {
      fields: { savedModelSchemaVersion: field('int64', 1), metaGraphs: repeated('MetaGraphOfBytes', 2) },
    },
  },
});

/** An `AttrValue` of a graph from elsewhere; what stands in it beside the fields above is left out. */
export function decodeAttribute(bytes: Uint8Array): AttributeMessage {
  const type = root.lookupType('Attribute');
  return type.toObject(type.decode(bytes));
}

/** Serialises a `tensorflow.SavedModel`. */
export function encodeSavedModelMessage(message: SavedModelMessage): Uint8Array {
  return root
    .lookupType('SavedModel')
    .encode({ ...message })
    .finish();
}

/** Serialises a `tensorflow.SavedModel` around a `tensorflow.GraphDef` that is serialised already. */
export function encodeSavedModelOfBytes(message: SavedModelOf<Uint8Array>): Uint8Array {
  return root
    .lookupType('SavedModelOfBytes')
    .encode({ ...message })
    .finish();
}

/** Serialises a `tensorflow.GraphDef`. */
export function encodeGraphMessage(message: GraphMessage): Uint8Array {
  return root
    .lookupType('Graph')
    .encode({ ...message })
    .finish();
}
