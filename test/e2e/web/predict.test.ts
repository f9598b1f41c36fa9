import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { predictResult } from '../../../src/shared/contract/endpoint.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { end, thaw, type RunningCommand } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { projectRoot } from '../../support/window/build.ts';
import { clickWhenThere } from '../../support/window/click-when-there.ts';
import { drag } from '../../support/window/drag.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

const SAMPLE = path.join(projectRoot, 'resources/sample/val');

describeWith('the Predict view in a browser', await findWeb(), (place) => {
  const root = temporaryFolder();
  const home = path.join(root, 'home');
  const files = path.join(root, 'files');
  let page: Page;
  let server: RunningCommand | null = null;
  // Before its folder is removed.
  afterAll(() => end(server));
  const problems: string[] = [];

  beforeAll(async () => {
    mkdirSync(path.join(files, 'owls/夜'), { recursive: true });
    for (const index of [0, 1, 2]) {
      copyFileSync(path.join(SAMPLE, `owl/00${index}.jpg`), path.join(files, `owls/بومة ${index}.jpg`));
    }
    copyFileSync(path.join(SAMPLE, 'owl/003.jpg'), path.join(files, 'owls/夜/🦉.jpg'));
    copyFileSync(path.join(SAMPLE, 'fox/000.jpg'), path.join(files, 'fox.jpg'));
    writeFileSync(path.join(files, 'broken.jpg'), readFileSync(path.join(files, 'fox.jpg')).subarray(0, 300));
    mkdirSync(path.join(files, 'many'));
    for (let index = 0; index < 60; index += 1) {
      copyFileSync(path.join(SAMPLE, 'owl/004.jpg'), path.join(files, `many/${index}.jpg`));
    }
    mkdirSync(path.join(files, 'nothing'));
    writeFileSync(path.join(files, 'nothing/notes.txt'), 'no image');
    mkdirSync(home);
    ({ page, server } = await launchWeb(place, home, '--root', files));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 404')) problems.push(message.text());
    });
    await page.getByRole('link', { name: 'Predict', exact: true }).click();
  });

  const results = () => page.getByRole('listbox', { name: 'Predictions' });
  const result = (name: string | RegExp) => results().getByRole('option', { name });
  const dialog = () => page.getByRole('dialog');

  it('says what is needed first, and offers it, while no run has finished', async () => {
    await page.getByText('No trained run yet').waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'predict-without-a-run');
    await page.getByRole('button', { name: 'Go to Train' }).click();
    await expect.poll(() => page.url()).toContain('#/train');
  });

  it('takes the newest run by itself', async () => {
    const { code, stderr } = await thaw(['train', '--epochs', '12', '--seed', '3'], { home });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    await page.getByRole('link', { name: 'Predict', exact: true }).click();
    await page.getByText('Drop images here').waitFor();
    expect(await page.getByLabel('Run', { exact: true }).inputValue()).not.toBe('');
    await expectAccessible(page);
    await takeScreenshots(page, 'predict-empty');
  });

  it('predicts the images of a folder dropped on it, whatever they are called', async () => {
    await drag(page, [path.join(files, 'owls')]);
    for (const name of ['بومة 0.jpg', '🦉.jpg']) {
      await result(new RegExp(`^${name}: (owl|fox), [\\d.]+ %$`)).waitFor({ timeout: 60_000 });
    }
    expect(await results().getByRole('option').count()).toBe(4);
    // What the command line says of the same files with the same run.
    const runId = await page.getByLabel('Run', { exact: true }).inputValue();
    const given = ['بومة 0.jpg', 'بومة 1.jpg', 'بومة 2.jpg', '夜/🦉.jpg'];
    const images = given.map((name) => path.join(files, 'owls', name));
    const { stdout } = await thaw(['predict', '--run', runId, '--json', ...images], { home });
    for (const [place, { classes }] of predictResult.parse(JSON.parse(stdout)).predictions.entries()) {
      const name = path.basename(given[place] ?? '');
      const said = classes.map((found) => `${found.name} ${(found.probability * 100).toFixed(1)} %`);
      const lines = await result(new RegExp(`^${name}`))
        .locator('li')
        .allInnerTexts();
      expect(lines.map((line) => line.replace(/\s+/g, ' ').trim())).toEqual(said);
    }
    await expect.poll(() => results().locator('img.ready').count()).toBe(4);
  });

  it('puts further images in front, and says of one that cannot be read why', async () => {
    await drag(page, [path.join(files, 'fox.jpg'), path.join(files, 'broken.jpg')]);
    await result(/^broken\.jpg: .*broken\.jpg/).waitFor({ timeout: 60_000 });
    await result(/^fox\.jpg: fox/).waitFor();
    expect(await page.getByText('1 could not be read').isVisible()).toBe(true);
    expect(await result(/^broken/).textContent()).not.toContain(root);
    await expectAccessible(page);
    await takeScreenshots(page, 'predict');
  });

  it('opens an image by keyboard and goes on from it', async () => {
    await results().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await dialog().getByRole('img').waitFor();
    expect(await dialog().textContent()).toContain('6 of 6');
    await expectAccessible(page);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => dialog().textContent()).toContain('5 of 6');
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog().count()).toBe(0);
  });

  it('shows fewer classes when asked to', async () => {
    await page.getByRole('radio', { name: '1', exact: true }).check();
    await expect.poll(() => result(/^fox/).locator('.share').count(), { timeout: 60_000 }).toBe(1);
  });

  it('tells of a folder without images, and keeps what was predicted', async () => {
    await drag(page, [path.join(files, 'nothing')]);
    await page.getByText(/nothing.* holds no images/).waitFor({ timeout: 60_000 });
    expect(await result(/^fox\.jpg: fox/).count()).toBe(1);
  });

  it('chooses several images by keyboard in its own chooser', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'Choose images…' }).click();
    await dialog().getByRole('listbox').waitFor();
    await page.keyboard.press('Enter');
    await dialog().getByRole('option', { name: 'broken.jpg, Image' }).waitFor();
    await page.keyboard.press('b');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await expectAccessible(page);
    await dialog().getByRole('button', { name: 'Use 2 files' }).click();
    await result(/^fox\.jpg: fox/).waitFor({ timeout: 60_000 });
    expect(await results().getByRole('option').count()).toBe(2);
  });

  it('takes a pasted image', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    const bytes = [...readFileSync(path.join(SAMPLE, 'fox/001.jpg'))];
    await page.evaluate((content) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([new Uint8Array(content)], 'pasted.jpg', { type: 'image/jpeg' }));
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    }, bytes);
    await result(/^pasted\.jpg: (fox|owl)/).waitFor({ timeout: 60_000 });
  });

  it('stops a long prediction when asked to, keeps what it has, and goes on with the rest', async () => {
    const stopped = clickWhenThere(page, 'Stop');
    await drag(page, [path.join(files, 'many')]);
    await stopped;
    const rest = page.getByRole('button', { name: 'Predict the rest' });
    await rest.waitFor();
    await expectAccessible(page);
    await takeScreenshots(page, 'predict-stopped');
    await rest.click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached', timeout: 60_000 });
    expect(await rest.count()).toBe(0);
    expect(await result(/waiting/).count()).toBe(0);
    await results().focus();
    await page.keyboard.press('End');
    await result(/^pasted\.jpg: (fox|owl)/).waitFor();
  });

  it('predicts an image of the dataset from where it is looked at', async () => {
    await page.getByRole('link', { name: 'Dataset', exact: true }).click();
    await page.getByRole('listbox', { name: 'Images' }).focus();
    await page.keyboard.press('Enter');
    await dialog().getByRole('button', { name: 'Predict this image' }).click();
    await result(/^000\.jpg: (fox|owl)/).waitFor({ timeout: 60_000 });
  });

  it('has met no error of its own and broken no rule of its content policy', () => {
    expect(problems).toEqual([]);
  });
});
