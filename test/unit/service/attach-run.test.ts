import { describe, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { MetricWriter } from '../../../src/engine/experiment/metric-writer.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import { writeLine } from '../../../src/engine/experiment/run-writer.ts';
import { attachRun } from '../../../src/engine/service/attach-run.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { EventHub } from '../../../src/engine/service/event-hub.ts';
import { runSnapshot } from '../../../src/shared/contract/run-snapshot.ts';
import type { RunEvent, RunEventBody } from '../../../src/shared/contract/event.ts';
import type { EpochMetrics } from '../../../src/shared/contract/run.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';
import { scriptedService } from '../../support/scripted-service.ts';

const home = temporaryFolder();

function metrics(epoch: number): EpochMetrics {
  return {
    epoch,
    loss: 1 / epoch,
    accuracy: 0.5,
    val_loss: 1,
    val_accuracy: epoch / 10,
    learningRate: 0.1,
    seconds: 1,
  };
}

const step = (number: number): RunEventBody => ({
  kind: 'step',
  epoch: 1,
  step: number,
  loss: 1,
  accuracy: 0.5,
  learningRate: 0.1,
  memoryBytes: 1000,
});

const progress = (done: number): RunEventBody => ({
  kind: 'progress',
  phase: 'train',
  done,
  total: 10,
  unit: 'step',
  ratePerSecond: 2,
  secondsLeft: 1,
  detail: '',
});

describe('attaching to a run', () => {
  it('of another process tells what the log knows, from sequence 0', async () => {
    const context = new ServiceContext({ home, cache: home });
    const other = openLog(home);
    const runId = createRun(other, samplePlan({ epochs: 7 }), null);
    setStatus(other, runId, 'running');
    writeLine(other, runId, 'warning', 'one image is small');
    const writer = new MetricWriter(other, runId, () => undefined);
    writer.pushEpoch(metrics(1), true);
    writer.pushEpoch(metrics(2), false);
    writer.close();
    const snapshot = runSnapshot.parse(attachRun(context, { runId }));
    expect(snapshot).toEqual({
      sequence: 0,
      status: 'running',
      epochs: 7,
      history: [metrics(1), metrics(2)],
      bestEpoch: 1,
      progress: null,
      step: null,
      warnings: ['one image is small'],
    });
    setStatus(other, runId, 'stopped');
    other.write('free the place', (database) => database.prepare('DELETE FROM trainer_lock').run());
    other.close();
    await context.close();
  });

  it('has what was told up to its sequence, though the log does not have it yet', async () => {
    const context = new ServiceContext({ home, cache: home });
    const runId = createRun(context.log, samplePlan(), null);
    const writer = new MetricWriter(context.log, runId, () => undefined);
    writer.pushEpoch(metrics(1), true);
    writer.close();
    const bodies: RunEventBody[] = [
      { kind: 'epoch', metrics: metrics(1), best: true },
      progress(3),
      step(3),
      progress(4),
      step(4),
      { kind: 'epoch', metrics: metrics(2), best: true },
      { kind: 'epoch', metrics: metrics(3), best: false },
    ];
    for (const body of bodies) context.events.tellRun(runId, body);
    expect(attachRun(context, { runId })).toMatchObject({
      sequence: 7,
      history: [metrics(1), metrics(2), metrics(3)],
      bestEpoch: 2,
      progress: progress(4),
      step: step(4),
    });
    // Taken up again, the run is back at its checkpoint; its sequence goes on.
    context.events.takeUp(runId);
    expect(attachRun(context, { runId })).toMatchObject({
      sequence: 7,
      history: [metrics(1)],
      bestEpoch: 1,
      progress: null,
      step: null,
    });
    setStatus(context.log, runId, 'stopped');
    context.log.write('free the place', (database) => database.prepare('DELETE FROM trainer_lock').run());
    await context.close();
  });

  it('at any moment leaves no gap and no double to the events that follow', async () => {
    const service = scriptedService(temporaryFolder(), 'finish');
    const { runId } = await service.transport.invoke('training.start', {});
    const attached: { sequence: number; told: number }[] = [];
    const end = service.transport.subscribe('run', () => {
      const told = service.events.length;
      void service.transport.invoke('runs.attach', { runId }).then(({ sequence }) => attached.push({ sequence, told }));
    });
    await service.transport.invoke('training.wait', { runId });
    end();
    expect(service.events.map(({ sequence }) => sequence)).toEqual(service.events.map((_, index) => index + 1));
    expect(attached.length).toBeGreaterThan(1);
    for (const { sequence, told } of attached) expect(sequence).toBeGreaterThanOrEqual(told);
    const snapshot = await service.transport.invoke('runs.attach', { runId });
    expect(snapshot).toMatchObject({ sequence: service.events.length, status: 'finished' });
  });

  it('is refused for a run that is not in the log', async () => {
    const context = new ServiceContext({ home, cache: home });
    await expectError(() => attachRun(context, { runId: 'nope' }), 'run.unknown', 'nope');
    await context.close();
  });
});

describe('events', () => {
  it('of each run are numbered by themselves, whoever listens', () => {
    const hub = new EventHub();
    hub.tellRun('a', step(1));
    const heard: RunEvent[] = [];
    const end = hub.subscribe('run', (event) => heard.push(event));
    for (const runId of ['a', 'b', 'a', 'b', 'b']) hub.tellRun(runId, step(1));
    end();
    hub.tellRun('a', step(1));
    expect(heard.map(({ runId, sequence }) => `${runId}${sequence}`)).toEqual(['a2', 'b1', 'a3', 'b2', 'b3']);
    expect(hub.lastTold('a').sequence).toBe(4);
    expect(hub.lastTold('c').sequence).toBe(0);
  });
});
