import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright';
import { buildWindow } from '../test/support/window/build.ts';
import { findChromium, rootArguments } from '../test/support/window/programs.ts';
import type { Bench } from './bench.ts';
import { interleave } from './interleave.ts';
import { serve } from './serve.ts';
import { compare } from './statistics.ts';

const NETWORK = 'inception_v3';
/** How the window's list calls it. */
const FAMILY = /^Inception v3, Keras/;
/** Scattered over the network, so that what lies above and below differs. */
const LAYERS = ['conv2d_10', 'conv2d_50', 'conv2d_90', 'conv2d_20', 'conv2d_70'];
const LEAST_ROWS = 300;
const TARGET_MILLISECONDS = 50;
/** Where the trainer has the processor too. */
const TRAINING_TARGET_MILLISECONDS = 100;

/** From a click to the frame that shows it, in milliseconds. */
interface Toggled {
  /** The layer's own row. */
  readonly row: number;
  /** The counts of parameters, which the engine answers. */
  readonly counts: number;
}

/**
 * Waits for one click and tells when it was painted. It runs in the page, where this program's types do not reach. A
 * message that is posted in a frame is delivered once that frame is done.
 */
const FOLLOW_CLICK = `(() => {
  const painted = (node, options, since) =>
    new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now() - since);
          port2.postMessage(null);
        });
      });
      observer.observe(node, options);
    });
  const text = { childList: true, characterData: true, subtree: true };
  globalThis.toggled = new Promise((resolve) => {
    const follow = async ({ target, timeStamp }) => {
      const row = target.closest('[role=treeitem]');
      const counts = document.querySelector('[data-figure=trainable]');
      const [rowTook, countsTook] = await Promise.all([
        painted(row, { attributeFilter: ['aria-checked'] }, timeStamp),
        painted(counts, text, timeStamp),
      ]);
      resolve({ row: rowTook, counts: countsTook });
    };
    addEventListener('click', (event) => void follow(event), { capture: true, once: true });
  });
})()`;

/** Trains every layer of the sample's network until the workspace is closed. */
async function train(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'Fine-tune' }).check({ force: true });
  await page.getByLabel('Epochs', { exact: true }).fill('100000');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page
    .getByRole('region', { name: 'Run', exact: true })
    .getByText(/^Epoch/)
    .waitFor({ timeout: 120_000 });
}

async function openTree(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Network', exact: true }).click();
  await page.getByRole('option', { name: FAMILY }).click();
  await page.getByRole('link', { name: /^Train/ }).click();
  await page.getByRole('button', { name: 'Unfold all blocks' }).click({ timeout: 60_000 });
  await page.locator(`[role=treeitem][id$=":${LAYERS[2] ?? ''}"]`).waitFor();
  const rows = await page.getByRole('treeitem').count();
  if (rows < LEAST_ROWS) throw new Error(`The tree of ${NETWORK} has ${rows} rows, not ${LEAST_ROWS}.`);
}

/** Clicks one layer after the other. @returns the slowest of them */
async function toggleAll(page: Page): Promise<Toggled> {
  const took: Toggled[] = [];
  for (const layer of LAYERS) {
    const row = page.locator(`[role=treeitem][id$=":${layer}"]`);
    await row.scrollIntoViewIfNeeded();
    await page.evaluate(FOLLOW_CLICK);
    await row.click();
    took.push(await page.evaluate<Toggled>('globalThis.toggled'));
  }
  return {
    row: Math.max(...took.map(({ row }) => row)),
    counts: Math.max(...took.map(({ counts }) => counts)),
  };
}

/** How soon the tree and the counts of a large network show that a layer was thawed or frozen. */
export const toggle: Bench = {
  name: 'toggle',
  description: `from a click on one of the layers of ${NETWORK} to the frame that shows it, the slowest of ${LAYERS.length}`,
  async run({ runs, say, signal }) {
    await buildWindow();
    const root = mkdtempSync(path.join(tmpdir(), 'thaw-toggle-'));
    const browser = await chromium.launch({ executablePath: findChromium(), args: [...rootArguments] });
    try {
      const server = await serve(path.join(root, 'home'));
      try {
        const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
        const measure = async (when: string): Promise<readonly Toggled[]> => {
          await openTree(page);
          await toggleAll(page);
          const [toggles = []] = await interleave([() => toggleAll(page)], runs, signal, (round) =>
            say(`toggle: ${when}, round ${round} of ${runs}`),
          );
          return toggles;
        };
        await page.goto(server.address);
        const toggles = await measure('nothing under way');
        // Another page, whose plan is the sample's again.
        await page.reload();
        await train(page);
        const whileTraining = await measure('while a run trains');
        const figure = { unit: 'ms', better: 'lower', peer: null, peerName: null } as const;
        const target = { of: 'thaw', value: TARGET_MILLISECONDS } as const;
        const trainingTarget = { of: 'thaw', value: TRAINING_TARGET_MILLISECONDS } as const;
        return [
          compare({ ...figure, name: 'toggle/row-repainted', thaw: toggles.map(({ row }) => row), target }),
          compare({ ...figure, name: 'toggle/counts-repainted', thaw: toggles.map(({ counts }) => counts), target }),
          compare({
            ...figure,
            name: 'toggle/row-repainted-while-training',
            thaw: whileTraining.map(({ row }) => row),
            target: trainingTarget,
          }),
        ];
      } finally {
        await server.end();
      }
    } finally {
      await browser.close();
      rmSync(root, { recursive: true, force: true });
    }
  },
};
