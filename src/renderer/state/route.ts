export const VIEWS = ['dataset', 'network', 'train', 'runs', 'predict', 'settings'] as const;
export type View = (typeof VIEWS)[number];

/** Where the window is: a view and, for those that show one, a run. */
export interface Route {
  readonly view: View;
  readonly runId: string | null;
  /** Runs that are compared, where that is what the Runs view shows. */
  readonly compared?: readonly string[];
}

/** Stands where a run's id would. */
const COMPARE = 'compare';

export const FIRST_ROUTE: Route = { view: 'train', runId: null };

/** `#/runs/ID` or `#/runs/compare/ID,ID` as a route; what it does not know leads to the Train view. */
export function parseRoute(hash: string): Route {
  const [name = '', runId = '', listed = ''] = hash.replace(/^#\/?/, '').split('/');
  const view = VIEWS.find((known) => known === name);
  if (view === undefined) return FIRST_ROUTE;
  if (view === 'runs' && runId === COMPARE) {
    const compared = listed.split(',').flatMap((id) => (id === '' ? [] : (decodeRunId(id) ?? [])));
    return compared.length === 0 ? { view, runId: null } : { view, runId: null, compared };
  }
  return { view, runId: runId === '' ? null : decodeRunId(runId) };
}

/** The address of a route, for `location.hash`. */
export function formatRoute(route: Route): string {
  const { compared = [] } = route;
  if (compared.length > 0) return `#/${route.view}/${COMPARE}/${compared.map(encodeURIComponent).join(',')}`;
  return route.runId === null ? `#/${route.view}` : `#/${route.view}/${encodeURIComponent(route.runId)}`;
}

function decodeRunId(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
