import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../../src/shared/contract/run.ts';
import { endLine, RunJournal } from '../../../src/engine/service/run-journal.ts';
import { scriptedService, type TrainerEnding } from '../../support/scripted-service.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const root = temporaryFolder();
let home = '';
let homes = 0;
beforeEach(() => {
  home = path.join(root, `home-${++homes}`);
});

function metricsOf(epoch: number): EpochMetrics {
  return { epoch, loss: 0.5, accuracy: 0.5, val_loss: 0.5, val_accuracy: 0.75, learningRate: 0.01, seconds: 0.125 };
}

function linesOf(plan: ReturnType<typeof samplePlan>, tell: (journal: RunJournal) => void): string[] {
  const lines: string[] = [];
  tell(new RunJournal(plan, (text) => lines.push(text)));
  return lines;
}

describe("a run's own log", () => {
  /** Levels and texts of a run that ended so, the first words of each line alone. */
  async function logged(ending: TrainerEnding, resume: string | null = null): Promise<string[]> {
    const { transport, close } = scriptedService(home, ending);
    if (resume !== null) await transport.invoke('runs.resume', { runId: resume });
    const runId = resume ?? (await transport.invoke('training.start', {})).runId;
    await transport.invoke('training.wait', { runId });
    const { lines, counts } = await transport.invoke('runs.lines', { runId, limit: 100 });
    expect(lines.map(({ position }) => position)).toEqual(lines.map((_, place) => place + 1));
    expect(counts.information).toBeGreaterThan(0);
    await close();
    return lines.map(({ level, text }) => `${level}: ${text}`);
  }

  it('tells what it ran on, what it read, each epoch, the proof and its end, in their order', async () => {
    expect(await logged('finish')).toEqual([
      expect.stringMatching(/^information: Thaw \S+ begins: mobilenet\S*, \w+, \d+ epochs, batch \d+, seed \d+\.$/),
      expect.stringMatching(/^information: TensorFlow 2 \(.+\) on CPU; .+\.$/),
      'information: Dataset: 2 images to train on, 2 to validate, 0 to test; 2 classes: a, b.',
      'information: Weights: none were given.',
      'information: Parameters: 2 train, 1 are frozen.',
      'warning: one image is small',
      expect.stringMatching(
        /^information: Epoch 1 of \d+, 0\.1 s: loss 0\.5, accuracy 0\.5, val_loss 0\.5, val_accuracy 0\.75, the best so far\.$/,
      ),
      'information: Proof: all 1 frozen tensors are as they were, bit for bit.',
      expect.stringMatching(/^information: Ended after [\d.]+ s: finished; best epoch 1 with val_accuracy 0\.75\.$/),
    ]);
  });

  it('tells of a pause, and that it went on', async () => {
    const { transport } = scriptedService(home, 'until-stopped');
    const { runId } = await transport.invoke('training.start', {});
    const texts = async (): Promise<string[]> =>
      (await transport.invoke('runs.lines', { runId, limit: 100 })).lines.map(({ text }) => text);
    await transport.invoke('training.pause', { runId });
    await expect.poll(texts, { timeout: 20_000 }).toContain('Paused.');
    await transport.invoke('training.continue', { runId });
    await expect.poll(texts, { timeout: 20_000 }).toContain('Goes on after the pause.');
    await transport.invoke('training.stop', { runId });
    await transport.invoke('training.wait', { runId });
    expect((await texts()).at(-1)).toMatch(/^Ended after [\d.]+ s: stopped; best epoch 1/);
  });

  it('tells what went wrong as an error, and goes on where the run does', async () => {
    const failed = await logged('fail');
    expect(failed.at(-1)).toMatch(/^error: Ended after [\d.]+ s: failed; The loss is NaN\.$/);
    homes += 1;
    home = path.join(root, `home-${homes}`);
    const { transport, close } = scriptedService(home, 'killed');
    const { runId } = await transport.invoke('training.start', {});
    await transport.invoke('training.wait', { runId });
    await close();
    const lines = await logged('finish', runId);
    expect(lines.filter((line) => /: Thaw \S+ (?:begins|goes on): /.test(line))).toHaveLength(2);
    expect(lines.filter((line) => line.includes(': Ended after'))).toEqual([
      expect.stringContaining('error: '),
      expect.stringContaining('s: finished'),
    ]);
  });
});

describe('the journal of a run', () => {
  it.each([
    { epochs: 3, lines: 3 },
    { epochs: 200, lines: 200 },
    { epochs: 201, lines: 100 },
    { epochs: 100_000, lines: 200 },
  ])('of $epochs epochs has $lines lines of them', ({ epochs, lines }) => {
    const written = linesOf(samplePlan({ epochs }), (journal) => {
      for (let epoch = 1; epoch <= epochs; epoch++) {
        journal.event({ kind: 'epoch', metrics: metricsOf(epoch), best: true });
      }
    });
    expect(written).toHaveLength(lines);
  });

  it('names each phase once, with its size, and the best epoch beside a worse one', () => {
    const progress = { kind: 'progress', unit: 'image', ratePerSecond: 1, secondsLeft: 1, detail: '' } as const;
    const written = linesOf(samplePlan({ epochs: 9 }), (journal) => {
      journal.event({ ...progress, phase: 'prepare', done: 0, total: 9 });
      journal.event({ ...progress, phase: 'features', done: 0, total: 1200 });
      journal.event({ ...progress, phase: 'features', done: 1200, total: 1200 });
      journal.event({ kind: 'epoch', metrics: metricsOf(1), best: true });
      journal.event({ kind: 'epoch', metrics: { ...metricsOf(2), val_accuracy: 0.5 }, best: false });
    });
    expect(written[0]).toBe('Computes features: 1,200 images.');
    expect(written.slice(1)).toEqual([
      expect.stringMatching(/^Epoch 1 of 9, 0\.125 s: .*, the best so far\.$/),
      expect.stringMatching(/^Epoch 2 of 9, .*val_accuracy 0\.5; the best so far is epoch 1, val_accuracy 0\.75\.$/),
    ]);
  });

  it('says where a run goes on from, and names what changed though it was frozen', () => {
    const written = linesOf(samplePlan(), (journal) => {
      journal.resumed({ history: [metricsOf(1), metricsOf(2)], bestEpoch: 1, baseline: null });
      journal.proof([
        { tensor: 'a/kernel', before: '0', after: '0' },
        { tensor: 'b/kernel', before: '0', after: '1' },
      ]);
    });
    expect(written).toEqual([
      'Goes on from the checkpoint after epoch 2; the best so far is epoch 1.',
      'Proof: 1 of 2 frozen tensors have changed: b/kernel.',
    ]);
  });

  it('ends with the reason, where there is one', () => {
    const error = { code: 'memory.full', message: 'It did not fit.', hint: '' } as const;
    expect(endLine('interrupted', { error, result: null, seconds: 1.25 })).toBe(
      'Ended after 1.25 s: interrupted; It did not fit.',
    );
  });
});
