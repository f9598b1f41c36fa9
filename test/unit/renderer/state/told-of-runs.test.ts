import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { InterruptedRuns } from '../../../../src/renderer/state/interrupted-runs.svelte.ts';
import { RunRecord } from '../../../../src/renderer/state/run-record.svelte.ts';
import type { EndpointName, EventName, Transport } from '../../../../src/shared/contract/endpoint.ts';
import { listedRun } from '../../../support/listed-runs.ts';

/** What was asked, in order; each is answered when a test says so, by the place in which it was asked. */
let answers: (() => void)[];
let listeners: Map<EventName, (event: never) => void>;
let transport: Transport;
beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  listeners = new Map();
  const answerTo = (name: EndpointName, place: number): unknown =>
    name === 'runs.list' ? { total: place, runs: [listedRun(place)] } : { group: { name: `of answer ${place}` } };
  transport = {
    invoke: (name: EndpointName) =>
      new Promise((resolve) => {
        const place = answers.length;
        answers.push(() => resolve(answerTo(name, place)));
      }),
    subscribe: (name: EventName, listener: (event: never) => void) => {
      listeners.set(name, listener);
      return () => listeners.delete(name);
    },
  } as unknown as Transport;
});
afterEach(() => {
  vi.useRealTimers();
});

function tellOf(...runIds: string[]): void {
  listeners.get('runs')?.({ change: 'list', runIds } as never);
}

async function answer(...places: number[]): Promise<void> {
  for (const place of places) {
    answers[place]?.();
    await vi.advanceTimersByTimeAsync(0);
  }
}

it('asks for the interrupted runs once for many changes, and holds to the last answer that was asked for', async () => {
  const interrupted = new InterruptedRuns(transport);
  const end = interrupted.begin(() => () => undefined);
  for (let change = 0; change < 100; change++) tellOf('other');
  await vi.runAllTimersAsync();
  expect(answers).toHaveLength(2);
  await answer(1, 0);
  expect(interrupted.total).toBe(1);
  tellOf('other');
  end();
  await vi.runAllTimersAsync();
  expect(answers).toHaveLength(2);
});

it('asks where a run stands once for many changes, and reads it again where it is one of them', async () => {
  let reread = 0;
  const record = new RunRecord(transport, 'own', () => Promise.resolve(void (reread += 1)));
  const end = record.begin();
  void record.load();
  for (let change = 0; change < 100; change++) tellOf('other');
  await vi.runAllTimersAsync();
  expect(answers).toHaveLength(2);
  expect(reread).toBe(0);
  await answer(1, 0);
  expect(record.relatives).toEqual({ group: { name: 'of answer 1' } });
  for (const runIds of [['other', 'own'], ['other'], []]) tellOf(...runIds);
  await vi.runAllTimersAsync();
  expect(reread).toBe(1);
  tellOf('own');
  end();
  await vi.runAllTimersAsync();
  expect(reread).toBe(1);
});
