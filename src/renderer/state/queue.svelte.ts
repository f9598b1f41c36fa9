import type { Transport } from '../../shared/contract/endpoint.ts';
import type { QueueState, WaitingRun } from '../../shared/contract/queue.ts';
import type { ConnectionState } from '../../shared/contract/bridge.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/** What waits for the one trainer of the workspace, in order, and whether this engine begins it. */
export class QueueController {
  waiting = $state.raw<readonly WaitingRun[]>([]);
  working = $state(false);
  /** Why nothing that waits can begin; null where nothing is known against it. */
  problem = $state.raw<ThawError | null>(null);
  readonly #transport: Transport;
  #again = false;
  #reading = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Follows what any window or command does to the queue. @returns the function that ends this */
  begin(onConnection: (listener: (state: ConnectionState) => void) => () => void): () => void {
    const ends = [
      this.#transport.subscribe('runs', () => void this.#refresh()),
      this.#transport.subscribe('run', ({ body }) => {
        if (body.kind === 'status') void this.#refresh();
      }),
      onConnection((state) => {
        if (state !== 'lost') void this.#refresh();
      }),
    ];
    void this.#refresh();
    return () => {
      for (const end of ends) end();
    };
  }

  async load(): Promise<void> {
    this.#show(await this.#transport.invoke('queue.list', {}));
  }

  /** Begins what waits, one run after the other, from now on. */
  async work(): Promise<void> {
    this.#show(await this.#transport.invoke('queue.work', {}));
  }

  /** Begins nothing more of it; a run under way goes on. */
  async hold(): Promise<void> {
    this.#show(await this.#transport.invoke('queue.hold', {}));
  }

  /** Moves a run to a place, counted from 0, among those that wait. */
  async move(runId: string, place: number): Promise<void> {
    const others = this.waiting.filter((run) => run.runId !== runId);
    const before = others[Math.max(0, place)]?.runId ?? null;
    this.#show(await this.#transport.invoke('queue.move', { runId, before }));
  }

  async cancel(runIds: readonly string[]): Promise<void> {
    await this.#transport.invoke('queue.cancel', { runIds: [...runIds] });
    await this.load();
  }

  #show({ waiting, working, problem }: QueueState): void {
    this.waiting = waiting;
    this.working = working;
    this.problem = problem && ThawError.from(problem);
  }

  /** What was told while an answer was awaited is asked for once more, and once only. */
  async #refresh(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#wanted()) await this.load();
    } catch {
      // The log is read again at the next event; what its trouble is, the list of runs tells.
    } finally {
      this.#reading = false;
    }
  }

  #wanted(): boolean {
    const wanted = this.#again;
    this.#again = false;
    return wanted;
  }
}
