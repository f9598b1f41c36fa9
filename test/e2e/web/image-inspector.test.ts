import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { patternImage, smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { end, type RunningCommand } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const photograph = () =>
  patternImage(640, 420, 3)
    .jpeg({ progressive: true })
    .withExif({
      IFD0: { Make: 'Canon', Model: 'Canon EOS 70D', Orientation: '6' },
      IFD2: {
        DateTimeOriginal: '2016:05:04 12:30:05',
        ExposureTime: '1/250',
        FNumber: '28/10',
        ISOSpeedRatings: '100',
        FocalLength: '35/1',
      },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 12/1 30/1', GPSLongitudeRef: 'E', GPSLongitude: '16/1 22/1 0/1' },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer();

describeWith('the inspector beside a picture', await findWeb(), (place) => {
  const root = temporaryFolder();
  let page: Page;
  let server: RunningCommand | null = null;
  // Before its folder is removed.
  afterAll(() => end(server));
  const problems: string[] = [];

  beforeAll(async () => {
    const folder = await writeFiles(path.join(root, 'photos'), {
      'bird/1 photograph.jpg': photograph(),
      'bird/3 small.png': smallPng(3),
      'cat/1.png': smallPng(4),
      'cat/2.png': smallPng(5),
    });
    const whole = await patternImage(400, 300, 3).jpeg().toBuffer();
    writeFileSync(path.join(folder, 'bird/2 damaged.jpg'), whole.subarray(0, whole.length / 2));
    ({ page, server } = await launchWeb(place, path.join(root, 'home'), '--root', root));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('heading', { name: 'sample', level: 1 }).waitFor();
    await drag(page, [folder]);
    await page.getByRole('heading', { name: 'photos', level: 1 }).waitFor({ timeout: 30_000 });
    await page.getByRole('listbox', { name: 'Images' }).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
  });

  const dialog = () => page.getByRole('dialog');
  const pane = () => dialog().getByRole('region', { name: 'Inspector' });
  /** What stands beside a term. */
  const fact = (term: string) => pane().locator(`dt:text-is("${term}") + dd`);

  it('tells what the file and its camera say, and how its levels are distributed', async () => {
    await expect.poll(() => fact('Size').textContent()).toMatch(/420 × 640 px · [\d.]+ kB/);
    expect(await fact('Class').textContent()).toBe('bird');
    expect(await fact('Format').textContent()).toBe('JPEG, progressive');
    expect(await fact('Colour').textContent()).toBe('RGB, 8 bits a channel');
    expect(await fact('Orientation').textContent()).toBe('Turned by 90° to the right');
    expect(await fact('Model').textContent()).toBe('Canon EOS 70D');
    expect(await fact('Taken').textContent()).toBe('2016-05-04 12:30:05');
    expect(await fact('Exposure').textContent()).toBe('1/250 s · f/2.8 · ISO 100 · 35 mm');
    await pane()
      .getByRole('img', { name: /^Colour: how many pixels/ })
      .waitFor();
    expect(await pane().getByRole('row').count()).toBe(5);
    await expectAccessible(page);
    await takeScreenshots(page, 'image-inspector');
    await pane().getByRole('radio', { name: 'Luminance' }).check();
    await pane()
      .getByRole('img', { name: /^Luminance: how many pixels/ })
      .waitFor();
  });

  it('says where a photograph was taken only when it is asked', async () => {
    expect(await fact('Place').textContent()).not.toMatch(/\d/);
    await fact('Place').getByRole('button', { name: 'Show where it was taken' }).click();
    await expect.poll(() => fact('Place').textContent()).toBe('48.20833° N, 16.36667° E');
  });

  it('gives path and hash to the clipboard', async () => {
    await pane().getByRole('button', { name: 'Copy the path' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('bird/1 photograph.jpg');
    await pane().getByRole('button', { name: 'Copy the hash' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^[0-9a-f]{64}$/);
  });

  it('follows the arrows to an image that does not decode, and says why', async () => {
    await dialog().getByRole('button', { name: 'Next image' }).focus();
    // What was known of the image before stays until the next is known, so that nothing jumps.
    await pane().evaluate((element) => {
      const watched = element.parentElement ?? element;
      const observer = new MutationObserver(() => {
        if (element.querySelector('dl') === null) element.setAttribute('data-emptied', '');
      });
      observer.observe(watched, { childList: true, subtree: true });
    });
    await page.keyboard.press('ArrowRight');
    await pane().getByText('This image does not decode').waitFor();
    expect(await pane().textContent()).toMatch(/Training leaves it out: .*cut short/);
    await expect.poll(() => fact('Size').textContent()).toContain('400 × 300 px');
    expect(await pane().getAttribute('data-emptied')).toBeNull();
    await expectAccessible(page);
    await takeScreenshots(page, 'image-inspector-damaged');
  });

  it('is put away and brought back by I, and remembered', async () => {
    await page.keyboard.press('i');
    await pane().waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    await dialog().getByRole('img', { name: '3 small.png, bird' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    // The grid that the dialog was opened from has the keys again a moment after it has gone.
    await expect.poll(() => page.evaluate(() => document.activeElement?.role)).toBe('listbox');
    await page.keyboard.press('Enter');
    await dialog().getByRole('img', { name: '3 small.png, bird' }).waitFor();
    expect(await pane().count()).toBe(0);
    await page.keyboard.press('i');
    await expect.poll(() => fact('Format').textContent()).toBe('PNG');
    expect(problems).toEqual([]);
  });
});
