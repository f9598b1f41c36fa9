import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLog, type Log } from '../src/engine/experiment/log.ts';
import { createRun } from '../src/engine/experiment/new-run.ts';
import { createService } from '../src/engine/service/create-service.ts';
import { completePlan } from '../src/engine/service/default-plan.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { compare } from './statistics.ts';

const STEPS = 1_000_000;
const STEPS_PER_EPOCH = 1000;
const KEYS = ['loss', 'accuracy'] as const;
/** A wide screen has fewer pixels. */
const POINTS = 4000;
const TARGET_SECONDS = 1;

interface Opened {
  readonly seconds: number;
  /** Of this process: what the machine does beside it counts less. */
  readonly processorSeconds: number;
}

/** A run with a falling, noisy curve of a million steps for each key. @returns its id */
function generate(log: Log): string {
  const runId = createRun(log, completePlan({}), null);
  log.write('write the curves', (database) => {
    for (const [number, key] of KEYS.entries()) {
      database.prepare('INSERT INTO metric_key (number, name) VALUES (?, ?)').run(number + 1, key);
      database
        .prepare(
          `INSERT INTO step_metric (run, key, step, epoch, value, time)
           WITH RECURSIVE step (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM step WHERE number < :steps)
           SELECT run.number, :key, step.number, (step.number - 1) / :perEpoch + 1,
                  exp(-step.number / 3e5) + (step.number * 2654435761 % 1000) / 5e3, 1790000000000 + step.number
           FROM step, run`,
        )
        .run({ key: number + 1, steps: BigInt(STEPS), perEpoch: BigInt(STEPS_PER_EPOCH) });
    }
  });
  return runId;
}

/** What a person waits for who opens the curves of a long run: the engine opens its log and thins them. */
export const series: Bench = {
  name: 'series',
  description: `seconds until loss and accuracy of a run of ${STEPS.toLocaleString('en')} steps are read and thinned`,
  async run({ runs, say, signal }) {
    const home = mkdtempSync(path.join(tmpdir(), 'thaw-series-'));
    try {
      const log = openLog(home);
      const runId = generate(log);
      log.close();
      const open = async (): Promise<Opened> => {
        const started = performance.now();
        const before = process.cpuUsage();
        const service = createService({ home, cache: path.join(home, 'cache') });
        const found = await service.transport.invoke('runs.series', {
          runId,
          by: 'step',
          keys: [...KEYS],
          maxPoints: POINTS,
        });
        const seconds = (performance.now() - started) / 1000;
        const { user, system } = process.cpuUsage(before);
        await service.close();
        const whole = found.every(({ points, x }) => points === STEPS && x.length <= POINTS && x.at(-1) === STEPS);
        if (!whole || found.length !== KEYS.length) throw new Error('The curves that came back are not those written.');
        return { seconds, processorSeconds: (user + system) / 1e6 };
      };
      await open();
      const [thaw = []] = await interleave([open], runs, signal, (round) => say(`series: round ${round} of ${runs}`));
      const figure = { unit: 's', better: 'lower', peer: null, peerName: null } as const;
      const name = `series/${STEPS}-steps-of-${KEYS.length}-metrics`;
      return [
        compare({
          ...figure,
          name,
          thaw: thaw.map(({ seconds }) => seconds),
          target: { of: 'thaw', value: TARGET_SECONDS },
        }),
        compare({
          ...figure,
          name: `${name}/processor`,
          thaw: thaw.map(({ processorSeconds }) => processorSeconds),
        }),
      ];
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};
