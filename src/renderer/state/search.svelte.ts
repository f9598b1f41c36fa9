import type { Request, Response, Transport } from '../../shared/contract/endpoint.ts';
import type { TaskEvent } from '../../shared/contract/event.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

type SearchName = 'training.findRate' | 'training.findBatchSize' | 'runs.nextBlock' | 'evaluations.run';
type Progress = Pick<TaskEvent, 'done' | 'total' | 'ratePerSecond' | 'secondsLeft' | 'detail'>;

const BEGUN: Progress = { done: 0, total: 0, ratePerSecond: null, secondsLeft: null, detail: '' };

/** A search in the trainer's place, which is followed and may be cancelled; one at a time. */
export class Search<Name extends SearchName> {
  found = $state.raw<Response<Name> | null>(null);
  /** Why nothing was found. */
  problem = $state.raw<unknown>(null);
  /** How far it is; null while none is under way. */
  progress = $state.raw<Progress | null>(null);
  cancelled = $state(false);
  readonly #transport: Pick<Transport, 'invoke' | 'subscribe'>;
  readonly #name: Name;
  #taskId: string | null = null;
  #underWay: Promise<void> = Promise.resolve();

  constructor(transport: Pick<Transport, 'invoke' | 'subscribe'>, name: Name) {
    this.#transport = transport;
    this.#name = name;
  }

  /** Whether nobody has asked yet. */
  get untouched(): boolean {
    return this.found === null && this.problem === null && this.progress === null && !this.cancelled;
  }

  /** Resolves once nothing of it is under way any more, so that the trainer's place is free for another. */
  get ended(): Promise<void> {
    return this.#underWay;
  }

  async begin(request: Omit<Request<Name>, 'taskId'>): Promise<void> {
    if (this.#taskId !== null) return;
    this.#underWay = this.#search(request);
    await this.#underWay;
  }

  async #search(request: Omit<Request<Name>, 'taskId'>): Promise<void> {
    const taskId = crypto.randomUUID();
    this.#taskId = taskId;
    this.problem = null;
    this.cancelled = false;
    this.progress = BEGUN;
    const unsubscribe = this.#transport.subscribe('task', (event) => {
      if (event.taskId === taskId && !this.cancelled) this.progress = event;
    });
    try {
      // A request without its id, and its id.
      this.found = await this.#transport.invoke(this.#name, { ...request, taskId } as Request<Name>);
      this.cancelled = false;
    } catch (problem) {
      const isCancelled = problem instanceof ThawError && problem.code === 'task.cancelled';
      if (!isCancelled) this.problem = problem;
    } finally {
      unsubscribe();
      this.#taskId = null;
      this.progress = null;
    }
  }

  /** Ends what is under way: nothing of it is kept. */
  cancel(): void {
    if (this.#taskId === null) return;
    this.cancelled = true;
    void this.#transport.invoke('task.cancel', { taskId: this.#taskId }).catch(() => undefined);
  }
}
