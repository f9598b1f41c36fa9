import { statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { openLog } from '../src/engine/experiment/log.ts';
import { MetricWriter } from '../src/engine/experiment/metric-writer.ts';
import { createRun, withdrawRun } from '../src/engine/experiment/new-run.ts';
import { createService } from '../src/engine/service/create-service.ts';
import { completePlan } from '../src/engine/service/default-plan.ts';
import type { Transport } from '../src/shared/contract/endpoint.ts';
import type { Bench, BenchResult } from './bench.ts';
import { interleave } from './interleave.ts';
import { generatedLog, LONG_RUNS, LONG_RUN_POINTS, longRunId, POINTS, RUNS } from './log-folder.ts';
import { compare } from './statistics.ts';

const FIRST_PAGE_MILLISECONDS = 100;
const QUERY_MILLISECONDS = 300;
const OPEN_MILLISECONDS = 300;
const COMPARE_MILLISECONDS = 500;
const APPENDED_PER_SECOND = 50_000;
const BYTES_PER_POINT = 100;

/** As the window's table and charts ask. */
const PAGE = { limit: 100, sparkline: true, columns: ['learningRate', 'batchSize', 'last(loss)', 'tag'] };
const CHART_POINTS = 4000;
const COMPARED_POINTS = 600;

const QUERIES: Readonly<Record<string, string>> = {
  'of-the-readme': 'val_accuracy > 0.9 and network = resnet50 and frozen("/^conv4_/") and tag = "baseline"',
  frozen: 'frozen("/^conv4_/")',
  'frozen-everything': 'frozen("/./")',
  'trainable-many': 'trainable("/conv|bn/")',
  metric: 'val_accuracy > 0.9',
  'six-metrics':
    'loss < 2 and accuracy > 0.1 and val_loss < 2 and learning_rate > 0 and min(val_accuracy) > 0 and last(loss) < 1',
  parameters: 'learningRate >= 0.003 and batchSize in (16, 32)',
  'no-tag': 'tag != baseline or missing(note)',
  regex: 'name ~ "/vgg.*7$/" or note ~ seeds',
  time: 'created > 2026-06-01 and duration > 1h',
};
const SORTS = ['val_accuracy', 'learningRate', 'name', 'duration'];
const GROUPS = ['network', 'tag', 'created'];

interface Question {
  readonly name: string;
  readonly target: number;
  readonly ask: (transport: Transport) => Promise<unknown>;
}

async function compareLongRuns(transport: Transport, by: 'step' | 'epoch'): Promise<void> {
  const runIds = Array.from({ length: LONG_RUNS }, (_, place) => longRunId(place));
  await transport.invoke('runs.compare', { runIds });
  const keys = ['val_accuracy', 'val_loss', 'accuracy', 'loss', 'learning_rate'] as const;
  for (const runId of runIds) {
    await transport.invoke('runs.series', { runId, by, keys: [...keys], maxPoints: COMPARED_POINTS });
  }
}

async function openLongRun(transport: Transport): Promise<void> {
  const runId = longRunId(0);
  await transport.invoke('runs.show', { runId });
  const [loss] = await transport.invoke('runs.series', {
    runId,
    by: 'step',
    keys: ['loss', 'accuracy', 'learning_rate'],
    maxPoints: CHART_POINTS,
  });
  if (!loss || loss.points === 0 || loss.x.length > CHART_POINTS) throw new Error('The curve is not the one written.');
}

const QUESTIONS: readonly Question[] = [
  {
    name: 'first-page',
    target: FIRST_PAGE_MILLISECONDS,
    ask: (transport) => transport.invoke('runs.list', PAGE),
  },
  ...Object.entries(QUERIES).map(([name, query]) => ({
    name: `query/${name}`,
    target: QUERY_MILLISECONDS,
    ask: (transport: Transport) => transport.invoke('runs.list', { ...PAGE, query }),
  })),
  ...SORTS.map((key) => ({
    name: `sort/${key}`,
    target: QUERY_MILLISECONDS,
    ask: (transport: Transport) => transport.invoke('runs.list', { ...PAGE, sort: [{ key, descending: true }] }),
  })),
  ...GROUPS.map((by) => ({
    name: `group/${by}`,
    target: QUERY_MILLISECONDS,
    ask: (transport: Transport) => transport.invoke('runs.groups', { by }),
  })),
  {
    name: `open-run-of-${LONG_RUN_POINTS}-points`,
    target: OPEN_MILLISECONDS,
    ask: openLongRun,
  },
  {
    name: `compare-${LONG_RUNS}-such-runs`,
    target: COMPARE_MILLISECONDS,
    ask: (transport) => compareLongRuns(transport, 'epoch'),
  },
  {
    name: `compare-${LONG_RUNS}-such-runs/by-step`,
    target: COMPARE_MILLISECONDS,
    ask: (transport) => compareLongRuns(transport, 'step'),
  },
];

interface Asked {
  readonly milliseconds: number;
  /** Of this process: what the machine does beside it counts less. */
  readonly processorMilliseconds: number;
}

async function timed(ask: () => Promise<unknown>): Promise<Asked> {
  const before = process.cpuUsage();
  const started = performance.now();
  await ask();
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  return { milliseconds, processorMilliseconds: (user + system) / 1000 };
}

const APPENDED_STEPS = 40_000;
/** A trainer that is this fast lets the engine have its turn as often. */
const STEPS_BETWEEN_TURNS = 1000;
const STEPS_PER_EPOCH = 100;

/** Appends to the log as a training does, the metrics of epochs and what is kept of them included. @returns points a second */
async function append(home: string): Promise<number> {
  const log = openLog(home);
  const runId = createRun(log, completePlan({}), null);
  try {
    const writer = new MetricWriter(log, runId, (error) => {
      throw error;
    });
    const started = performance.now();
    let points = 0;
    for (let step = 1; step <= APPENDED_STEPS; step += 1) {
      const epoch = Math.ceil(step / STEPS_PER_EPOCH);
      writer.pushStep({ epoch, step, values: { loss: 1 / step, accuracy: 0.5, learning_rate: 0.01 } });
      points += 3;
      if (step % STEPS_PER_EPOCH === 0) {
        const metrics = {
          loss: 1,
          accuracy: 0.5,
          val_loss: 1,
          val_accuracy: 1 - 1 / epoch,
          learningRate: 0.01,
          seconds: 1,
        };
        writer.pushEpoch({ epoch, ...metrics }, true);
        points += 6;
      }
      if (step % STEPS_BETWEEN_TURNS === 0) await setImmediate();
    }
    writer.close();
    return points / ((performance.now() - started) / 1000);
  } finally {
    withdrawRun(log, runId);
    log.close();
  }
}

/** The experiment log after years: what a person waits for in a list of many runs, and what a training waits for. */
export const log: Bench = {
  name: 'log',
  description: `a log of ${RUNS.toLocaleString('en')} runs and ${POINTS.toLocaleString('en')} points: the first page, queries, sorts, long runs, appending`,
  async run({ runs, say, signal }) {
    const home = generatedLog(say);
    const bytes = statSync(path.join(home, 'log', 'thaw.db')).size;
    const appended: number[] = [];
    for (let round = 0; round < runs; round += 1) appended.push(await append(home));
    const service = createService({ home, cache: path.join(home, 'cache') });
    try {
      for (const { ask } of QUESTIONS) await ask(service.transport);
      const asked = await interleave(
        QUESTIONS.map(
          ({ ask }) =>
            () =>
              timed(() => ask(service.transport)),
        ),
        runs,
        signal,
        (round) => say(`log: round ${round} of ${runs}`),
      );
      const figure = { unit: 'ms', better: 'lower', peer: null, peerName: null } as const;
      const answers = QUESTIONS.flatMap(({ name, target }, place): BenchResult[] => {
        const values = asked[place] ?? [];
        const thaw = values.map(({ milliseconds }) => milliseconds);
        const processor = values.map(({ processorMilliseconds }) => processorMilliseconds);
        return [
          compare({ ...figure, name: `log/${name}`, thaw, target: { of: 'thaw', value: target } }),
          compare({ ...figure, name: `log/${name}/processor`, thaw: processor }),
        ];
      });
      return [
        ...answers,
        compare({
          ...figure,
          name: 'log/append',
          unit: 'points/s',
          better: 'higher',
          thaw: appended,
          target: { of: 'thaw', value: APPENDED_PER_SECOND },
        }),
        compare({
          ...figure,
          name: 'log/file',
          unit: 'B/point',
          thaw: [bytes / POINTS],
          target: { of: 'thaw', value: BYTES_PER_POINT },
        }),
      ];
    } finally {
      await service.close();
    }
  },
};
