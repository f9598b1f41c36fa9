import protobuf from 'protobufjs/light.js';

/*
 * The part of TensorBoard's messages that is written and read here, by the field numbers of `tensorflow/core/util/event` and
 * `tensorflow/core/framework` (summary, histogram, graph, node_def, attr_value, tensor, tensor_shape).
 */

/** The distribution of values: `bucket[i]` of them lie between the limit before and `bucketLimit[i]`. */
export interface HistogramMessage {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly bucketLimit: readonly number[];
  readonly bucket: readonly number[];
}

interface ShapeMessage {
  readonly dim?: readonly { readonly size?: number }[];
}

export interface ScalarTensorMessage {
  readonly dtype?: number;
  readonly tensorShape?: ShapeMessage;
  readonly tensorContent?: Uint8Array;
  readonly floatVal?: readonly number[];
  readonly doubleVal?: readonly number[];
  readonly intVal?: readonly number[];
  readonly int64Val?: readonly number[];
}

export interface SummaryValueMessage {
  readonly tag?: string;
  readonly simpleValue?: number;
  readonly histo?: HistogramMessage;
  readonly tensor?: ScalarTensorMessage;
  readonly metadata?: { readonly pluginData?: { readonly pluginName?: string } };
}

export interface EventMessage {
  /** Seconds since 1970, UTC. */
  readonly wallTime: number;
  readonly step?: number;
  readonly fileVersion?: string;
  /** A `GraphMessage`, encoded. */
  readonly graphDef?: Uint8Array;
  readonly summary?: { readonly value?: readonly SummaryValueMessage[] };
}

export interface GraphMessage {
  readonly node: readonly {
    readonly name: string;
    readonly op: string;
    readonly input: readonly string[];
    readonly attr: Readonly<
      Record<string, { readonly s?: Uint8Array; readonly list?: { readonly shape: readonly ShapeMessage[] } }>
    >;
  }[];
  readonly versions: { readonly producer: number };
}

const field = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });
/** As proto3 writes numbers. */
const packed = (type: string, id: number) => ({ rule: 'repeated', type, id, options: { packed: true } });

const map = (type: string, id: number) => ({ keyType: 'string', type, id });

const root = protobuf.Root.fromJSON({
  nested: {
    Dimension: { fields: { size: field('int64', 1) } },
    Shape: { fields: { dim: repeated('Dimension', 2) } },
    Tensor: {
      fields: {
        dtype: field('int32', 1),
        tensorShape: field('Shape', 2),
        tensorContent: field('bytes', 4),
        floatVal: packed('float', 5),
        doubleVal: packed('double', 6),
        intVal: packed('int32', 7),
        int64Val: packed('int64', 10),
      },
    },
    PluginData: { fields: { pluginName: field('string', 1) } },
    Metadata: { fields: { pluginData: field('PluginData', 1) } },
    Histogram: {
      fields: {
        min: field('double', 1),
        max: field('double', 2),
        num: field('double', 3),
        sum: field('double', 4),
        sumSquares: field('double', 5),
        bucketLimit: packed('double', 6),
        bucket: packed('double', 7),
      },
    },
    SummaryValue: {
      // Of these a zero is written and read as well.
      oneofs: { value: { oneof: ['simpleValue', 'histo', 'tensor'] } },
      fields: {
        tag: field('string', 1),
        simpleValue: field('float', 2),
        histo: field('Histogram', 5),
        tensor: field('Tensor', 8),
        metadata: field('Metadata', 9),
      },
    },
    Summary: { fields: { value: repeated('SummaryValue', 1) } },
    Event: {
      fields: {
        wallTime: field('double', 1),
        step: field('int64', 2),
        fileVersion: field('string', 3),
        graphDef: field('bytes', 4),
        summary: field('Summary', 5),
      },
    },
    AttributeList: { fields: { shape: repeated('Shape', 7) } },
    Attribute: { fields: { list: field('AttributeList', 1), s: field('bytes', 2) } },
    Node: {
      fields: {
        name: field('string', 1),
        op: field('string', 2),
        input: repeated('string', 3),
        attr: map('Attribute', 5),
      },
    },
    Versions: { fields: { producer: field('int32', 1) } },
    GraphDefinition: { fields: { node: repeated('Node', 1), versions: field('Versions', 4) } },
  },
});

const EVENT = root.lookupType('Event');
const GRAPH = root.lookupType('GraphDefinition');

export function encodeEvent(event: EventMessage): Uint8Array {
  return EVENT.encode(EVENT.fromObject(event)).finish();
}

export function encodeGraph(graph: GraphMessage): Uint8Array {
  return GRAPH.encode(GRAPH.fromObject(graph)).finish();
}

/** What is not written in the bytes is not in the message. @throws Error for bytes that are no such message */
export function decodeEvent(bytes: Uint8Array): EventMessage {
  return { wallTime: 0, ...EVENT.toObject(EVENT.decode(bytes), { longs: Number }) };
}
