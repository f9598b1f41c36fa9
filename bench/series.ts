import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright';
import { openLog, type Log } from '../src/engine/experiment/log.ts';
import { createRun } from '../src/engine/experiment/new-run.ts';
import { createService } from '../src/engine/service/create-service.ts';
import { completePlan } from '../src/engine/service/default-plan.ts';
import { buildWindow } from '../test/support/window/build.ts';
import { findChromium, rootArguments } from '../test/support/window/programs.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { serve } from './serve.ts';
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

/**
 * Clicks the first run of the list and tells, in milliseconds, when its loss was drawn: nothing says any more that there
 * are no values, and the frame after that is done. It runs in the page, where this program's types do not reach.
 */
const OPEN_RUN = `(async () => {
  const since = performance.now();
  document.querySelector('[role=rowgroup] [role=row]').click();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const loss = () => [...document.querySelectorAll('section.card')].find((card) => card.querySelector('h2')?.textContent === 'Loss');
  while (!loss()?.querySelector('canvas') || loss().querySelector('.empty')) await frame();
  await frame();
  await new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  return performance.now() - since;
})()`;

/** Opens the run in the window, over and over. @returns the seconds until its curves are drawn */
async function openInWindow(home: string, runs: number, signal: AbortSignal): Promise<readonly number[]> {
  await buildWindow();
  const browser = await chromium.launch({ executablePath: findChromium(), args: [...rootArguments] });
  try {
    const server = await serve(home);
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(server.address);
      const list = page.getByRole('link', { name: 'Runs', exact: true });
      const [seconds = []] = await interleave(
        [
          async () => {
            await list.click();
            await page.locator('[role=rowgroup] [role=row]').first().waitFor();
            return (await page.evaluate<number>(OPEN_RUN)) / 1000;
          },
        ],
        runs,
        signal,
        () => undefined,
      );
      return seconds;
    } finally {
      await server.end();
    }
  } finally {
    await browser.close();
  }
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
      const inWindow = await openInWindow(home, runs, signal);
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
          name: `${name}/in-the-window`,
          thaw: inWindow,
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
