import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { describeWith } from '../../support/window/needed.ts';
import { openSockets } from '../../support/window/process-tree.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, startServing, type Web } from '../../support/window/web.ts';

describeWith('the workbench in a browser', await findWeb(), (place) => {
  const root = temporaryFolder();
  const complaints: string[] = [];
  let web: Web;
  beforeAll(async () => {
    web = await launchWeb(place, path.join(root, 'home'));
    web.page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    web.page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    const { child, done } = web.server;
    child.kill('SIGINT');
    expect((await done).code).toBe(0);
  });

  it('opens by the printed address, which does not keep its token', async () => {
    const { page } = web;
    await page.getByText('Thaw').first().waitFor();
    expect(page.url()).toBe(new URL(web.address).origin + '/');
    expect(await page.evaluate(() => document.cookie)).toBe('');
    const hosts = await page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).host),
    );
    expect([...new Set(hosts)]).toEqual([new URL(web.address).host]);
    await takeScreenshots(page, 'web-first');
  });

  it('asks its policy for nothing that it refuses', async () => {
    await web.page.reload();
    await web.page.getByText('Thaw').first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows what to do to a browser that was not let in', async () => {
    const stranger = await web.browser.newContext();
    const page = await stranger.newPage();
    const answer = await page.goto(new URL(web.address).origin);
    expect(answer?.status()).toBe(401);
    await expect.poll(() => page.textContent('body')).toContain('thaw serve');
    await stranger.close();
  });

  it('listens to this machine alone', () => {
    expect(openSockets(web.server.child.pid ?? 0)).toEqual([]);
  });

  it('says so when the server ends, and the page stays', async () => {
    const serving = await startServing(path.join(root, 'ending'));
    const page = await web.browser.newPage();
    await page.goto(serving.address);
    await page.getByText('Thaw').first().waitFor();
    serving.server.child.kill('SIGINT');
    await serving.server.done;
    await page.getByText('The engine has ended. It is being started again.').first().waitFor();
    expect(await page.getByText('Thaw').count()).toBeGreaterThan(0);
    await page.close();
  });
});
