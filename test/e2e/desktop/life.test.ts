import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { projectRoot } from '../../support/window/build.ts';
import { desktopEnvironment, findDesktop, launchDesktop, type Desktop } from '../../support/window/desktop.ts';
import { describeWith } from '../../support/window/needed.ts';
import { commandOf, findProcess } from '../../support/window/process-tree.ts';
import { rootArguments } from '../../support/window/programs.ts';

const ENGINE = 'engine-process.ts';

describeWith('the desktop program', await findDesktop(), (place) => {
  const root = temporaryFolder();

  it('keeps its window when the engine is killed, says so, and has a new engine soon', async () => {
    const { app, page, close } = await launchDesktop(place, path.join(root, 'killed'));
    const electron = app.process().pid ?? 0;
    await expect.poll(() => findProcess(electron, ENGINE), { timeout: 60_000 }).not.toBeNull();
    await page.evaluate(() => window.thaw?.invoke('runs.list', {}));
    await page.evaluate(() => {
      const told: string[] = [];
      Object.assign(globalThis, { told });
      window.thaw?.onConnection((state) => told.push(state));
    });
    const engine = findProcess(electron, ENGINE) ?? 0;
    process.kill(engine, 'SIGKILL');
    const told = (): Promise<unknown> => page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
    await expect.poll(told, { timeout: 60_000 }).toEqual(['lost', 'restarted']);
    await expect.poll(() => page.getByText('The engine is back.').count()).toBeGreaterThan(0);
    const again = await page.evaluate(() => window.thaw?.invoke('runs.list', {}));
    expect(again).toMatchObject({ kind: 'answer' });
    expect(findProcess(electron, ENGINE)).not.toBe(engine);
    await close();
  });

  it('tells a page that is loaded while the engine is away', async () => {
    const { app, page, close } = await launchDesktop(place, path.join(root, 'away'));
    const electron = app.process().pid ?? 0;
    // After each end it waits longer before it starts again: at last long enough to load a page.
    for (let time = 0; time < 4; time += 1) {
      await expect.poll(() => findProcess(electron, ENGINE), { timeout: 60_000 }).not.toBeNull();
      process.kill(findProcess(electron, ENGINE) ?? 0, 'SIGKILL');
      await expect.poll(() => findProcess(electron, ENGINE), { interval: 20 }).toBeNull();
    }
    await page.reload();
    await page.getByText('The engine has ended. It is being started again.').waitFor();
    await page.getByText('The engine is back.').waitFor({ timeout: 60_000 });
    expect(await page.getByText('The engine has ended. It is being started again.').count()).toBe(0);
    await close();
  });

  it('takes its engine along when it ends', async () => {
    const { app, page, close } = await launchDesktop(place, path.join(root, 'ended'));
    await page.evaluate(() => window.thaw?.invoke('runs.list', {}));
    const engine = findProcess(app.process().pid ?? 0, ENGINE) ?? 0;
    expect(engine).toBeGreaterThan(0);
    await close();
    await expect.poll(() => commandOf(engine), { timeout: 60_000 }).toBe('');
  });

  it('leaves no engine behind when it is killed itself', async () => {
    const { app, page } = await launchDesktop(place, path.join(root, 'orphaned'));
    await page.evaluate(() => window.thaw?.invoke('runs.list', {}));
    const engine = findProcess(app.process().pid ?? 0, ENGINE) ?? 0;
    app.process().kill('SIGKILL');
    await expect.poll(() => commandOf(engine), { timeout: 60_000 }).toBe('');
  });

  it('is one for a workspace: a second start ends at once and shows the first', async () => {
    const home = path.join(root, 'single');
    const { app, close } = await launchDesktop(place, home);
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    const second = spawn(place.executable, [...rootArguments, projectRoot], {
      env: desktopEnvironment(place, home),
      stdio: 'ignore',
    });
    const [code] = (await once(second, 'exit')) as unknown[];
    expect(code).toBe(0);
    const windows = (): Promise<boolean[]> =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((shown) => shown.isMinimized()));
    await expect.poll(windows).toEqual([false]);
    await close();
  });

  it('opens where it stood last', async () => {
    const home = path.join(root, 'place');
    const place1 = { x: 40, y: 30, width: 1010, height: 710 };
    const boundsOf = ({ app }: Desktop): Promise<unknown> =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds());
    const first = await launchDesktop(place, home);
    // A window that shows itself only now, on a display that answers when it pleases, may undo what came before.
    const isShown = (): Promise<boolean> =>
      first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() === true);
    await expect.poll(isShown).toBe(true);
    await expect
      .poll(async () => {
        await first.app.evaluate(
          ({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds),
          place1,
        );
        return boundsOf(first);
      })
      .toEqual(place1);
    await first.close();
    const second = await launchDesktop(place, home);
    await expect.poll(() => boundsOf(second)).toEqual(place1);
    await second.close();
  });

  it('asks before it closes during training, and keeps the checkpoint of what it stops', async () => {
    const home = path.join(root, 'closing');
    const { app, page } = await launchDesktop(place, home);
    const runId = await page.evaluate(async () => {
      const started = await window.thaw?.invoke('training.start', { strategy: 'finetune', epochs: 1000 });
      return started?.kind === 'answer' ? (started.response as { runId: string }).runId : JSON.stringify(started);
    });
    // A dialog of the system cannot be clicked from here: its answers are given in its place, in order.
    await app.evaluate(({ dialog }) => {
      const answers = [1, 0];
      const asked: string[] = [];
      Object.assign(globalThis, { asked });
      dialog.showMessageBox = ((_window: unknown, { message }: { message: string }) => {
        asked.push(message);
        return Promise.resolve({ response: answers.shift() ?? 0, checkboxChecked: false });
      }) as typeof dialog.showMessageBox;
    });
    const epochs = (): Promise<number> =>
      page.evaluate(async (id) => {
        const outcome = await window.thaw?.invoke('runs.attach', { runId: id });
        return outcome?.kind === 'answer' ? (outcome.response as { history: unknown[] }).history.length : 0;
      }, runId);
    await expect.poll(epochs, { timeout: 60_000 }).toBeGreaterThan(0);
    const closeWindow = (): Promise<void> =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await closeWindow();
    await expect
      .poll(() => app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked))
      .toEqual(['Training is under way.']);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    const gone = once(app.process(), 'exit');
    await closeWindow();
    await gone;
    const again = await launchDesktop(place, home);
    const detail = await again.page.evaluate((id) => window.thaw?.invoke('runs.show', { runId: id }), runId);
    expect(detail).toMatchObject({ kind: 'answer', response: { summary: { status: 'stopped' } } });
    await again.close();
  });
});
