import { type } from './attribute.ts';
import type { Graph, Tensor, Variable } from './graph.ts';
import { readCheckpoint, save } from './ops/checkpoint.ts';
import { nonFinite, pack } from './ops/non-finite.ts';
import type { Signature } from './saved-model.ts';
import type { TrainStep } from './train-step.ts';

/** What the rows of the introspecting signatures stand for, in their order. */
export interface Introspection {
  /** Of `diagnose`'s `outputs`: layers, in the network's order. */
  readonly layers: readonly string[];
  /** Of `diagnose`'s and `check`'s `weights`, and of `backward`'s and `introspect`'s `gradients`: the tensors that learn. */
  readonly learning: readonly string[];
  /** Of `check`'s `statistics`: moving averages that a step moves. */
  readonly moving: readonly string[];
  /** Of `introspect`'s `drift` and `first`: the weights above the cut, frozen ones too. */
  readonly drifting: readonly string[];
  /** Of `observe`'s `value_0`, `value_1`, ...: small tensors above the network that learn, and at last the logits. */
  readonly observed: readonly string[];
}

/** The name that the logits of a batch have among what is observed. */
const LOGITS = 'logits';

/** Half the sum of the squares of each tensor, float32 [tensors]. */
function halfSquares(graph: Graph, name: string, tensors: readonly Tensor[]): Tensor {
  return pack(
    graph,
    name,
    tensors.map((tensor, index) =>
      graph.single({
        op: 'L2Loss',
        name: `${name}/${index}`,
        inputs: [tensor],
        attributes: { T: type(tensor.dtype) },
        outputs: [{ dtype: tensor.dtype, shape: [] }],
      }),
    ),
  );
}

/**
 * Signatures that look into a step. They share its nodes and add a few of their own, which no other signature runs:
 *
 * - `diagnose`, fed as `train` without the rate: which values a step's layers would give that are not finite, and which its
 *   weights hold, as `nonFinite` tells them, and its `loss`; changes nothing. A step that fails may have moved statistics, not weights
 * - `backward`, fed likewise: which gradients are not finite, of a loss that is
 * - `check`: the weights, and the moving statistics
 * - `keep_first` {prefix}: writes a native checkpoint of the weights above the cut, for later steps to be held against
 * - `observe`, fed as `diagnose`: the values of small tensors above the network, and the logits of the batch
 * - `introspect`, fed as `train` with the `prefix` of `keep_first`: a step like any other, and half the sums of squares of
 *   the gradients before anything is done to them, of the weights' way since (`drift`), and of what they were `first`
 *
 * @param options.outputs by layer, above the cut
 * @param options.inputs what the forward pass of `train` is fed
 */
export function introspectionSignatures(
  graph: Graph,
  options: {
    readonly outputs: ReadonlyMap<string, Tensor>;
    readonly inputs: Readonly<Record<string, Tensor>>;
    readonly moving: readonly Variable[];
    readonly drifting: readonly Variable[];
    readonly observed: readonly Variable[];
    /** null where the output is none. */
    readonly logits: Tensor | null;
    readonly step: TrainStep;
  },
): { readonly signatures: Readonly<Record<string, Signature>>; readonly introspection: Introspection } {
  const { outputs, inputs, moving, drifting, observed, logits, step } = options;
  const learning = step.gradients.map(({ variable }) => variable);
  const valuesOf = (variables: readonly Variable[]): readonly Tensor[] => variables.map(({ value }) => value);
  const weights = nonFinite(graph, 'check/weights', valuesOf(learning));
  const statistics = nonFinite(graph, 'check/statistics', valuesOf(moving));
  const prefix = graph.placeholder('introspect/prefix', 'string', []);
  const first = readCheckpoint(graph, 'introspect/first', prefix, drifting);
  const ways = drifting.map(({ value, name }, index) =>
    graph.single({
      op: 'Sub',
      name: `introspect/way/${name}`,
      inputs: [value, first[index] ?? value],
      attributes: { T: type(value.dtype) },
      outputs: [value],
    }),
  );
  const keptAt = graph.placeholder('keep_first/prefix', 'string', []);
  const kept = graph.group('keep_first/done', [save(graph, 'keep_first', keptAt, drifting)]);
  const gradients = step.gradients.map(({ gradient }) => gradient);
  return {
    signatures: {
      diagnose: {
        inputs,
        outputs: {
          outputs: nonFinite(graph, 'diagnose/outputs', [...outputs.values()]),
          weights,
          loss: step.unchecked,
        },
      },
      backward: { inputs, outputs: { gradients: nonFinite(graph, 'backward/gradients', gradients) } },
      check: { inputs: {}, outputs: { weights, statistics } },
      observe: {
        inputs,
        outputs: Object.fromEntries(
          [...valuesOf(observed), ...(logits ? [logits] : [])].map((tensor, index) => [
            `value_${index}`,
            graph.identity(`observe/${index}`, tensor),
          ]),
        ),
      },
      keep_first: { inputs: { prefix: keptAt }, outputs: { done: kept } },
      introspect: {
        inputs: { ...inputs, ...step.feeds, prefix },
        outputs: {
          ...step.outputs,
          gradients: halfSquares(graph, 'introspect/gradients', gradients),
          drift: halfSquares(graph, 'introspect/drift', ways),
          first: halfSquares(graph, 'introspect/before', first),
        },
      },
    },
    introspection: {
      layers: [...outputs.keys()],
      learning: learning.map(({ name }) => name),
      moving: moving.map(({ name }) => name),
      drifting: drifting.map(({ name }) => name),
      observed: [...observed.map(({ name }) => name), ...(logits ? [LOGITS] : [])],
    },
  };
}
