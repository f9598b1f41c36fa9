import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { projectRoot } from '../../support/window/build.ts';
import { findDesktop, launchDesktop, type Desktop } from '../../support/window/desktop.ts';
import { describeWith } from '../../support/window/needed.ts';
import { watchSockets } from '../../support/window/process-tree.ts';

describeWith("the desktop's window", await findDesktop(), (place) => {
  const root = temporaryFolder();
  let desktop: Desktop;
  beforeAll(async () => {
    desktop = await launchDesktop(place, path.join(root, 'home'));
  });

  it('has no Node, a world of its own and a sandbox', async () => {
    const found = await desktop.page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter((name) => name in globalThis),
    );
    expect(found).toEqual([]);
    const settings = await desktop.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences: () => Record<string, unknown>;
      };
      return contents.getLastWebPreferences();
    });
    expect(settings).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
    });
  });

  it('shows the page only what the bridge has', async () => {
    const names = await desktop.page.evaluate(() => Object.keys(window.thaw ?? {}));
    expect(names.sort()).toEqual(
      [
        'chooseFiles',
        'chooseFolder',
        'grantFiles',
        'information',
        'invoke',
        'onConnection',
        'onMenu',
        'showRunFolder',
        'subscribe',
      ].sort(),
    );
  });

  it('comes with a strict policy, and runs no script that stands in a page', async () => {
    const policy = await desktop.page.evaluate(async () => {
      const answer = await fetch(location.href);
      return answer.headers.get('content-security-policy');
    });
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const ran = await desktop.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineRan = true';
      document.head.append(script);
      script.remove();
      return 'inlineRan' in globalThis;
    });
    expect(ran).toBe(false);
  });

  it('fetches nothing from elsewhere', async () => {
    const outcomes = await desktop.page.evaluate(async () => {
      const image = new Image();
      const shown = new Promise<string>((resolve) => {
        image.onload = () => resolve('loaded');
        image.onerror = () => resolve('refused');
      });
      image.src = 'http://127.0.0.1:9/pixel.png';
      const fetched = await fetch('http://127.0.0.1:9/').then(
        () => 'fetched',
        () => 'refused',
      );
      const file = await fetch('file:///etc/hostname').then(
        () => 'read',
        () => 'refused',
      );
      return [await shown, fetched, file];
    });
    expect(outcomes).toEqual(['refused', 'refused', 'refused']);
  });

  it.each([
    'thaw://window/../package.json',
    'thaw://window/%2e%2e/main/main.cjs',
    'thaw://window/..%2f..%2fpackage.json',
  ])('hands out no file beside its own: %s', async (address) => {
    const status = await desktop.page.evaluate(
      (asked) =>
        fetch(asked).then(
          (answer) => answer.status,
          () => 0,
        ),
      address,
    );
    expect(status).not.toBe(200);
  });

  it('stays on its page, opens no window and embeds none', async () => {
    const { page, app } = desktop;
    const before = page.url();
    const opened = await page.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.src = 'http://127.0.0.1:9/';
      document.body.append(frame);
      const other = window.open('http://127.0.0.1:9/') !== null;
      location.href = 'http://127.0.0.1:9/';
      return other;
    });
    expect(opened).toBe(false);
    await page.waitForTimeout(500);
    expect(page.url()).toBe(before);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it('is given a camera’s picture, to predict what it sees, and no microphone, place or notification', async () => {
    const states = await desktop.page.evaluate(async () => {
      const asked = await Promise.all(
        (['camera', 'microphone', 'geolocation', 'notifications'] as const).map((name) =>
          navigator.permissions.query({ name }),
        ),
      );
      return asked.map(({ state }) => state);
    });
    expect(states).toEqual(['granted', 'denied', 'denied', 'denied']);
    const refused = await desktop.page.evaluate(async () =>
      navigator.mediaDevices.getUserMedia({ audio: true, video: true }).then(
        () => 'given',
        (error: unknown) => (error instanceof DOMException ? error.name : String(error)),
      ),
    );
    // No sound, though no device is there to record it either.
    expect(['NotAllowedError', 'NotFoundError']).toContain(refused);
  });

  it('is the only page that is answered', async () => {
    const preload = path.join(projectRoot, 'out/preload/preload.cjs');
    const outcome = await desktop.app.evaluate(async ({ BrowserWindow }, script) => {
      const intruder = new BrowserWindow({
        show: false,
        webPreferences: {
          preload: script,
          sandbox: true,
          contextIsolation: true,
          additionalArguments: ['--thaw-information={}'],
        },
      });
      await intruder.loadURL('data:text/html,<title>elsewhere</title>');
      const answered: unknown = await intruder.webContents.executeJavaScript('window.thaw.invoke("runs.list", {})');
      intruder.destroy();
      return answered;
    }, preload);
    expect(outcome).toMatchObject({ kind: 'refusal', error: { code: 'usage.invalid' } });
  });

  it('names no path: files are named by what was granted', async () => {
    const outcome = await desktop.page.evaluate(() =>
      window.thaw?.invoke('dataset.open', { dataset: { kind: 'folder', path: '/' } }),
    );
    expect(outcome).toMatchObject({ kind: 'refusal' });
    const granted = await desktop.page.evaluate(() => window.thaw?.grantFiles([new File(['x'], 'made-by-script.png')]));
    expect(granted).toMatchObject({ kind: 'refusal', error: { code: 'file.notGranted' } });
  });

  it('reaches nobody: no process opens a socket beyond this machine, from the start to a trained model', async () => {
    const { app, page, close } = await launchDesktop(place, path.join(root, 'quiet'));
    const seen = watchSockets(app.process().pid ?? 0);
    const status = await page.evaluate(async () => {
      const started = await window.thaw?.invoke('training.start', { epochs: 1 });
      if (started?.kind !== 'answer') return started;
      const { runId } = started.response as { runId: string };
      const ended = await window.thaw?.invoke('training.wait', { runId });
      return ended?.kind === 'answer' ? (ended.response as { status: string }).status : ended;
    });
    expect(status).toBe('finished');
    expect(seen()).toEqual([]);
    await close();
  });
});
