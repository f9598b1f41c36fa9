import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { end, thaw, type RunningCommand } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { projectRoot } from '../../support/window/build.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { rootArguments } from '../../support/window/programs.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, startServing } from '../../support/window/web.ts';

const SAMPLE = path.join(projectRoot, 'resources/sample');
/** A picture that moves, in place of a camera. */
const CAMERA = '--use-fake-device-for-media-stream';

describeWith('predictions that are questioned in a browser', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const dataset = path.join(root, 'animals');
  let server: RunningCommand | null = null;
  let browser: Browser | null = null;
  let page: Page;
  const problems: string[] = [];
  // Before its folder is removed.
  afterAll(async () => {
    await browser?.close();
    await end(server);
  });

  beforeAll(async () => {
    mkdirSync(home);
    for (const name of ['fox', 'owl']) {
      for (const index of [0, 1, 2, 3, 4, 5]) {
        mkdirSync(path.join(dataset, name), { recursive: true });
        copyFileSync(path.join(SAMPLE, `train/${name}/00${index}.jpg`), path.join(dataset, name, `${index}.jpg`));
      }
    }
    cpSync(path.join(SAMPLE, 'val/fox/000.jpg'), path.join(root, 'new.jpg'));
    cpSync(path.join(SAMPLE, 'val/owl/000.jpg'), path.join(root, 'night.jpg'));
    const { code, stderr } = await thaw(['train', '--dataset', dataset, '--epochs', '1', '--seed', '3'], { home });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const serving = await startServing(home, '--root', root);
    ({ server } = serving);
    browser = await chromium.launch({ executablePath: place.chromium, args: [...rootArguments, CAMERA] });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 404')) problems.push(message.text());
    });
    await page.goto(serving.address);
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('button', { name: 'Open folder…' }).last().click();
    // Not dropped: a browser hands over copies, and what is corrected would flow into these.
    await dialog().getByRole('listbox').waitFor();
    await page.keyboard.press('Enter');
    await dialog().getByRole('option', { name: 'animals, Folder' }).waitFor();
    await page.keyboard.press('a');
    await page.keyboard.press('Enter');
    await dialog().getByRole('option', { name: 'fox, Folder' }).waitFor();
    await dialog().getByRole('button', { name: 'Open this folder' }).click();
    await page.getByRole('option', { name: /^0\.jpg, fox/ }).waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: 'Predict', exact: true }).click();
    await page.getByText('Drop images here').waitFor({ timeout: 60_000 });
  });

  const results = (): Locator => page.getByRole('listbox', { name: 'Predictions' });
  const result = (name: string | RegExp): Locator => results().getByRole('option', { name });
  const dialog = (): Locator => page.getByRole('dialog');

  it('keep pasted files of one name apart', async () => {
    const contents = ['fox/001.jpg', 'owl/001.jpg'].map((file) => [...readFileSync(path.join(SAMPLE, 'val', file))]);
    await page.evaluate((images) => {
      const clipboardData = new DataTransfer();
      for (const image of images) {
        clipboardData.items.add(new File([new Uint8Array(image)], 'image.jpg', { type: 'image/jpeg' }));
      }
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    }, contents);
    await result(/^image\.jpg: /).waitFor({ timeout: 60_000 });
    await result(/^image 2\.jpg: (fox|owl)/).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Clear' }).click();
  });

  it('are marked and sorted out where they are unsure', async () => {
    await drag(page, [path.join(root, 'new.jpg'), path.join(root, 'night.jpg')]);
    await result(/^night\.jpg: (fox|owl)/).waitFor({ timeout: 60_000 });
    expect(await result(/unsure/).count()).toBe(0);
    await page.getByLabel('Unsure below').focus();
    await page.keyboard.press('End');
    await result(/^night\.jpg: .*, unsure/).waitFor();
    expect(await result(/unsure/).count()).toBe(2);
    await page.getByLabel('Show', { exact: true }).selectOption('unsure');
    await takeScreenshots(page, 'predict-unsure');
    await page.getByLabel('Unsure below').focus();
    await page.keyboard.press('Home');
    await page.getByText('No prediction is like this').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByLabel('Order').selectOption('mostSure');
    const shares = await results().locator('li.best .share').allInnerTexts();
    const numbers = shares.map((share) => Number.parseFloat(share));
    expect(numbers).toEqual(numbers.toSorted((left, right) => right - left));
  });

  it('are corrected by keyboard into the folder of the right class', async () => {
    await result(/^new\.jpg/).click();
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('l');
    await page.getByRole('combobox', { name: 'Class' }).waitFor();
    await expectAccessible(page);
    await page.keyboard.type('owl');
    await page.keyboard.press('Enter');
    await result(/^new\.jpg: .*labelled .*owl/).waitFor({ timeout: 60_000 });
    await page.getByText(/^copied to .*owl\/new\.jpg/).waitFor();
    const copied = path.join(dataset, 'owl/new.jpg');
    expect(readFileSync(copied)).toEqual(readFileSync(path.join(root, 'new.jpg')));
    expect(existsSync(path.join(root, 'new.jpg'))).toBe(true);
    // Now the dataset has it: another label is a decision about it, which can be taken back, and no second copy.
    await result(/^new\.jpg/).click();
    await page.keyboard.press('l');
    await page.getByRole('combobox', { name: 'Class' }).fill('fox');
    await page.keyboard.press('Enter');
    await result(/^new\.jpg: .*labelled .*fox/).waitFor({ timeout: 60_000 });
    expect(existsSync(path.join(dataset, 'fox/new.jpg'))).toBe(false);
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('option', { name: /^new\.jpg, fox/ }).waitFor({ timeout: 60_000 });
    // Told once, by what was done, and not by the folder as well.
    expect(await page.getByText('The folder has changed').count()).toBe(0);
    await page.getByRole('link', { name: 'Predict', exact: true }).click();
  });

  /** How many colours a canvas shows. */
  const colours = (canvas: Locator): Promise<number> =>
    canvas.evaluate((element: HTMLCanvasElement) => {
      const pixels = element.getContext('2d')?.getImageData(0, 0, element.width, element.height).data ?? [];
      const seen = new Set<string>();
      for (let at = 0; at < pixels.length; at += 4) seen.add([pixels[at], pixels[at + 1], pixels[at + 2]].join());
      return seen.size;
    });

  it('are explained by heat-maps, neighbours and what the layers see', async () => {
    await result(/^night\.jpg/).dblclick();
    await dialog().getByRole('button', { name: 'Explain (I)' }).click();
    const panel = dialog().getByRole('region', { name: 'Why the run says so' });
    // Over the large picture: the panel has what is said of it, and how strongly it covers.
    const map = dialog().getByRole('img', { name: /^What speaks for/ });
    await map.waitFor({ timeout: 120_000 });
    await expect.poll(() => colours(map.locator('canvas'))).toBeGreaterThan(1);
    const named = await map.getAttribute('aria-label');
    const over = await map.evaluate((element) => {
      const [own, picture] = [element, element.parentElement?.querySelector('img')].map((one) =>
        one?.getBoundingClientRect(),
      );
      return [
        own?.left === picture?.left,
        own?.width === picture?.width,
        own?.top === picture?.top,
        own?.height === picture?.height,
      ];
    });
    // Its pictures are square, and the network sees all of them.
    expect(over).toEqual([true, true, true, true]);
    await takeScreenshots(page, 'explain-heat-map');
    await expectAccessible(page);
    const other = await panel.getByLabel('Class').locator('option').last().getAttribute('value');
    await panel.getByLabel('Class').selectOption(other);
    await expect.poll(() => map.getAttribute('aria-label'), { timeout: 60_000 }).not.toBe(named);
    await panel.getByRole('radio', { name: 'Occlusion' }).check({ force: true });
    await panel.getByText(/^falls by/).waitFor({ timeout: 120_000 });
    await panel.getByRole('radio', { name: 'Neighbours' }).check({ force: true });
    await panel.getByRole('button', { name: 'Compute' }).click();
    await panel.getByText(/^Nearest of \d+ training images/).waitFor({ timeout: 120_000 });
    expect(await panel.getByRole('listitem').count()).toBeGreaterThan(2);
    await expect.poll(() => panel.locator('img.ready').count()).toBeGreaterThan(2);
    await panel.getByRole('radio', { name: 'Layer' }).check({ force: true });
    await panel.getByRole('listbox', { name: 'Channels' }).waitFor({ timeout: 120_000 });
    await panel.getByRole('radio', { name: 'Filters' }).check({ force: true });
    await panel.getByRole('list', { name: 'What the first layer looks for' }).waitFor({ timeout: 120_000 });
    await expect.poll(() => colours(panel.locator('canvas').first())).toBeGreaterThan(1);
    // What is seen so closely can be given its label at once; Escape leaves what is open, one after the other.
    await panel.getByRole('list', { name: 'What the first layer looks for' }).click();
    await page.keyboard.press('l');
    await dialog().getByRole('combobox', { name: 'Class' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog().getByRole('combobox', { name: 'Class' }).count()).toBe(0);
    expect(await panel.isVisible()).toBe(true);
    await page.keyboard.press('l');
    await dialog().getByRole('combobox', { name: 'Class' }).fill('owl');
    await page.keyboard.press('Enter');
    await dialog()
      .getByText(/labelled .*owl/)
      .waitFor({ timeout: 60_000 });
    expect(existsSync(path.join(dataset, 'owl/night.jpg'))).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog().count()).toBe(0);
  });

  it('come of a camera, of single pictures and as it goes on, and say so where there is none', async () => {
    await page.getByRole('button', { name: 'Camera…' }).click();
    await dialog().getByText('The camera was refused').waitFor();
    await page.context().grantPermissions(['camera']);
    await dialog().getByRole('button', { name: 'Try again' }).click();
    const take = dialog().getByRole('button', { name: 'Take a picture' });
    await expect.poll(() => take.isEnabled(), { timeout: 60_000 }).toBe(true);
    await take.click();
    await dialog().getByText('1 picture taken').waitFor({ timeout: 60_000 });
    await dialog().getByRole('switch', { name: 'Predict as it goes on' }).check();
    await dialog().locator('li.best').waitFor({ timeout: 60_000 });
    await takeScreenshots(page, 'camera-live');
    await expectAccessible(page);
    const track = await dialog()
      .locator('video')
      .evaluateHandle((video: HTMLVideoElement) => (video.srcObject as MediaStream).getVideoTracks()[0]);
    expect(await track.evaluate((one) => one?.readyState)).toBe('live');
    await page.keyboard.press('Escape');
    await expect.poll(() => track.evaluate((one) => one?.readyState)).toBe('ended');
    await result(/^camera [\d-]+ [\d.]+\.jpg: (fox|owl)/).waitFor({ timeout: 60_000 });
  });

  it('met no error of their own and broke no rule of the content policy', () => {
    expect(problems).toEqual([]);
  });
});
