import { formatRoute, parseRoute, type View } from './route.ts';

/** Which view is shown, kept in the address so that a reload comes back to it. */
export class Navigation {
  view = $state<View>('train');
  /** The run that the Runs and Predict views show, if one was opened. */
  runId = $state<string | null>(null);
  /** The runs that the Runs view compares; none where it does not. */
  compared = $state.raw<readonly string[]>([]);

  constructor() {
    this.#read();
    window.addEventListener('hashchange', this.#read);
  }

  go(view: View, runId: string | null = null): void {
    window.location.hash = formatRoute({ view, runId });
    this.#read();
  }

  compare(runIds: readonly string[]): void {
    window.location.hash = formatRoute({ view: 'runs', runId: null, compared: runIds });
    this.#read();
  }

  readonly #read = (): void => {
    const route = parseRoute(window.location.hash);
    this.view = route.view;
    this.runId = route.runId;
    this.compared = route.compared ?? [];
  };
}
