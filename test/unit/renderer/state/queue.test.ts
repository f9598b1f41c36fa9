import { expect, it } from 'vitest';
import { QueueController } from '../../../../src/renderer/state/queue.svelte.ts';
import type { EndpointName, EventName, Request, Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { WaitingRun } from '../../../../src/shared/contract/queue.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An engine whose queue is these runs, in order. */
function engineWith(...names: readonly string[]) {
  let order = [...names];
  const listeners = new Map<EventName, Set<(event: never) => void>>();
  const asked: (readonly [EndpointName, unknown])[] = [];
  const state = () => ({
    working: false,
    problem: null,
    waiting: order.map((runId, index) => ({ runId, name: runId, position: index + 1 }) as WaitingRun),
  });
  const transport = {
    invoke: (name: EndpointName, request: unknown) => {
      asked.push([name, request]);
      if (name === 'queue.move') {
        const { runId, before } = request as Request<'queue.move'>;
        order = order.filter((other) => other !== runId);
        order.splice(before === null ? order.length : order.indexOf(before), 0, runId);
      }
      if (name === 'queue.cancel') {
        const { runIds } = request as Request<'queue.cancel'>;
        order = order.filter((runId) => !runIds.includes(runId));
        return Promise.resolve({ cancelled: runIds });
      }
      return Promise.resolve(state());
    },
    subscribe: (name: EventName, listener: (event: never) => void) => {
      const told = listeners.get(name) ?? new Set();
      listeners.set(name, told.add(listener));
      return () => told.delete(listener);
    },
  } as unknown as Transport;
  const tell = (name: EventName, event: unknown): void => {
    for (const listener of listeners.get(name) ?? []) listener(event as never);
  };
  return { queue: new QueueController(transport), asked, tell, add: (runId: string) => order.push(runId) };
}

const order = ({ waiting }: QueueController): string[] => waiting.map(({ runId }) => runId);
const unconnected = () => () => undefined;

it.for<readonly [string, number, readonly string[]]>([
  ['a', 1, ['b', 'a', 'c']],
  ['a', 2, ['b', 'c', 'a']],
  ['c', 0, ['c', 'a', 'b']],
  ['c', 1, ['a', 'c', 'b']],
  ['b', -1, ['b', 'a', 'c']],
  ['b', 9, ['a', 'c', 'b']],
  ['b', 1, ['a', 'b', 'c']],
])('moves %s to place %i', async ([runId, place, expected]) => {
  const { queue } = engineWith('a', 'b', 'c');
  await queue.load();
  await queue.move(runId, place);
  expect(order(queue)).toEqual(expected);
});

it('shows what is left once runs were taken out', async () => {
  const { queue } = engineWith('a', 'b', 'c');
  await queue.load();
  await queue.cancel(['a', 'c']);
  expect(order(queue)).toEqual(['b']);
});

it('follows what others do to the queue, and asks once for what is told at once', async () => {
  const { queue, tell, add, asked } = engineWith('a');
  const end = queue.begin(unconnected);
  await settle();
  expect(order(queue)).toEqual(['a']);
  add('b');
  const before = asked.length;
  for (let times = 0; times < 5; times += 1) tell('runs', { change: 'queue', runIds: [] });
  await settle();
  expect(order(queue)).toEqual(['a', 'b']);
  expect(asked.length - before).toBeLessThanOrEqual(2);
  end();
  add('c');
  tell('runs', { change: 'queue', runIds: [] });
  await settle();
  expect(order(queue)).toEqual(['a', 'b']);
});
