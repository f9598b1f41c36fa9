import { expect, it } from 'vitest';
import { formatRoute, parseRoute, VIEWS } from '../../../../src/renderer/state/route.ts';

it.each(VIEWS)('comes back to %s from its own address', (view) => {
  for (const runId of [null, '20261125-223316-zpsx', 'a/b %']) {
    expect(parseRoute(formatRoute({ view, runId }))).toEqual({ view, runId });
  }
});

it('comes back to the runs that are compared', () => {
  const route = { view: 'runs', runId: null, compared: ['20261125-223316-zpsx', 'a,b/c %'] } as const;
  expect(formatRoute(route)).toMatch(/^#\/runs\/compare\/20261125-223316-zpsx,/);
  expect(parseRoute(formatRoute(route))).toEqual(route);
  expect(parseRoute('#/runs/compare/')).toEqual({ view: 'runs', runId: null });
});

it.each(['', '#', '#/', '#/nowhere', '#/toString', '#/../runs'])('leads from %j to the Train view', (hash) => {
  expect(parseRoute(hash)).toEqual({ view: 'train', runId: null });
});

it('opens no run by an address that cannot be read', () => {
  expect(parseRoute('#/runs/%E0%A4%A')).toEqual({ view: 'runs', runId: null });
});
