import type { RunEvent } from '../../shared/contract/event.ts';

/**
 * Where a window stands in what a run tells. `holding`: a snapshot was asked for, and what is told meanwhile waits for it.
 * `following`: `next` is the sequence of the event that must come now.
 */
export type SequenceState =
  | { readonly kind: 'holding'; readonly held: readonly RunEvent[] }
  | { readonly kind: 'following'; readonly next: number };

export interface SequenceStep {
  readonly state: SequenceState;
  /** To be applied now, in order. */
  readonly taken: readonly RunEvent[];
  /** Something was missed, or the engine has begun to count anew: a snapshot is needed. */
  readonly lost: boolean;
}

export const HOLDING: SequenceState = { kind: 'holding', held: [] };
/** While no snapshot comes, only the last so many are kept: the snapshot will know of those before. */
const HELD_AT_MOST = 1000;

/** Takes in one event of the run. */
export function receiveEvent(state: SequenceState, event: RunEvent): SequenceStep {
  switch (state.kind) {
    case 'holding':
      return { state: { kind: 'holding', held: [...state.held, event].slice(-HELD_AT_MOST) }, taken: [], lost: false };
    case 'following':
      if (event.sequence !== state.next) return { state: { kind: 'holding', held: [event] }, taken: [], lost: true };
      return { state: { kind: 'following', next: state.next + 1 }, taken: [event], lost: false };
  }
}

/** Takes in a snapshot: of what was held, only what came after it is still news. */
export function receiveSnapshot(state: SequenceState, sequence: number): SequenceStep {
  const held = state.kind === 'holding' ? state.held : [];
  const news = held.filter((event) => event.sequence > sequence);
  const inOrder = news.every((event, index) => event.sequence === sequence + 1 + index);
  if (!inOrder) return { state: { kind: 'holding', held: news }, taken: [], lost: true };
  return { state: { kind: 'following', next: sequence + 1 + news.length }, taken: news, lost: false };
}
