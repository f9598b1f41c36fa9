import type { Session } from './session.ts';

interface Assignable {
  readonly assignFeeds: (values: ReadonlyMap<string, Float32Array>) => {
    readonly values: { readonly data: Float32Array; readonly shape: readonly number[] };
  };
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
 * Gives the tensors of a program their values, which are empty afterwards: TensorFlow holds a copy.
 *
 * @param values by name; arrays that belong to the caller and are not read again
 */
export function assignValues(session: Session, program: Assignable, values: ReadonlyMap<string, Float32Array>): void {
  const feeds = program.assignFeeds(values);
  release(values.values());
  session.run('assign', feeds);
  release([feeds.values.data]);
}
