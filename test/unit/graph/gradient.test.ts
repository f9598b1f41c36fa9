import { describe, expect, it } from 'vitest';
import { type } from '../../../src/engine/graph/attribute.ts';
import { gradients } from '../../../src/engine/graph/gradient.ts';
import { Graph, type Backward, type Tensor } from '../../../src/engine/graph/graph.ts';
import { add } from '../../../src/engine/graph/ops/add.ts';
import { conv2d } from '../../../src/engine/graph/ops/conv2d.ts';
import { matMul } from '../../../src/engine/graph/ops/mat-mul.ts';
import { multiply } from '../../../src/engine/graph/ops/multiply.ts';
import { relu } from '../../../src/engine/graph/ops/relu.ts';
import { reshape } from '../../../src/engine/graph/ops/reshape.ts';
import { scale } from '../../../src/engine/graph/ops/scale.ts';
import { sum } from '../../../src/engine/graph/ops/sum.ts';
import { evaluate, floats } from '../../support/graph-session.ts';

const same = { strides: [1, 1], padding: 'SAME' } as const;

function only([gradient]: readonly Tensor[]): Tensor {
  if (!gradient) throw new Error('There is no gradient.');
  return gradient;
}

describe('the gradient walk', () => {
  it('adds up what comes back on several ways', () => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [2]);
    const square = multiply(graph, 'square', x, x);
    const loss = sum(graph, 'loss', add(graph, 'both', add(graph, 'more', square, scale(graph, 'triple', x, 3)), x));
    const { data } = evaluate(graph, only(gradients(graph, loss, [x])), { x: [x, floats([2], [5, -1])] });
    expect([...data]).toEqual([2 * 5 + 4, 2 * -1 + 4]);
  });

  it('takes a tensor in the middle as a target as well as those below it', () => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [1]);
    const double = scale(graph, 'double', x, 2);
    const loss = multiply(graph, 'square', double, double);
    const [byX = x, byDouble = x] = gradients(graph, loss, [x, double]);
    expect(evaluate(graph, byDouble, { x: [x, floats([1], [3])] }).data[0]).toBe(12);
    expect(evaluate(graph, byX, { x: [x, floats([1], [3])] }).data[0]).toBe(24);
  });

  it('builds nothing for what lies below the targets', () => {
    const graph = new Graph();
    const image = graph.placeholder('image', 'float32', [-1, 4, 4, 3]);
    const frozen = graph.variable('frozen/kernel', [3, 3, 3, 2]);
    const trained = graph.variable('trained/kernel', [3, 3, 2, 2]);
    const below = relu(graph, 'frozen/relu', conv2d(graph, 'frozen', image, frozen.value, same));
    const loss = sum(graph, 'loss', relu(graph, 'trained/relu', conv2d(graph, 'trained', below, trained.value, same)));
    const before = graph.operations.length;
    gradients(graph, loss, [trained.value]);
    const added = graph.operations.slice(before).map(({ op, name }) => `${op} ${name}`);
    expect(added).toContain('Conv2DBackpropFilter gradients/trained/filter');
    expect(added.filter((name) => name.includes('frozen'))).toEqual([]);
    expect(added.filter((name) => name.includes('BackpropInput'))).toEqual([]);
  });

  it('builds nothing for what branches off above and does not reach the loss', () => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [2]);
    const loss = sum(graph, 'loss', relu(graph, 'used', x));
    graph.node({ op: 'Sign', name: 'metric', inputs: [x], attributes: { T: type('float32') }, outputs: [x] });
    expect(() => gradients(graph, loss, [x])).not.toThrow();
  });

  it('refuses an op without a gradient on the way, naming it', () => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [2]);
    const sign = graph.single({
      op: 'Sign',
      name: 'block_3/sign',
      inputs: [x],
      attributes: { T: type('float32') },
      outputs: [x],
    });
    expect(() => gradients(graph, sum(graph, 'loss', sign), [x])).toThrow(
      expect.objectContaining({
        code: 'graph.invalid',
        message: "Every op between a trainable tensor and the loss needs a gradient; 'block_3/sign' (Sign) has none.",
      }),
    );
  });

  it('names the layer to which such an op belongs, and that whose gradient fails', () => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [2]);
    const unary = (op: string, backward: Backward | undefined, input: Tensor) =>
      graph.single({
        op,
        name: `train/${op}`,
        inputs: [input],
        attributes: { T: type('float32') },
        outputs: [input],
        ...(backward && { backward }),
      });
    const sign = graph.ofLayer('block_3', () => unary('Sign', undefined, x));
    expect(() => gradients(graph, sign, [x])).toThrow(
      "Every op between a trainable tensor and the loss needs a gradient; 'train/Sign' (Sign) of layer 'block_3' has none.",
    );
    const failing: Backward = ([gradient]) => [reshape(graph, 'gradients/back', gradient ?? x, [3])];
    const back = graph.ofLayer('block_4', () => unary('Identity', failing, x));
    expect(() => gradients(graph, back, [x])).toThrow(
      "Layer 'block_4' cannot be written: 'gradients/back' needs as many elements as [3]; received float32 [2].",
    );
    const wrong = graph.ofLayer('block_5', () => unary('Identity', () => [graph.constant('one', 'float32', [], 1)], x));
    expect(() => gradients(graph, wrong, [x])).toThrow("(Identity) of layer 'block_5' gave float32 [] for 'x:0'");
  });

  it('refuses a target that the loss does not depend on, instead of a zero', () => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [2]);
    const unused = graph.variable('unused', [2]);
    expect(() => gradients(graph, sum(graph, 'loss', x), [x, unused.value])).toThrow(
      "no gradient reaches 'unused/read:0' from 'loss:0'",
    );
  });

  it("refuses a gradient whose shape or type is not its tensor's", () => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [2, 3]);
    const wrong = graph.single({
      op: 'Identity',
      name: 'wrong',
      inputs: [x],
      attributes: { T: type('float32') },
      outputs: [x],
      backward: () => [graph.constant('one', 'float32', [], 1)],
    });
    expect(() => gradients(graph, wrong, [x])).toThrow("'wrong' (Identity) gave float32 [] for 'x:0', float32 [2, 3]");
  });

  it('starts from a loss of any shape, as that of its sum', () => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [-1, 2]);
    const kernel = graph.placeholder('kernel', 'float32', [2, 1]);
    const losses = matMul(graph, 'losses', x, kernel);
    const { data } = evaluate(graph, only(gradients(graph, losses, [kernel])), {
      x: [x, floats([3, 2], [1, 2, 3, 4, 5, 6])],
      kernel: [kernel, floats([2, 1], [0, 0])],
    });
    expect([...data]).toEqual([9, 12]);
  });
});
