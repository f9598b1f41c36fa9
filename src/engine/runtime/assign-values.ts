import type { Session } from './session.ts';

type Values = ReadonlyMap<string, Float32Array>;

interface Assignable {
  readonly assignSlices: readonly {
    readonly signature: string;
    readonly names: readonly string[];
    readonly feed: (values: Values) => { readonly data: Float32Array; readonly shape: readonly number[] };
  }[];
}

/**
 * Gives back the memory of arrays that nobody reads again. Their collector would do so when it next looks: it sees small
 * objects and is in no hurry, while the weights of a network count to the peak of every step.
 */
function release(arrays: Iterable<Float32Array>): void {
  for (const { buffer } of arrays) {
    if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
  }
}

/**
 * Gives the tensors of a program their values, which are empty afterwards: TensorFlow holds a copy. Those of a large network
 * are given back slice by slice, as the copy grows.
 *
 * @param values by name; arrays that belong to the caller and are not read again
 */
export function assignValues(session: Session, program: Assignable, values: Values): void {
  for (const { signature, names, feed } of program.assignSlices) {
    const given = feed(values);
    release(names.flatMap((name) => values.get(name) ?? []).filter((array) => array !== given.data));
    session.run(signature, { values: given });
    release([given.data]);
  }
  release(values.values());
}
