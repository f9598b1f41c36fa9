import { expect, it } from 'vitest';
import { runsOf, type RunsController } from '../../../../src/renderer/state/runs.svelte.ts';
import type { Host } from '../../../../src/renderer/transport/host.ts';
import type { EndpointName, Request } from '../../../../src/shared/contract/endpoint.ts';
import { answered } from '../../../support/listed-images.ts';
import { ListingEngine } from '../../../support/listed-runs.ts';

/** A list whose columns are told when a test says so: until then it is being read. */
function listOf(engine: ListingEngine): { runs: RunsController; answer: () => void } {
  const waiting: (() => void)[] = [];
  const invoke = (name: EndpointName, request: Request<'runs.list'>): Promise<unknown> =>
    name === 'runs.columns'
      ? new Promise((resolve) => waiting.push(() => resolve([])))
      : engine.invoke('runs.list', request);
  const host = {
    transport: { invoke, subscribe: () => () => undefined },
    onConnection: () => () => undefined,
  } as unknown as Host;
  return { runs: runsOf(host), answer: () => waiting.splice(0).forEach((tell) => tell()) };
}

it.each<readonly [string, (runs: RunsController) => void, number]>([
  ['stays where it stands', () => undefined, 5],
  ['stays where it was moved to', (runs) => (runs.cursor = 2), 2],
  ['stands at the top of another list', (runs) => runs.ask('seed > 1'), 0],
  ['stands at the top of another order', (runs) => runs.sortBy([{ key: 'name', descending: false }]), 0],
])('the line that the keyboard stands on %s while the list is read again', async (_what, meanwhile, expected) => {
  const { runs, answer } = listOf(new ListingEngine(10));
  runs.begin();
  await answered();
  answer();
  await answered();
  runs.cursor = 5;
  const reading = runs.load();
  await answered();
  meanwhile(runs);
  await answered();
  answer();
  await reading;
  expect(runs.cursor).toBe(expected);
});
