import { giveBack } from '../network/tensor-memory.ts';
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
 * Gives the tensors of a program their values, which are empty afterwards: TensorFlow holds a copy. Those of a large network
 * are given back slice by slice, as the copy grows.
 *
 * @param values by name; arrays that belong to the caller and are not read again
 */
export function assignValues(session: Session, program: Assignable, values: Values): void {
  for (const { signature, names, feed } of program.assignSlices) {
    const given = feed(values);
    for (const name of names) {
      const array = values.get(name);
      if (array && array !== given.data) giveBack(array);
    }
    session.run(signature, { values: given });
    giveBack(given.data);
  }
  for (const array of values.values()) giveBack(array);
}
