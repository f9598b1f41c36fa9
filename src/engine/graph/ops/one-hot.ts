import { int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';

export interface OneHotOptions {
  readonly classes: number;
  /** What stands at the label. */
  readonly on: number;
  /** What stands everywhere else. */
  readonly off: number;
}

/**
 * A row for each label. Labels are whole numbers, so that no gradient flows to them.
 *
 * @param labels int32 [batch], in [0, classes)
 * @returns float32 [batch, classes]
 * @throws ThawError `graph.invalid` when the labels are not int32 [batch]
 */
export function oneHot(graph: Graph, name: string, labels: Tensor, { classes, on, off }: OneHotOptions): Tensor {
  expectShape(name, labels.dtype === 'int32' && labels.shape.length === 1, 'int32 labels of [batch]', labels);
  const [batch = -1] = labels.shape;
  return graph.single({
    op: 'OneHot',
    name,
    inputs: [
      labels,
      graph.constant(`${name}/depth`, 'int32', [], classes),
      graph.constant(`${name}/on`, 'float32', [], on),
      graph.constant(`${name}/off`, 'float32', [], off),
    ],
    attributes: { T: type('float32'), TI: type('int32'), axis: int(-1) },
    outputs: [{ dtype: 'float32', shape: [batch, classes] }],
  });
}
