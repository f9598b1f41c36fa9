import { tensorBytes } from '../network/tensor-memory.ts';
import { elementCount } from '../network/shape.ts';
import { int, type } from './attribute.ts';
import { foldedValues, type FoldedConvolution } from './fold.ts';
import type { Graph, Operation, Tensor, Variable } from './graph.ts';
import { reshape } from './ops/reshape.ts';
import type { Signature } from './saved-model.ts';

type Values = ReadonlyMap<string, Float32Array>;

/** Values of several tensors, one after the other: float32 [their number]. */
export interface AssignFeed {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Tensors that are given their values together. */
export interface AssignSlice {
  /** It takes `values`. */
  readonly signature: string;
  /** Those of the network's own tensors that no later slice needs. */
  readonly names: readonly string[];
  readonly feed: (values: Values) => AssignFeed;
}

/** What gives the variables of a program their values. */
export interface Assignment {
  /** `assign`, which takes all values at once, and one for each slice where there are several. */
  readonly signatures: Readonly<Record<string, Signature>>;
  /** They are to be run in this order. */
  readonly slices: readonly AssignSlice[];
  /** What to feed `assign`. */
  readonly feeds: (values: Values) => Readonly<Record<string, AssignFeed>>;
}

/**
 * How many values are given at a time: they stand twice in memory meanwhile, and TensorFlow takes some hundredths of a second
 * for the first run of each slice.
 */
const SLICE_VALUES = 2 << 20;

/** Variables whose values are computed together. */
interface Part {
  readonly variables: readonly Variable[];
  readonly names: readonly string[];
  readonly arrays: (values: Values) => readonly Float32Array[];
}

function foldedPart(fold: FoldedConvolution): Part {
  return {
    variables: [fold.kernel, fold.bias],
    names: [],
    arrays: (values) => {
      const { kernel, bias } = foldedValues(fold, values);
      return [kernel, bias];
    },
  };
}

function ownPart(variable: Variable): Part {
  const { name } = variable;
  const arrays = (values: Values): readonly Float32Array[] => {
    const array = values.get(name);
    if (!array) throw new TypeError(`There is no value of '${name}'.`);
    return [array];
  };
  return { variables: [variable], names: [name], arrays };
}

function countOf({ variables }: Part): number {
  return variables.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

function sliced(parts: readonly Part[], most: number): readonly (readonly Part[])[] {
  const slices: Part[][] = [];
  let room = 0;
  for (const part of parts) {
    const count = countOf(part);
    if (slices.length === 0 || count > room) {
      slices.push([]);
      room = most;
    }
    slices.at(-1)?.push(part);
    room -= count;
  }
  return slices;
}

/** One after the other; a single array is itself. */
function concatenated(arrays: readonly Float32Array[]): Float32Array {
  const [first] = arrays;
  if (first && arrays.length === 1) return first;
  const bytes = tensorBytes(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  const all = new Float32Array(bytes.buffer);
  let offset = 0;
  for (const array of arrays) {
    all.set(array, offset);
    offset += array.length;
  }
  return all;
}

function feedOf(parts: readonly Part[], values: Values): AssignFeed {
  const data = concatenated(parts.flatMap(({ arrays }) => arrays(values)));
  return { data, shape: [data.length] };
}

/**
 * Gives variables the values that stand one after the other in a single vector. A feed for each would cost several times
 * as much when the signature is first run.
 *
 * @param values float32 [sum of the variables' elements]
 */
function assignFromVector(
  graph: Graph,
  scope: string,
  values: Tensor,
  variables: readonly Variable[],
): readonly (Operation | Tensor)[] {
  // TensorFlow splits nothing into no parts.
  if (variables.length === 0) return [values];
  const sizes = variables.map(({ shape }) => elementCount(shape));
  const parts = graph.node({
    op: 'SplitV',
    name: `${scope}/split`,
    inputs: [
      values,
      graph.constant(`${scope}/sizes`, 'int32', [sizes.length], sizes),
      graph.constant(`${scope}/axis`, 'int32', [], 0),
    ],
    attributes: { T: type('float32'), Tlen: type('int32'), num_split: int(sizes.length) },
    outputs: sizes.map((size) => ({ dtype: 'float32', shape: [size] })),
  });
  return variables.flatMap((variable, index) => {
    const part = parts[index];
    if (!part) return [];
    // Parts that begin at a multiple of 64 bytes stay the caller's memory, which it gives back, and so does a single one.
    const own = graph.single({
      op: 'DeepCopy',
      name: `${scope}/${variable.name}/own`,
      inputs: [part],
      attributes: { T: type('float32') },
      outputs: [{ dtype: 'float32', shape: part.shape }],
    });
    return [graph.assign(variable, reshape(graph, `${scope}/${variable.name}`, own, variable.shape))];
  });
}

/**
 * Makes the signatures that give a program's variables their values.
 *
 * @param options.folded convolutions whose kernel and bias are computed from the values of `variables`
 * @param options.reset run with the first slice
 * @param options.sliceValues how many values a slice takes, where no single variable has more
 */
export function assignment(
  graph: Graph,
  options: {
    readonly variables: readonly Variable[];
    readonly folded?: readonly FoldedConvolution[];
    readonly reset?: readonly Operation[];
    readonly sliceValues?: number;
  },
): Assignment {
  const { variables, folded = [], reset = [], sliceValues = SLICE_VALUES } = options;
  // What is folded comes first: it is computed from values that are given back with their own slice.
  const found = sliced([...folded.map(foldedPart), ...variables.map(ownPart)], sliceValues);
  const slices = found.length === 0 ? [[]] : found;
  const isWhole = slices.length === 1;
  const made = slices.map((parts, index) => {
    const scope = isWhole ? 'assign' : `assign/${index}`;
    const values = graph.placeholder(`${scope}/values`, 'float32', [
      parts.reduce((sum, part) => sum + countOf(part), 0),
    ]);
    const assigned = assignFromVector(
      graph,
      scope,
      values,
      parts.flatMap((part) => part.variables),
    );
    const done = graph.group(`${scope}/done`, index === 0 ? [...assigned, ...reset] : assigned);
    return { parts, values, done, signature: isWhole ? 'assign' : `assign_${index}` };
  });
  const inputName = (index: number): string => (isWhole ? 'values' : `values_${index}`);
  const all: Signature = {
    inputs: Object.fromEntries(made.map(({ values }, index) => [inputName(index), values])),
    outputs: {
      done:
        isWhole && made[0]
          ? made[0].done
          : graph.group(
              'assign/done',
              made.map(({ done }) => done),
            ),
    },
  };
  const each = made.map(
    ({ signature, values, done }) => [signature, { inputs: { values }, outputs: { done } }] as const,
  );
  return {
    signatures: { ...Object.fromEntries(each), assign: all },
    slices: made.map(({ signature, parts }) => ({
      signature,
      names: parts.flatMap(({ names }) => names),
      feed: (values) => feedOf(parts, values),
    })),
    feeds: (values) => Object.fromEntries(made.map(({ parts }, index) => [inputName(index), feedOf(parts, values)])),
  };
}
