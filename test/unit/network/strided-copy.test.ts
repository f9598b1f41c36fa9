import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowMajorStrides, stridedCopy } from '../../../src/engine/network/strided-copy.ts';

function transposed(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = rowMajorStrides(shape);
  const sizes = order.map((axis) => shape[axis] ?? 0);
  return stridedCopy(
    values,
    sizes,
    order.map((axis) => strides[axis] ?? 0),
  );
}

const ramp = (shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => index);

it('takes the dimensions of any array in any order', () => {
  const arrays = fc
    .array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 })
    .chain((shape) =>
      fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
    );
  fc.assert(
    fc.property(arrays, ([shape, order]) => {
      const strides = rowMajorStrides(shape);
      const target = order.map((axis) => shape[axis] ?? 0);
      const expected: number[] = [];
      const visit = (axis: number, from: number): void => {
        if (axis === order.length) {
          expected.push(from);
          return;
        }
        for (let index = 0; index < (target[axis] ?? 0); index += 1) {
          visit(axis + 1, from + index * (strides[order[axis] ?? 0] ?? 0));
        }
      };
      visit(0, 0);
      expect([...transposed(ramp(shape), shape, order)]).toEqual(expected);
    }),
  );
});

it('turns matrices that are larger than what is turned at once', () => {
  const values = transposed(ramp([70, 45]), [70, 45], [1, 0]);
  for (let row = 0; row < 45; row += 1) {
    for (let column = 0; column < 70; column += 1) expect(values[row * 70 + column]).toBe(column * 45 + row);
  }
});

it('repeats a number where a stride is 0, and begins where it is told', () => {
  expect([...stridedCopy(Float32Array.of(7, 8, 9), [2, 3], [1, 0], 1)]).toEqual([8, 8, 8, 9, 9, 9]);
});
