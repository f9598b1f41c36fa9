/** States that can be gone back and forth through; a new one forgets what was undone. */
export interface History<State> {
  readonly past: readonly State[];
  readonly present: State;
  readonly future: readonly State[];
}

const LONGEST_PAST = 200;

export function begin<State>(present: State): History<State> {
  return { past: [], present, future: [] };
}

export function advance<State>(history: History<State>, present: State): History<State> {
  return { past: [...history.past, history.present].slice(-LONGEST_PAST), present, future: [] };
}

export function undo<State>(history: History<State>): History<State> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future] };
}

export function redo<State>(history: History<State>): History<State> {
  const [after, ...future] = history.future;
  if (after === undefined) return history;
  return { past: [...history.past, history.present], present: after, future };
}
