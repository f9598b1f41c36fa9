import { bool, int, type } from '../attribute.ts';
import type { Graph, Operation, Tensor } from '../graph.ts';
import { multiply } from '../ops/multiply.ts';
import type { Slot } from './optimizer.ts';

/** As in Keras' `LossScaleOptimizer`. */
const INITIAL_SCALE = 2 ** 15;
const GROWTH_STEPS = 2000;

export interface LossScaling {
  /** The loss to be differentiated. */
  readonly scaled: Tensor;
  /** Kept in checkpoints as an optimizer's are. */
  readonly slots: readonly Slot[];
  /**
   * Takes the scale out of the gradients. What is computed from those that are `kept` runs only where all of them are finite:
   * nothing must change by the others.
   */
  readonly unscale: (gradients: readonly Tensor[]) => {
    readonly unscaled: readonly Tensor[];
    readonly kept: readonly Tensor[];
  };
  /** What ends the step, whether `updates` ran or not. */
  readonly finish: (updates: readonly Operation[]) => readonly Operation[];
}

/**
 * Dynamic scaling of the loss (Micikevicius et al., arXiv:1710.03740, section 3.2), so that small gradients are not lost in
 * float16: gradients that overflow skip the update and halve the scale, 2,000 steps without any double it.
 *
 * @param loss float32 []
 */
export function scaleLoss(graph: Graph, loss: Tensor): LossScaling {
  const scope = 'train/loss_scaling';
  const scale = graph.variable('loss_scaling/scale', []);
  const goodSteps = graph.variable('loss_scaling/good_steps', []);
  const number = (name: string, value: number): Tensor => graph.constant(`${scope}/${name}`, 'float32', [], value);
  const arithmetic = (op: string, name: string, a: Tensor, b: Tensor): Tensor =>
    graph.single({
      op,
      name: `${scope}/${name}`,
      inputs: [a, b],
      attributes: { T: type('float32') },
      outputs: [a],
    });
  let finite: Tensor | null = null;
  const finiteOf = (): Tensor => {
    if (finite === null) throw new TypeError('Gradients are unscaled before a step is finished.');
    return finite;
  };
  return {
    scaled: multiply(graph, `${scope}/scaled`, loss, scale.value),
    slots: [
      { variable: scale, initial: INITIAL_SCALE },
      { variable: goodSteps, initial: 0 },
    ],
    unscale: (gradients) => {
      const inverse = arithmetic('RealDiv', 'inverse', number('one', 1), scale.value);
      const unscaled = gradients.map((gradient, index) =>
        graph.single({
          op: 'Mul',
          name: `${scope}/${index}/unscaled`,
          inputs: [gradient, inverse],
          attributes: { T: type('float32') },
          outputs: [gradient],
        }),
      );
      const allFinite = unscaled
        .map((gradient, index) => isFinite(graph, `${scope}/${index}`, gradient))
        .reduce((a, b) => both(graph, `${scope}/finite`, a, b));
      finite = allFinite;
      const kept = unscaled.map((gradient, index) => onlyIf(graph, `${scope}/${index}/kept`, gradient, allFinite).then);
      return { unscaled, kept };
    },
    finish: (updates) => {
      const isGood = finiteOf();
      const either = (name: string, condition: Tensor, yes: Tensor, no: Tensor): Tensor =>
        graph.single({
          op: 'SelectV2',
          name: `${scope}/${name}`,
          inputs: [condition, yes, no],
          attributes: { T: type('float32') },
          outputs: [yes],
        });
      const one = number('step', 1);
      const counted = arithmetic('AddV2', 'counted', goodSteps.value, one);
      const grows = graph.single({
        op: 'GreaterEqual',
        name: `${scope}/grows`,
        inputs: [counted, number('growth_steps', GROWTH_STEPS)],
        attributes: { T: type('float32') },
        outputs: [{ dtype: 'bool', shape: [] }],
      });
      const doubled = arithmetic('Mul', 'doubled', scale.value, number('two', 2));
      const halved = arithmetic('Mul', 'halved', scale.value, number('half', 0.5));
      const least = arithmetic('Maximum', 'least', halved, one);
      const next = either('next', isGood, either('grown', grows, doubled, scale.value), least);
      const zero = number('zero', 0);
      const nextGood = either('next_good_steps', isGood, either('restarted', grows, zero, counted), zero);
      return [graph.assign(scale, next), graph.assign(goodSteps, nextGood), joined(graph, scope, isGood, updates)];
    },
  };
}

function both(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  return graph.single({ op: 'LogicalAnd', name, inputs: [a, b], outputs: [{ dtype: 'bool', shape: [] }] });
}

/** Whether every element is a finite number. */
function isFinite(graph: Graph, name: string, input: Tensor): Tensor {
  const each = graph.single({
    op: 'IsFinite',
    name: `${name}/is_finite`,
    inputs: [input],
    attributes: { T: type(input.dtype) },
    outputs: [{ dtype: 'bool', shape: input.shape }],
  });
  const rank = input.shape.length;
  const axes = graph.constant(
    `${name}/axes`,
    'int32',
    [rank],
    input.shape.map((_, axis) => axis),
  );
  return graph.single({
    op: 'All',
    name: `${name}/all_finite`,
    inputs: [each, axes],
    attributes: { Tidx: type('int32'), keep_dims: bool(false) },
    outputs: [{ dtype: 'bool', shape: [] }],
  });
}

/** A tensor that what reads it waits for in vain where the condition does not hold: such ops do not run at all. */
function onlyIf(
  graph: Graph,
  name: string,
  input: Tensor,
  condition: Tensor,
): { readonly then: Tensor; readonly otherwise: Tensor } {
  const [otherwise, then] = graph.node({
    op: 'Switch',
    name,
    inputs: [input, condition],
    attributes: { T: type(input.dtype) },
    outputs: [input, input],
  });
  if (!then || !otherwise) throw new TypeError(`'${name}' has no two outputs.`);
  return { then, otherwise };
}

/** Runs after the updates where they run, and without them where they do not. */
function joined(graph: Graph, scope: string, condition: Tensor, updates: readonly Operation[]): Operation {
  const { then, otherwise } = onlyIf(graph, `${scope}/way`, condition, condition);
  const updated = graph.identity(`${scope}/updated`, then, updates);
  return graph.operation({
    op: 'Merge',
    name: `${scope}/done`,
    inputs: [otherwise, updated],
    attributes: { T: type('bool'), N: int(2) },
    outputs: [
      { dtype: 'bool', shape: [] },
      { dtype: 'int32', shape: [] },
    ],
  });
}
