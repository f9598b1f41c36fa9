import { expect, it } from 'vitest';
import { formatRoute, parseRoute, VIEWS } from '../../../../src/renderer/state/route.ts';

it.each(VIEWS)('comes back to %s from its own address', (view) => {
  for (const runId of [null, '20261125-223316-zpsx', 'a/b %']) {
    expect(parseRoute(formatRoute({ view, runId }))).toEqual({ view, runId });
  }
});

it.each(['', '#', '#/', '#/nowhere', '#/toString', '#/../runs'])('leads from %j to the Train view', (hash) => {
  expect(parseRoute(hash)).toEqual({ view: 'train', runId: null });
});

it('opens no run by an address that cannot be read', () => {
  expect(parseRoute('#/runs/%E0%A4%A')).toEqual({ view: 'runs', runId: null });
});
