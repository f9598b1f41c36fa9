import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const greeting = z.object({ name: z.string() });
const answer = z.object({ seconds: z.number(), peakMemoryBytes: z.number().nullable() });
export type StepAnswer = z.infer<typeof answer>;

const KEPT_OUTPUT = 4000;

/**
 * A child that runs steps on request, one JSON document a line: it says its `name`, then answers `{steps}` with
 * `{seconds, peakMemoryBytes}` until its stdin ends. Ours and the peers' speak alike, so that both are timed inside.
 */
export class StepProcess implements AsyncDisposable {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #told: () => string;

  private constructor(name: string, child: ChildProcess, lines: AsyncIterator<string>, told: () => string) {
    this.name = name;
    this.#child = child;
    this.#lines = lines;
    this.#told = told;
  }

  /** @throws Error with the end of its stderr when the child dies before it is ready */
  static async start(command: string, args: readonly string[], signal: AbortSignal): Promise<StepProcess> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], signal });
    // An abort or a missing program also ends stdout, which is what is waited for.
    child.on('error', () => undefined);
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told = (told + text).slice(-KEPT_OUTPUT);
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { name } = greeting.parse(await nextDocument(lines, () => told));
    return new StepProcess(name, child, lines, () => told);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async run(steps: number): Promise<StepAnswer> {
    this.#child.stdin?.write(`${JSON.stringify({ steps })}\n`);
    return answer.parse(await nextDocument(this.#lines, this.#told));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.stdin?.end();
    await ended;
  }
}

async function nextDocument(lines: AsyncIterator<string>, told: () => string): Promise<unknown> {
  const line = await lines.next();
  if (line.done !== true) return JSON.parse(line.value);
  throw new Error(`The measured process ended before it answered. The end of what it told:\n${told()}`);
}
