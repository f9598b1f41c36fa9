import type { Transport } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { saveFile } from '../charts/chart-export.ts';
import { fetchFile } from './fetch-file.ts';

/** How far what is written has come. */
interface Writing {
  readonly step: 'writing' | 'fetching';
  readonly done: number;
  /** 0 while it is not known. */
  readonly total: number;
  /** What the engine does just now; empty where it does one thing only. */
  readonly detail: string;
  readonly secondsLeft: number | null;
}

const BEGUN: Writing = { step: 'writing', done: 0, total: 0, detail: '', secondsLeft: null };

/** Something large that the engine writes, followed and ended from here, and handed to the person where it is a file to fetch. */
export class WrittenFile<
  Answer extends { readonly name: string; readonly grantId: string | null; readonly bytes: number },
> {
  /** Null while nothing is written. */
  writing = $state.raw<Writing | null>(null);
  done = $state.raw<Answer | null>(null);
  problem = $state.raw<unknown>(null);
  readonly #transport: Pick<Transport, 'invoke' | 'subscribe'>;
  #taskId: string | null = null;

  constructor(transport: Pick<Transport, 'invoke' | 'subscribe'>) {
    this.#transport = transport;
  }

  /**
   * Ends what is under way, and begins anew; a failure stands in `problem`.
   *
   * @returns the answer, or null where it failed or was ended
   */
  async write(begin: (taskId: string) => Promise<Answer>): Promise<Answer | null> {
    this.clear();
    const taskId = crypto.randomUUID();
    this.#taskId = taskId;
    this.writing = BEGUN;
    const unsubscribe = this.#transport.subscribe('task', ({ taskId: told, done, total, detail, secondsLeft }) => {
      if (told === taskId && this.#isWanted(taskId)) {
        this.writing = { step: 'writing', done, total, detail, secondsLeft };
      }
    });
    try {
      const answer = await begin(taskId);
      if (!this.#isWanted(taskId)) return null;
      if (answer.grantId !== null && !(await this.#hand(taskId, answer, answer.grantId))) return null;
      this.done = answer;
      return answer;
    } catch (problem) {
      const ended = problem instanceof ThawError && problem.code === 'task.cancelled';
      if (this.#isWanted(taskId) && !ended) this.problem = problem;
      return null;
    } finally {
      unsubscribe();
      if (this.#isWanted(taskId)) this.#end();
    }
  }

  /** Ends what is being written: nothing is left of it. */
  cancel(): void {
    if (this.#taskId === null) return;
    void this.#transport.invoke('task.cancel', { taskId: this.#taskId }).catch(() => undefined);
    this.#end();
  }

  /** As before anything was written. */
  clear(): void {
    this.cancel();
    this.done = null;
    this.problem = null;
  }

  async #hand(taskId: string, { name, bytes }: Answer, grantId: string): Promise<boolean> {
    const onBytes = (done: number): void => {
      this.writing = { ...BEGUN, step: 'fetching', done, total: Math.max(bytes, done) };
    };
    const file = await fetchFile(this.#transport, grantId, () => this.#isWanted(taskId), onBytes);
    if (file === null) return false;
    saveFile(file, name);
    return true;
  }

  #end(): void {
    this.#taskId = null;
    this.writing = null;
  }

  // A method, since it may be ended while an answer is awaited, which the compiler does not see.
  #isWanted(taskId: string): boolean {
    return this.#taskId === taskId;
  }
}
