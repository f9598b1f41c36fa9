import type { TrainingStage } from '../../shared/contract/plan.ts';
import type { TrainerJob, TrainerMessage, TrainerRequest } from '../training/protocol.ts';
import { deviceEnvironment } from './device-environment.ts';
import { detach, endingOf, forkEntry, type ForkedEntry } from './fork-entry.ts';

/** How a trainer's process ended. */
export interface TrainerEnd {
  /** For people: `signal SIGKILL`, `exit code 134`. */
  readonly ending: string;
  /** It was killed because it was asked to. */
  readonly killed: boolean;
  /** The end of what it wrote to its outputs. */
  readonly output: string;
}

export interface TrainerHandlers {
  readonly onMessage: (message: TrainerMessage) => void;
  /** Called once, after the last message. */
  readonly onEnd: (end: TrainerEnd) => void;
}

/** How long a trainer that was asked twice to stop may still take. */
const STOP_GRACE_MILLISECONDS = 2000;
/** How long a trainer that has told its result may take to go. */
const LEAVE_GRACE_MILLISECONDS = 2000;

/** One trainer: told its job, asked to stop, killed where it does not listen; its end is always told, once. */
export class TrainerProcess {
  readonly #forked: ForkedEntry;
  readonly #handlers: TrainerHandlers;
  #stops = 0;
  #killed = false;
  #ending: string | null = null;
  #disconnected = false;
  /** It has told its result; a failure's error output may still come, a result's does not matter. */
  #concluded = false;
  #told = false;

  /** @param entry the trainer's entry file */
  constructor(entry: string, job: TrainerJob, handlers: TrainerHandlers) {
    this.#handlers = handlers;
    this.#forked = forkEntry(entry, deviceEnvironment(job.plan.device));
    const { child } = this.#forked;
    child.on('message', (message) => {
      const received = message as TrainerMessage;
      handlers.onMessage(received);
      if (received.kind === 'ended' || received.kind === 'failed') this.#leaveSoon(received.kind === 'ended');
    });
    child.on('error', (error) => {
      if (child.pid === undefined) this.#disconnected = true;
      this.#end(error.message);
    });
    child.on('exit', (code, signal) => this.#end(endingOf(code, signal)));
    // Messages may still wait in the channel after the process is gone.
    child.on('disconnect', () => {
      this.#disconnected = true;
      // With its result told, all is written: nobody waits for TensorFlow to tidy up.
      if (this.#concluded && this.#ending === null) {
        detach(this.#forked);
        this.#ending = 'its result';
      }
      this.#tell();
    });
    this.#send({ kind: 'train', job });
  }

  get pid(): number | undefined {
    return this.#forked.child.pid;
  }

  /** Asks to stop after the step; asked again, allows two seconds; asked a third time, kills. */
  stop(): void {
    this.#stops += 1;
    if (this.#stops === 1) this.#send({ kind: 'stop' });
    else if (this.#stops === 2) setTimeout(() => this.kill(), STOP_GRACE_MILLISECONDS).unref();
    else this.kill();
  }

  /** Asks to hold after the step. */
  pause(): void {
    this.#send({ kind: 'pause' });
  }

  continue(): void {
    this.#send({ kind: 'continue' });
  }

  /** Asks to go on with other stages from `from` on. */
  editStages(from: number, stages: readonly TrainingStage[]): void {
    this.#send({ kind: 'stages', from, stages });
  }

  get stopRequested(): boolean {
    return this.#stops > 0;
  }

  kill(): void {
    if (this.#ending !== null) return;
    this.#killed = true;
    this.#forked.child.kill('SIGKILL');
  }

  #send(request: TrainerRequest): void {
    const { child } = this.#forked;
    // A trainer that has just died is told by its end; what was on its way to it is moot.
    if (child.connected) child.send(request, () => undefined);
  }

  #leaveSoon(withResult: boolean): void {
    this.#concluded = withResult;
    const { child } = this.#forked;
    setTimeout(() => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    }, LEAVE_GRACE_MILLISECONDS).unref();
  }

  #end(ending: string): void {
    this.#ending ??= ending;
    this.#tell();
  }

  #tell(): void {
    if (this.#told || this.#ending === null || !this.#disconnected) return;
    this.#told = true;
    this.#handlers.onEnd({ ending: this.#ending, killed: this.#killed, output: this.#forked.tail() });
  }
}
