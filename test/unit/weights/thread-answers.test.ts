import { once } from 'node:events';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { firstAnswer, NoAnswer, Questions } from '../../../src/engine/weights/thread-answers.ts';

/** Longer than any test may take: who waits for it fails. */
const ENDLESS_MILLISECONDS = 3_600_000;

interface Started {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly sent: Int32Array<SharedArrayBuffer>;
}

/** A thread of these lines, which have `parentPort`, `port`, and the counter `sent`. */
function started(code: string): Started {
  const { port1: port, port2 } = new MessageChannel();
  const sent = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const before = `const { parentPort, workerData } = require('node:worker_threads'); const { port, sent } = workerData;`;
  const worker = new Worker(`${before}\n${code}`, {
    eval: true,
    workerData: { port: port2, sent },
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: 64 },
    stdout: true,
    stderr: true,
  });
  // Without a listener it would end the test's own process.
  worker.on('error', () => undefined);
  onTestFinished(async () => {
    port.close();
    await worker.terminate();
  });
  return { worker, port, sent };
}

/** Blocks this thread. */
function blockFor(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, milliseconds);
}

describe("a thread's first answer", () => {
  it('counts where it was given in time, though the caller was busy until long after', async () => {
    const limit = 50;
    const { worker, sent } = started(`
      parentPort.postMessage('ready');
      Atomics.wait(sent, 0, 0);
      parentPort.postMessage('there');
      Atomics.store(sent, 0, 2);
      Atomics.notify(sent, 0);
      port.on('message', () => undefined);`);
    const answer = firstAnswer<string>(worker, limit);
    worker.once('message', () =>
      setImmediate(() => {
        Atomics.store(sent, 0, 1);
        Atomics.notify(sent, 0);
        Atomics.wait(sent, 0, 1);
        blockFor(4 * limit);
      }),
    );
    expect(await answer).toBe('there');
  });

  const problems: readonly (readonly [string, string, number, string])[] = [
    ['is waited for no longer than it may take', `setInterval(() => {}, 1e6)`, 50, 'it was not over after 50 ms'],
    ['never comes of a thread that ends', 'process.exit(3)', ENDLESS_MILLISECONDS, 'its thread ended'],
    ['never comes of a thread that fails', `throw new Error('no luck')`, ENDLESS_MILLISECONDS, 'no luck'],
  ];
  it.each(problems)('%s', async (_, code, limit, message) => {
    const { worker } = started(`parentPort.postMessage('ready'); ${code};`);
    await expect(firstAnswer(worker, limit)).rejects.toThrow(new NoAnswer(message));
  });
});

describe('a thread that is asked and waited for', () => {
  async function asked(code: string, limit: number): Promise<Questions<number, number> & { readonly worker: Worker }> {
    const { worker, port, sent } = started(`
      const answer = (value) => { port.postMessage(value); Atomics.add(sent, 0, 1); Atomics.notify(sent, 0); };
      port.on('message', (question) => { ${code} });
      setImmediate(() => parentPort.postMessage('ready'));`);
    const questions = new Questions<number, number>(worker, port, sent, limit);
    await once(worker, 'message');
    return Object.assign(questions, { worker });
  }

  it('answers one question after the other', async () => {
    const questions = await asked('answer(question * question);', ENDLESS_MILLISECONDS);
    expect([3, 4, 5].map((question) => questions.ask(question))).toEqual([9, 16, 25]);
  });

  const ends: readonly (readonly [string, string, number, string])[] = [
    ['takes longer than it may', '', 50, 'it was not over after 50 ms'],
    ['ends meanwhile', 'process.exit(3);', ENDLESS_MILLISECONDS, 'its thread ended'],
    [
      'takes more memory than it may, and is ended',
      'let list = null; for (;;) list = { list };',
      ENDLESS_MILLISECONDS,
      'its thread ended',
    ],
  ];
  it.each(ends)('is told to have no answer where it %s', async (_, code, limit, message) => {
    const questions = await asked(code, limit);
    expect(() => questions.ask(1)).toThrow(NoAnswer);
    expect(() => questions.ask(1)).toThrow(message);
  });

  it('is not waited for where it ended before', async () => {
    const questions = await asked(`throw new Error('no luck');`, ENDLESS_MILLISECONDS);
    const exit = new Promise((resolve) => questions.worker.once('exit', resolve));
    expect(() => questions.ask(1)).toThrow('its thread ended');
    await exit;
    expect(() => questions.ask(1)).toThrow('no luck');
  });
});
