import type { OwnActivation } from '../../network/layer.ts';
import { float, int, type OnnxGraph } from './onnx-graph.ts';

interface ActivationOptions {
  /** Of the channels, in the tensor as it is given. */
  readonly axis: number;
  readonly negativeSlope?: number | undefined;
}

/** That of Keras' activation; see `ActivationLayer`. */
const NEGATIVE_SLOPE = 0.2;

/** x / 2 (1 + step) */
function gated(graph: OnnxGraph, name: string, input: string, step: string): string {
  const half = graph.node('Mul', `${name}/half`, [input, graph.constant(`${name}/one_half`, [], [0.5])]);
  const gate = graph.node('Add', `${name}/gate`, [step, graph.constant(`${name}/one`, [], [1])]);
  return graph.node('Mul', name, [half, gate]);
}

function times(graph: OnnxGraph, name: string, input: string, factor: number): string {
  return graph.node('Mul', name, [input, graph.constant(`${name}/factor`, [], [factor])]);
}

function geluTanh(graph: OnnxGraph, name: string, input: string): string {
  const square = graph.node('Mul', `${name}/square`, [input, input]);
  const cube = graph.node('Mul', `${name}/cube`, [square, input]);
  const sum = graph.node('Add', `${name}/sum`, [input, times(graph, `${name}/bent`, cube, 0.044715)]);
  const scaled = times(graph, `${name}/scaled`, sum, Math.sqrt(2 / Math.PI));
  return gated(graph, name, input, graph.node('Tanh', `${name}/tanh`, [scaled]));
}

/** One of our activations, element by element but for softmax, by the formulas of `graph/ops`. @returns the name of its output */
export function activationNodes(
  graph: OnnxGraph,
  name: string,
  input: string,
  activation: OwnActivation,
  { axis, negativeSlope = NEGATIVE_SLOPE }: ActivationOptions,
): string {
  switch (activation) {
    case 'relu':
      return graph.node('Relu', name, [input]);
    case 'relu6': {
      const bounds = [graph.constant(`${name}/least`, [], [0]), graph.constant(`${name}/most`, [], [6])];
      return graph.node('Clip', name, [input, ...bounds]);
    }
    case 'leaky_relu':
      return graph.node('LeakyRelu', name, [input], { alpha: float(negativeSlope) });
    case 'elu':
      return graph.node('Elu', name, [input], { alpha: float(1) });
    case 'selu':
      // ONNX' own alpha and gamma are those of the paper.
      return graph.node('Selu', name, [input]);
    case 'sigmoid':
      return graph.node('Sigmoid', name, [input]);
    case 'hard_sigmoid':
      return graph.node('HardSigmoid', name, [input], { alpha: float(1 / 6), beta: float(0.5) });
    case 'hard_swish':
      return graph.node('HardSwish', name, [input]);
    case 'swish':
      return graph.node('Mul', name, [input, graph.node('Sigmoid', `${name}/sigmoid`, [input])]);
    case 'tanh':
      return graph.node('Tanh', name, [input]);
    case 'softmax':
      return graph.node('Softmax', name, [input], { axis: int(axis) });
    case 'gelu': {
      const step = graph.node('Erf', `${name}/erf`, [times(graph, `${name}/scaled`, input, Math.SQRT1_2)]);
      return gated(graph, name, input, step);
    }
    case 'gelu_tanh':
      return geluTanh(graph, name, input);
  }
}
