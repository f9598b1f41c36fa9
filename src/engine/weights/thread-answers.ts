import { receiveMessageOnPort, type MessagePort, type Worker } from 'node:worker_threads';

/** How often a caller that waits looks whether the thread still lives. */
const LOOK_MILLISECONDS = 100;

/** A thread did not answer: it ended, or took longer than it may; the message says which. */
export class NoAnswer extends Error {}

function late(milliseconds: number): NoAnswer {
  return new NoAnswer(`it was not over after ${milliseconds} ms`);
}

/**
 * What a thread says after 'ready'. The time that it may take begins with that, and ends no answer that was given in it,
 * however busy the caller was.
 *
 * @throws NoAnswer
 */
export function firstAnswer<Answer>(worker: Worker, milliseconds: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const fail = (problem: NoAnswer): void => {
      clearTimeout(timer);
      reject(problem);
    };
    worker.on('message', (message: 'ready' | Answer) => {
      if (message !== 'ready') {
        clearTimeout(timer);
        resolve(message);
        return;
      }
      // Timers come before messages: what a busy caller has not heard yet is heard first.
      timer = setTimeout(() => setImmediate(() => fail(late(milliseconds))), milliseconds);
    });
    worker.once('error', (error) => fail(new NoAnswer(error.message, { cause: error })));
    worker.once('exit', () => fail(new NoAnswer('its thread ended')));
  });
}

/** Whether a thread ended, for a caller that waits for it and so hears no event: then it has no loop whose times are known. */
function hasEnded(worker: Worker): boolean {
  const { idle, active } = worker.performance.eventLoopUtilization();
  return idle < 0 || active <= 0;
}

/** Asks a thread, whose event loop runs already, for one thing after the other, and waits. */
export class Questions<Question, Answer> {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #sent: Int32Array<SharedArrayBuffer>;
  readonly #milliseconds: number;
  #end: NoAnswer | null = null;

  /**
   * @param port where the thread is asked and answers
   * @param sent a counter that the thread raises with each answer, and notifies
   * @param milliseconds that an answer may take
   */
  constructor(worker: Worker, port: MessagePort, sent: Int32Array<SharedArrayBuffer>, milliseconds: number) {
    this.#worker = worker;
    this.#port = port;
    this.#sent = sent;
    this.#milliseconds = milliseconds;
    worker.once('error', (error) => (this.#end ??= new NoAnswer(error.message, { cause: error })));
    worker.once('exit', () => (this.#end ??= new NoAnswer('its thread ended')));
  }

  /** @throws NoAnswer */
  ask(question: Question): Answer {
    if (this.#end) throw this.#end;
    const before = Atomics.load(this.#sent, 0);
    this.#port.postMessage(question);
    let isOver = false;
    for (let waited = 0; waited < this.#milliseconds && !isOver; waited += LOOK_MILLISECONDS) {
      const rest = Math.min(LOOK_MILLISECONDS, this.#milliseconds - waited);
      isOver = Atomics.wait(this.#sent, 0, before, rest) !== 'timed-out' || hasEnded(this.#worker);
    }
    const received = receiveMessageOnPort(this.#port) as { readonly message: Answer } | undefined;
    if (received) return received.message;
    throw isOver
      ? new NoAnswer('its thread ended, as it does where a file takes more memory than it could need')
      : late(this.#milliseconds);
  }
}
