import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright';
import { scriptContext } from '../scripts/setup/electron/context.ts';
import { provideElectron } from '../scripts/setup/electron/provide.ts';
import { buildWindow, projectRoot } from '../test/support/window/build.ts';
import { rootArguments } from '../test/support/window/programs.ts';
import { openDisplay } from '../test/support/window/xvfb.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { compare } from './statistics.ts';

/** From the command to a window that answers, on two cores. */
const TARGET_SECONDS = 2.5;
const CALIBRATION_STEPS = 100_000_000;

/** Seconds of a loop that is the same everywhere: what a start is held against when machines differ or are busy. */
function calibrate(): number {
  const began = performance.now();
  let state = 1;
  for (let step = 0; step < CALIBRATION_STEPS; step += 1) state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  // The result is used, so that the loop is not left out.
  if (state === 0) throw new TypeError('The generator has no such state.');
  return (performance.now() - began) / 1000;
}

/** How long a person waits for the built desktop with an empty workspace. */
export const windowStart: Bench = {
  name: 'window-start',
  description: 'from the start of the desktop program, built, to its window with the sample’s plan on it',
  async run({ runs, say, signal }) {
    const { executable, version } = await provideElectron(scriptContext());
    await buildWindow();
    const display = await openDisplay();
    const root = mkdtempSync(path.join(tmpdir(), 'thaw-window-start-'));
    let round = 0;
    const start = async (): Promise<number> => {
      round += 1;
      const home = path.join(root, `${round}`, 'home');
      const cache = path.join(root, `${round}`, 'cache');
      for (const folder of [home, cache]) mkdirSync(folder, { recursive: true });
      const env = { ...process.env, DISPLAY: display.name, THAW_HOME: home, THAW_CACHE: cache } as Record<
        string,
        string
      >;
      const began = performance.now();
      const app = await _electron.launch({ executablePath: executable, args: [...rootArguments, projectRoot], env });
      try {
        const page = await app.firstWindow();
        await page.getByRole('treeitem').first().waitFor();
        return (performance.now() - began) / 1000;
      } finally {
        await app.close();
      }
    };
    try {
      // Once before, so that the program's files are in the system's cache as they are for a person's second start.
      await start();
      const [starts = [], loops = []] = await interleave(
        [start, () => Promise.resolve(calibrate())],
        runs,
        signal,
        (done) => say(`window-start: round ${done} of ${runs}`),
      );
      const figure = { unit: 's', better: 'lower', peer: null, peerName: null } as const;
      return [
        compare({
          ...figure,
          name: `window-start/electron-${version}`,
          thaw: starts,
          target: { of: 'thaw', value: TARGET_SECONDS },
        }),
        compare({ ...figure, name: 'window-start/calibration-loop', thaw: loops }),
      ];
    } finally {
      display.end();
      rmSync(root, { recursive: true, force: true });
    }
  },
};
