import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { KeptProcess } from '../../../src/engine/service/kept-process.ts';
import { expectError } from '../../support/expect-error.ts';
import type { ScriptedJob } from '../../support/processes/scripted-answers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const entry = path.resolve(import.meta.dirname, '../../support/processes/scripted-answers.ts');

interface Answer {
  readonly pid: number;
  readonly job: ScriptedJob;
}

describe('a process that is kept', () => {
  let kept = new KeptProcess<Answer>(entry, 'Answering');
  afterEach(() => {
    kept.close();
    kept = new KeptProcess<Answer>(entry, 'Answering');
  });

  it('answers one job after the other, and after one that failed', async () => {
    const [first, second] = await Promise.all([kept.ask({ kind: 'answer' }), kept.ask({ kind: 'answer' })]);
    expect(second.pid).toBe(first.pid);
    await expectError(() => kept.ask({ kind: 'fail' }), 'image.unreadable', 'No.');
    expect((await kept.ask({ kind: 'answer' })).pid).toBe(first.pid);
  });

  it('lets go at once of who no longer waits, and begins nothing that nobody wants', async () => {
    const file = path.join(folder, 'go');
    const [begun, waiting] = [new AbortController(), new AbortController()];
    const first = kept.ask({ kind: 'await', file }, begun.signal);
    const second = kept.ask({ kind: 'die' }, waiting.signal);
    const third = kept.ask({ kind: 'answer' });
    begun.abort(new Error('begun'));
    waiting.abort(new Error('waiting'));
    await expect(first).rejects.toThrow('begun');
    await expect(second).rejects.toThrow('waiting');
    writeFileSync(file, '');
    expect((await third).job).toEqual({ kind: 'answer' });
    await expect(kept.ask({ kind: 'answer' }, begun.signal)).rejects.toThrow('begun');
  });

  it('says how it ended, and is begun anew for the next', async () => {
    const { pid } = await kept.ask({ kind: 'answer' });
    const dying = kept.ask({ kind: 'die' });
    const next = kept.ask({ kind: 'answer' });
    await expectError(() => dying, 'training.process', 'Answering', 'exit code 7');
    expect((await next).pid).not.toBe(pid);
  });

  it('gives its memory back where it only waits, and ends what is at work when it is closed', async () => {
    const { pid } = await kept.ask({ kind: 'answer' });
    kept.retire();
    expect((await kept.ask({ kind: 'answer' })).pid).not.toBe(pid);
    const [working, waiting] = [
      kept.ask({ kind: 'await', file: path.join(folder, 'never') }),
      kept.ask({ kind: 'answer' }),
    ];
    kept.close();
    await expectError(() => waiting, 'training.process', 'its engine');
    await expectError(() => working, 'training.process', 'SIGKILL');
  });
});
