import { describe, expect, it } from 'vitest';
import {
  HOLDING,
  receiveEvent,
  receiveSnapshot,
  type SequenceState,
  type SequenceStep,
} from '../../../../src/renderer/state/run-sequence.ts';
import type { RunEvent } from '../../../../src/shared/contract/event.ts';

const event = (sequence: number): RunEvent => ({
  runId: 'run',
  sequence,
  time: 0,
  body: { kind: 'warning', message: String(sequence) },
});
const taken = ({ taken }: SequenceStep): number[] => taken.map(({ sequence }) => sequence);

/** Holds events of these sequences. */
function hold(...sequences: number[]): SequenceState {
  return sequences.reduce<SequenceState>((state, sequence) => receiveEvent(state, event(sequence)).state, HOLDING);
}

describe('the order of what a run tells', () => {
  it('takes nothing before a snapshot has come', () => {
    const step = receiveEvent(HOLDING, event(7));
    expect(taken(step)).toEqual([]);
    expect(step.lost).toBe(false);
  });

  it('drops what the snapshot knows already, and takes what came after it', () => {
    const step = receiveSnapshot(hold(4, 5, 6, 7), 5);
    expect(taken(step)).toEqual([6, 7]);
    expect(taken(receiveEvent(step.state, event(8)))).toEqual([8]);
  });

  it('begins at the first event of a run that nothing was told of', () => {
    const { state } = receiveSnapshot(HOLDING, 0);
    expect(taken(receiveEvent(state, event(1)))).toEqual([1]);
  });

  it('asks again where an event is missing, and keeps the one that showed it', () => {
    const { state } = receiveSnapshot(HOLDING, 5);
    const gap = receiveEvent(state, event(8));
    expect(gap.lost).toBe(true);
    expect(taken(gap)).toEqual([]);
    expect(taken(receiveSnapshot(gap.state, 7))).toEqual([8]);
  });

  it('asks again where an engine that came back counts from the beginning', () => {
    const { state } = receiveSnapshot(HOLDING, 50);
    const anew = receiveEvent(state, event(1));
    expect(anew.lost).toBe(true);
    expect(taken(receiveSnapshot(anew.state, 0))).toEqual([1]);
  });

  it('asks again where what was held has a gap after the snapshot', () => {
    expect(receiveSnapshot(hold(6, 8), 5).lost).toBe(true);
    expect(receiveSnapshot(hold(8), 5).lost).toBe(true);
    expect(receiveSnapshot(hold(6, 8), 7).lost).toBe(false);
  });

  it('holds no more than a bounded number while no snapshot comes', () => {
    const state = hold(...Array.from({ length: 2500 }, (_, index) => index + 1));
    expect(state.kind === 'holding' && state.held.length).toBe(1000);
    expect(taken(receiveSnapshot(state, 2498))).toEqual([2499, 2500]);
  });
});
