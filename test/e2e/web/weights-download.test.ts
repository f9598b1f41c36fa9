import { mkdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import type { Page } from 'playwright';
import { beforeAll, expect, it, vi } from 'vitest';
import { sendBytes, startServer, type FileServer } from '../../support/file-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { projectRoot } from '../../support/window/build.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

/** The catalogue states no hash of it, so that any weights of the network may stand for it. */
const NAME = 'mobilenet_2_5_128_tf_no_top.h5';
const MISSING = 'mobilenet_2_5_128_tf.h5';

/** Sends half of a body, then a little every now and then. */
function trickle(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'content-length': body.length });
  let at = Math.floor(body.length / 2);
  response.write(body.subarray(0, at));
  const timer = setInterval(() => {
    response.write(body.subarray(at, at + 2000));
    at += 2000;
  }, 100);
  response.on('close', () => clearInterval(timer));
}

describeWith('weights that a publisher offers', await findWeb(), (place) => {
  const root = temporaryFolder();
  const shipped = path.join(projectRoot, 'resources/networks/mobilenet_v1_0.25_96/weights.safetensors');
  let page: Page;
  let server: FileServer;
  let slow = true;
  const weights = () => page.getByRole('region', { name: 'Weights' });
  const row = (name: string) => weights().getByRole('listitem').filter({ hasText: name });

  beforeAll(async () => {
    mkdirSync(path.join(root, 'home'));
    const body = readFileSync(shipped);
    server = await startServer((request, response) => {
      response.setHeader('etag', '"one"');
      if (request.url?.endsWith(NAME) !== true) response.writeHead(404).end();
      else if (slow) trickle(response, body);
      else sendBytes(request, response, body);
    });
    vi.stubEnv('THAW_WEIGHTS_MIRROR', server.address);
    ({ page } = await launchWeb(place, path.join(root, 'home')));
    vi.unstubAllEnvs();
    await page.getByRole('link', { name: 'Network', exact: true }).click();
    await page.getByRole('radio', { name: '128×128' }).check({ force: true });
    await row(NAME).waitFor();
  });

  it('say that nobody can verify them where no hash is stated', async () => {
    await row(NAME).getByText('unverified', { exact: true }).waitFor();
    await row(NAME)
      .getByText(/without a classifier · size not stated/)
      .waitFor();
  });

  it('come with how far and how fast, while other views are shown too, until they are cancelled', async () => {
    await row(NAME)
      .getByRole('button', { name: `Download ${NAME}` })
      .click();
    const progress = row(NAME).getByRole('progressbar');
    await progress.waitFor();
    await row(NAME)
      .getByText(/[\d.]+ kB of [\d.]+ kB · [\d.]+ kB\/s · .* left/)
      .waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'network-download');
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByRole('link', { name: 'Network', exact: true }).click();
    await progress.waitFor();
    await row(NAME).getByRole('button', { name: 'Cancel' }).click();
    await row(NAME)
      .getByText(/^Ended at [\d.]+ kB of [\d.]+ kB; what has come is kept\.$/)
      .waitFor();
    expect(await row(NAME).getByRole('progressbar').count()).toBe(0);
  });

  it('are seen by a window that was opened while they come', async () => {
    await row(NAME)
      .getByRole('button', { name: /^Resume/ })
      .click();
    await row(NAME).getByRole('progressbar').waitFor();
    await page.reload();
    await page.getByRole('radio', { name: '128×128' }).check({ force: true });
    await row(NAME).getByRole('progressbar').waitFor();
    await row(NAME).getByRole('button', { name: 'Cancel' }).click();
    await row(NAME)
      .getByRole('button', { name: /^(Resume|Download)/ })
      .waitFor();
  });

  it('go on where they ended, and are then used', async () => {
    slow = false;
    await row(NAME)
      .getByRole('button', { name: /^(Resume|Download)/ })
      .click();
    await row(NAME)
      .getByRole('button', { name: `Use ${NAME}` })
      .click({ timeout: 30_000 });
    expect(server.asked.at(-1)).toMatch(/_no_top\.h5 from \d+$/);
    await row(NAME).getByText('In use').waitFor();
    await row(NAME)
      .getByText(/on this machine/)
      .waitFor();
    await page.getByText('All 135 tensors loaded.').waitFor();
    await weights().getByText('Ready to train with it.').waitFor();
    await takeScreenshots(page, 'network-downloaded');
  });

  it('say what went wrong, and what to do, where they cannot be had', async () => {
    await row(MISSING)
      .getByRole('button', { name: `Download ${MISSING}` })
      .click();
    const alert = row(MISSING).getByRole('alert');
    await alert.getByText(/answered 404/).waitFor();
    await alert.getByText(/Connect to the network and try again/).waitFor();
    await row(MISSING)
      .getByRole('button', { name: /^Resume/ })
      .waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'network-download-failed');
  });
});
