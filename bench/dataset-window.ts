import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { z } from 'zod';
import { createService } from '../src/engine/service/create-service.ts';
import { buildWindow } from '../test/support/window/build.ts';
import { findChromium, rootArguments } from '../test/support/window/programs.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { writePhotoFolder } from './photo-folder.ts';
import { serve } from './serve.ts';
import { compare } from './statistics.ts';

const IMAGES = 100_000;
const CLASSES = 10;
/** The dataset's folder. */
const NAME = 'many photographs';
const TARGET_MILLISECONDS = 500;
const TARGET_MEGABYTES = 500;

/**
 * Waits for the next click and tells how long it takes from there, in milliseconds, until the dataset is open and until every
 * picture in view is shown; then scrolls through all of it. It runs in the page, where this program's types do not reach.
 */
const WATCH = `void (window.watched = new Promise((resolve) => addEventListener('pointerup', () => {
  const since = performance.now();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const grid = () => document.querySelector('[role=listbox][aria-label=Images]');
  const isOpen = () => document.querySelector('h1')?.textContent?.trim() === ${JSON.stringify(NAME)} && grid() !== null;
  const inView = () => {
    const view = grid().getBoundingClientRect();
    return [...grid().querySelectorAll('[role=option]')].filter((cell) => {
      const place = cell.getBoundingClientRect();
      return place.bottom > view.top && place.top < view.bottom;
    });
  };
  const isShown = () => inView().length > 0 && inView().every((cell) => cell.querySelector('img.ready') !== null);
  (async () => {
    while (!isOpen()) await frame();
    const opened = performance.now() - since;
    while (!isOpen() || !isShown()) await frame();
    resolve({ opened, shown: performance.now() - since, pictures: inView().length });
  })();
}, { capture: true, once: true })));`;

/** Takes a grid from its first image to its last in two seconds, so that the window has seen all of it. */
const SCROLL = `(async () => {
  const grid = document.querySelector('[role=listbox][aria-label=Images]');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (let count = 0; count <= 120; count += 1) {
    grid.scrollTop = ((grid.scrollHeight - grid.clientHeight) * count) / 120;
    await frame();
  }
})()`;

const watched = z.object({ opened: z.number(), shown: z.number(), pictures: z.int().min(1) });

interface Opening extends z.infer<typeof watched> {
  /** Of the process that draws the page, resident, after all of the grid has passed; null where the system does not tell. */
  readonly megabytes: number | null;
}

/** The largest of the processes that draw pages: Chromium keeps an empty one ready. */
async function windowMegabytes(browser: Browser): Promise<number | null> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo.flatMap(({ type, id }) => {
    if (type !== 'renderer') return [];
    try {
      const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8')) ?? [];
      return kilobytes === undefined ? [] : [(Number(kilobytes) * 1024) / 1e6];
    } catch {
      return [];
    }
  });
  return sizes.length === 0 ? null : Math.max(...sizes);
}

async function openRecent(page: Page, address: string): Promise<z.infer<typeof watched>> {
  await page.goto(address);
  await page.getByRole('link', { name: 'Dataset', exact: true }).click();
  await page.locator('img.ready').first().waitFor();
  await page.getByRole('button', { name: 'Recent' }).click();
  const item = page.getByRole('menuitem', { name: NAME });
  await item.waitFor();
  await page.evaluate(WATCH);
  await item.click();
  return watched.parse(await page.evaluate('window.watched'));
}

/** What a large dataset asks of a window, and of the patience of who opens it again. */
export const datasetWindow: Bench = {
  name: 'dataset-window',
  description: `from a click on a known dataset of ${IMAGES.toLocaleString('en')} images, in a real Chromium over a Thaw that has just started, to its first screen of thumbnails; memory of the window`,
  async run({ runs, say, signal }) {
    const root = mkdtempSync(path.join(tmpdir(), 'thaw-dataset-window-'));
    const home = path.join(root, 'home');
    const photos = path.join(root, NAME);
    await buildWindow();
    const open = async (): Promise<Opening> => {
      const server = await serve(home, '--root', root);
      const browser = await chromium.launch({ executablePath: findChromium(), args: [...rootArguments] });
      try {
        const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
        const opening = await openRecent(page, server.address);
        await page.evaluate(SCROLL);
        return { ...opening, megabytes: await windowMegabytes(browser) };
      } finally {
        await browser.close();
        await server.end();
      }
    };
    try {
      await writePhotoFolder(photos, { images: IMAGES, classes: CLASSES });
      const service = createService({ home, cache: path.join(home, 'cache') });
      await service.transport.invoke('dataset.open', { dataset: { kind: 'folder', path: photos } });
      await service.close();
      // Its first screen has been seen before.
      await open();
      const [openings = []] = await interleave([open], runs, signal, (round) =>
        say(`dataset-window: round ${round} of ${runs}`),
      );
      const figure = { better: 'lower', peer: null, peerName: null } as const;
      const megabytes = openings.flatMap((opening) => opening.megabytes ?? []);
      return [
        compare({
          ...{ ...figure, name: 'dataset-window/click-to-open', unit: 'ms' },
          thaw: openings.map(({ opened }) => opened),
        }),
        compare({
          ...{ ...figure, name: 'dataset-window/open-to-first-screen', unit: 'ms' },
          thaw: openings.map(({ opened, shown }) => shown - opened),
          target: { of: 'thaw', value: TARGET_MILLISECONDS },
        }),
        compare({
          ...{ ...figure, name: 'dataset-window/click-to-first-screen', unit: 'ms' },
          thaw: openings.map(({ shown }) => shown),
        }),
        ...(megabytes.length > 0
          ? [
              compare({
                ...{ ...figure, name: 'dataset-window/memory', unit: 'MB' },
                thaw: megabytes,
                target: { of: 'thaw', value: TARGET_MEGABYTES },
              }),
            ]
          : []),
      ];
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
