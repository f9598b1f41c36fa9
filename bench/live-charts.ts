import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright';
import { createService } from '../src/engine/service/create-service.ts';
import { describeDefect } from '../src/engine/service/defect.ts';
import { startWebHost } from '../src/host/web-host.ts';
import { buildWindow } from '../test/support/window/build.ts';
import { findChromium, rootArguments } from '../test/support/window/programs.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { compare } from './statistics.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** The window may cost a twentieth of the training speed. */
const TARGET_RATIO = 0.95;
/** Long enough for about a hundred steps of the sample on two cores. */
const INTERVAL_MILLISECONDS = 8000;
/** Loading the page is no part of what its charts cost. */
const SETTLE_MILLISECONDS = 3000;
/** Steps of a few images: more than ten events a second. */
const BATCH_SIZE = 8;

interface Reading {
  readonly stepsPerSecond: number;
  readonly eventsPerSecond: number;
}

async function openWindow(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(address);
  await page
    .getByRole('region', { name: 'Run', exact: true })
    .getByText(/^Epoch/)
    .waitFor();
  return page;
}

/** What the open window costs the run that it shows, at that run's own pace. */
export const liveCharts: Bench = {
  name: 'live-charts',
  description: 'training speed with the window open on its live charts, and closed, in turns within one run',
  async run({ runs, say, signal }) {
    const installed = process.env['THAW_CACHE'];
    if (installed === undefined) throw new Error('THAW_CACHE must name the cache folder. Run: npm run -s bench');
    await buildWindow();
    const root = mkdtempSync(path.join(tmpdir(), 'thaw-live-charts-'));
    const cache = path.join(root, 'cache');
    mkdirSync(cache);
    symlinkSync(path.join(installed, 'toolchain'), path.join(cache, 'toolchain'));
    const service = createService({ home: path.join(root, 'home'), cache });
    const host = await startWebHost({
      transport: service.transport,
      folder: path.join(ROOT, 'out/renderer'),
      address: '127.0.0.1',
      port: 0,
      information: { kind: 'web', thaw: 'bench', electron: null, standIn: false, platform: process.platform },
      onDefect: describeDefect,
    });
    const browser = await chromium.launch({ executablePath: findChromium(), args: [...rootArguments] });
    try {
      const told: { readonly step: number; readonly time: number }[] = [];
      let events = 0;
      service.transport.subscribe('run', ({ body, time }) => {
        events += 1;
        if (body.kind === 'step') told.push({ step: body.step, time });
      });
      const measure = async (): Promise<Reading> => {
        await pause(SETTLE_MILLISECONDS, undefined, { signal });
        told.length = 0;
        events = 0;
        const started = performance.now();
        await pause(INTERVAL_MILLISECONDS, undefined, { signal });
        const eventsPerSecond = (events * 1000) / (performance.now() - started);
        const [first, last] = [told[0], told.at(-1)];
        if (!first || !last || first === last) throw new Error('The run told no two steps while it was measured.');
        return { stepsPerSecond: ((last.step - first.step) * 1000) / (last.time - first.time), eventsPerSecond };
      };
      const { runId } = await service.transport.invoke('training.start', {
        dataset: { kind: 'sample' },
        strategy: 'finetune',
        batchSize: BATCH_SIZE,
        epochs: 100_000,
        seed: 1,
      });
      const open = async (): Promise<Reading> => {
        const page = await openWindow(browser, host.address);
        try {
          return await measure();
        } finally {
          await page.close();
        }
      };
      const [opened = [], closed = []] = await interleave([open, measure], runs, signal, (round) =>
        say(`live-charts: round ${round} of ${runs}`),
      );
      await service.transport.invoke('training.stop', { runId });
      await service.transport.invoke('training.wait', { runId });
      return [
        compare({
          name: 'live-charts/steps-per-second/window-closed',
          unit: 'steps/s',
          better: 'higher',
          thaw: opened.map(({ stepsPerSecond }) => stepsPerSecond),
          peer: closed.map(({ stepsPerSecond }) => stepsPerSecond),
          peerName: 'the same run with the window closed',
          target: { of: 'ratio', value: TARGET_RATIO },
        }),
        compare({
          name: 'live-charts/events-per-second',
          unit: 'events/s',
          better: 'higher',
          thaw: opened.map(({ eventsPerSecond }) => eventsPerSecond),
          peer: null,
          peerName: null,
        }),
      ];
    } finally {
      await browser.close();
      await host.close();
      await service.close();
      rmSync(root, { recursive: true, force: true });
    }
  },
};
