import { DATA_TYPE_NUMBERS } from './data-type.ts';
import type { Graph, Operation, Tensor } from './graph.ts';
import type { FunctionMessage, NodeMessage } from './messages.ts';

/** A graph that others call by name, from an argument to a result. */
export interface GraphFunction {
  readonly name: string;
  readonly graph: Graph;
  /** A placeholder of it, which is what is passed. */
  readonly argument: Tensor;
  readonly result: Tensor;
}

/** What an op calls its output: a function names the tensors between its nodes by it. */
const OUTPUT_ARGUMENTS: Readonly<Record<string, string>> = {
  AddV2: 'z',
  Cast: 'y',
  ClipByValue: 'output',
  Const: 'output',
  DecodeImage: 'image',
  ExpandDims: 'output',
  Floor: 'y',
  FloorDiv: 'z',
  GatherV2: 'output',
  Maximum: 'z',
  Minimum: 'z',
  Mul: 'z',
  Pack: 'output',
  RealDiv: 'z',
  Reshape: 'output',
  ScaleAndTranslate: 'resized_images',
  Shape: 'output',
  Slice: 'output',
  Sub: 'z',
};

/** @param nodeOf how a node of a graph is written */
export function functionMessage(
  { name, graph, argument, result }: GraphFunction,
  nodeOf: (operation: Operation) => NodeMessage,
): FunctionMessage {
  const passed = graph.producer(argument).name;
  const reference = (tensor: Tensor): string => {
    if (tensor === argument) return passed;
    const { op, name: node } = graph.producer(tensor);
    const output = OUTPUT_ARGUMENTS[op];
    if (output === undefined) throw new TypeError(`It is not known what '${op}' calls its output.`);
    return `${node}:${output}:0`;
  };
  return {
    signature: {
      name,
      inputArg: [{ name: passed, type: DATA_TYPE_NUMBERS[argument.dtype] }],
      outputArg: [{ name: 'result', type: DATA_TYPE_NUMBERS[result.dtype] }],
    },
    nodeDef: graph.operations
      .filter((operation) => operation.name !== passed)
      .map((operation) => ({ ...nodeOf(operation), input: operation.inputs.map(reference) })),
    ret: { result: reference(result) },
  };
}
