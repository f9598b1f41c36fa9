import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright';
import { findChromium, rootArguments } from '../test/support/window/programs.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { writePhotoFolder } from './photo-folder.ts';
import { serve } from './serve.ts';
import { compare } from './statistics.ts';

const IMAGES = 10_000;
const CLASSES = 10;
const FRAMES = 120;
const TARGET_MILLISECONDS = 50;
/** Of the grid, in two seconds: about as fast as it goes with every thumbnail still drawn. */
const LEISURELY_SHARE = 0.03;
/** The dataset's folder. */
const NAME = 'ten thousand';

async function openDataset(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('link', { name: 'Dataset', exact: true }).click();
  await page.getByRole('button', { name: 'Open folder…' }).last().click();
  // The list of roots has one entry, and the root has one.
  for (const name of ['files', NAME]) {
    await page.getByRole('option', { name: `${name}, Folder` }).waitFor();
    await page.keyboard.press('Enter');
  }
  await page.getByRole('option', { name: 'class 0, Folder' }).waitFor();
  await page.getByRole('button', { name: 'Open this folder' }).click();
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor({ timeout: 300_000 });
  await page.locator('img.ready').first().waitFor();
}

/** What one way through the grid took, in milliseconds. */
interface Scroll {
  readonly worst: number;
  readonly late: number;
  /** The longest task of the page's main thread, in its processor time: what stays when other programs wait too. */
  readonly longestTask: number;
  /** From the last movement until every picture in view is shown. */
  readonly settled: number;
}

/**
 * Scrolls an element a little in every frame and tells how long the frames took. It runs in the page, where this program's
 * types do not reach.
 *
 * @param selector of the element that scrolls
 * @param share of its height that is passed
 */
const scrollScript = (selector: string, share: number): string => `(async () => {
  const element = document.querySelector(${JSON.stringify(selector)});
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  element.scrollTop = 0;
  for (let wait = 0; wait < 30; wait += 1) await frame();
  const step = ((element.scrollHeight - element.clientHeight) * ${share}) / ${FRAMES};
  const took = [];
  let before = await frame();
  for (let count = 1; count <= ${FRAMES}; count += 1) {
    element.scrollTop = count * step;
    const now = await frame();
    took.push(now - before);
    before = now;
  }
  const stopped = performance.now();
  const view = element.getBoundingClientRect();
  const seen = (image) => {
    const place = image.getBoundingClientRect();
    return place.bottom > view.top && place.top < view.bottom;
  };
  const loaded = () =>
    element.querySelector('.passing') === null &&
    [...element.querySelectorAll('img')].filter(seen).every((image) => image.classList.contains('ready'));
  while (!loaded() && performance.now() - stopped < 20000) await frame();
  return {
    worst: Math.max(...took),
    late: took.filter((time) => time > ${TARGET_MILLISECONDS}).length,
    settled: performance.now() - stopped,
  };
})()`;

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's processor time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** The longest task of any page's main thread. */
function longestTask(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as { readonly traceEvents: readonly TraceEvent[] };
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(({ name, pid, tid }) => name.endsWith('RunTask') && threads.has(`${pid} ${tid}`));
  if (!tasks.some(({ tdur }) => tdur !== undefined))
    throw new Error('Chromium traced no task with its processor time.');
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur), 0) / 1000;
}

/** A page of as many plain boxes, scrolled in the same way: what the browser and the machine take by themselves. */
const PLAIN = `<!doctype html><style>body{margin:0}#plain{height:100vh;overflow-y:scroll}i{display:inline-block;width:132px;height:166px;margin:6px;background:#678}</style><div id="plain">${'<i></i>'.repeat(IMAGES)}</div>`;

/** How smoothly the window scrolls through many thumbnails. */
export const thumbnailScrolling: Bench = {
  name: 'thumbnail-scrolling',
  description: `the longest frame while ${IMAGES.toLocaleString('en')} thumbnails scroll past in a real Chromium, over thaw serve`,
  async run({ runs, say, signal }) {
    const root = mkdtempSync(path.join(tmpdir(), 'thaw-scrolling-'));
    const browser = await chromium.launch({ executablePath: findChromium(), args: [...rootArguments] });
    try {
      await writePhotoFolder(path.join(root, 'files', NAME), { images: IMAGES, classes: CLASSES });
      const server = await serve(path.join(root, 'home'), '--root', path.join(root, 'files'));
      try {
        const viewport = { width: 1440, height: 900 };
        const page = await browser.newPage({ viewport });
        await openDataset(page, server.address);
        const plainPage = await browser.newPage({ viewport });
        await plainPage.setContent(PLAIN);
        const grid = '[role=listbox][aria-label=Images]';
        const scroll = (on: Page, script: string) => async (): Promise<Scroll> => {
          await on.bringToFront();
          await browser.startTracing(on, { categories: ['toplevel'] });
          const passed = await on.evaluate<Omit<Scroll, 'longestTask'>>(script);
          return { ...passed, longestTask: longestTask(await browser.stopTracing()) };
        };
        const sides = [
          scroll(page, scrollScript(grid, 1)),
          scroll(page, scrollScript(grid, 0.1)),
          scroll(page, scrollScript(grid, LEISURELY_SHARE)),
          scroll(plainPage, scrollScript('#plain', 1)),
        ];
        const [whole = [], tenth = [], leisurely = [], plain = []] = await interleave(sides, runs, signal, (round) =>
          say(`thumbnail-scrolling: round ${round} of ${runs}`),
        );
        const figure = { better: 'lower', peerName: `${IMAGES} plain boxes in the same Chromium` } as const;
        const frames = (name: string, scrolls: readonly Scroll[]) => [
          compare({
            ...figure,
            name: `thumbnail-scrolling/${name}/longest-frame`,
            unit: 'ms',
            thaw: scrolls.map(({ worst }) => worst),
            peer: plain.map(({ worst }) => worst),
            target: { of: 'thaw', value: TARGET_MILLISECONDS },
          }),
          compare({
            ...figure,
            name: `thumbnail-scrolling/${name}/longest-task-of-the-main-thread`,
            unit: 'ms of processor time',
            thaw: scrolls.map((scrolled) => scrolled.longestTask),
            peer: plain.map((scrolled) => scrolled.longestTask),
            target: { of: 'thaw', value: TARGET_MILLISECONDS },
          }),
          compare({
            ...figure,
            name: `thumbnail-scrolling/${name}/frames-over-${TARGET_MILLISECONDS}-ms`,
            unit: 'frames',
            thaw: scrolls.map(({ late }) => late),
            peer: null,
            peerName: null,
          }),
          compare({
            ...figure,
            name: `thumbnail-scrolling/${name}/until-all-in-view-are-shown`,
            unit: 'ms',
            thaw: scrolls.map(({ settled }) => settled),
            peer: null,
            peerName: null,
          }),
        ];
        return [...frames('all', whole), ...frames('a-tenth', tenth), ...frames('leisurely', leisurely)];
      } finally {
        await server.end();
      }
    } finally {
      await browser.close();
      rmSync(root, { recursive: true, force: true });
    }
  },
};
