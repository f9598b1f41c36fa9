import path from 'node:path';
import type { Locator, Page } from 'playwright';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb } from '../../support/window/web.ts';

/** Of `mobilenet_v1_0.25_96` with two classes, as Keras' `summary()` counts them. */
const HEAD_ALONE = { trainable: '514', frozen: '218,544 frozen' };
const WITH_BLOCK_13 = { trainable: '69,378', frozen: '149,680 frozen' };

describeWith('the layer tree', await findWeb(), (place) => {
  const home = path.join(temporaryFolder(), 'home');
  let page: Page;
  const row = (name: string): Locator => page.locator(`[role=treeitem][id$=":${name}"]`);
  const figure = (name: string): Promise<string | null> => page.locator(`[data-figure=${name}]`).textContent();
  const counts = async () => ({ trainable: await figure('trainable'), frozen: await figure('frozen') });
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '');

  beforeAll(async () => {
    ({ page } = await launchWeb(place, home));
  });

  beforeEach(async () => {
    await page.reload();
    await row('block_13').waitFor();
  });

  it('shows what freezes by colour, shape and word, and what that costs', async () => {
    await expect.poll(counts).toEqual(HEAD_ALONE);
    await expect.poll(() => row('block_13').getAttribute('aria-label')).toContain('frozen');
    await expect.poll(() => row('head').getAttribute('aria-label')).toContain('trainable');
    await expect.poll(() => page.locator('.boundary').textContent()).toMatch(/140 × 256 · 143 kB/);
  });

  describe('by mouse', () => {
    it('thaws a block by a click, moves the cache boundary, and takes it back by undo', async () => {
      const memory = await figure('memory');
      await row('block_13').click();
      await expect.poll(counts).toEqual(WITH_BLOCK_13);
      await expect.poll(() => page.locator('.boundary').textContent()).toMatch(/140 × 3×3×256 · 1\.3 MB/);
      await expect.poll(() => figure('memory')).not.toBe(memory);
      await page.getByRole('button', { name: 'Undo (Ctrl+Z)' }).click();
      await expect.poll(counts).toEqual(HEAD_ALONE);
      await page.getByRole('button', { name: 'Redo (Ctrl+Shift+Z)' }).click();
      await expect.poll(counts).toEqual(WITH_BLOCK_13);
    });

    it('does not lose the layers of an unfolded block, and tells it partly frozen', async () => {
      await row('block_13').locator('[data-act=fold]').click();
      await row('conv_pw_13').click();
      await expect.poll(() => row('block_13').getAttribute('aria-checked')).toBe('mixed');
      await expect.poll(() => figure('trainable')).toBe('66,050');
    });

    it('thaws a range with shift', async () => {
      await row('block_13').click();
      await row('block_11').click({ modifiers: ['Shift'] });
      for (const name of ['block_11', 'block_12', 'block_13']) {
        await expect.poll(() => row(name).getAttribute('aria-checked')).toBe('true');
      }
      await expect.poll(() => row('block_10').getAttribute('aria-checked')).toBe('false');
    });

    it("keeps a thawed BatchNorm's statistics by a toggle of their own", async () => {
      await row('block_13').click();
      await row('block_13').locator('[data-act=fold]').click();
      await row('conv_dw_13_bn').locator('[data-act=statistics]').click();
      await expect.poll(() => row('conv_dw_13_bn').getAttribute('aria-label')).toContain('statistics kept');
      expect(await row('conv_dw_13_bn').getAttribute('aria-checked')).toBe('true');
      await expect.poll(counts).toEqual(WITH_BLOCK_13);
    });

    it('opens a layer to its tensors, their values and where they come from', async () => {
      await row('block_13').locator('[data-act=fold]').click();
      await row('conv_pw_13').hover();
      await row('conv_pw_13').locator('[data-act=inspect]').click();
      const inspector = page.getByRole('complementary', { name: 'Inspector: conv_pw_13' });
      await inspector
        .getByText('1×1×256×256')
        .or(inspector.getByText('1×1×128×256'))
        .or(inspector.getByText('×256'))
        .first()
        .waitFor();
      await inspector.getByText('weights.safetensors: conv_pw_13/kernel').waitFor();
      await inspector.getByRole('img', { name: /^Histogram of conv_pw_13\/kernel/ }).waitFor();
      await takeScreenshots(page, 'inspector');
      await expectAccessible(page);
      await inspector.getByRole('button', { name: 'Close the inspector' }).click();
      expect(await focused()).toBe('layer:conv_pw_13');
    });
  });

  describe('by keyboard', () => {
    beforeEach(async () => {
      await page.locator('[role=treeitem][tabindex="0"]').focus();
    });

    it('goes through the tree, unfolds, and thaws with space', async () => {
      await page.keyboard.type('block_13');
      expect(await focused()).toBe('block:block_13');
      await page.keyboard.press('Space');
      await expect.poll(counts).toEqual(WITH_BLOCK_13);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      expect(await focused()).toMatch(/^layer:conv_.*13/);
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => row('block_13').getAttribute('aria-expanded')).toBe('false');
      await page.keyboard.press('Home');
      expect(await focused()).toBe('layer:input_1');
      await page.keyboard.press('End');
      expect(await focused()).toBe('block:head');
    });

    it('takes a range with shift, and undo and redo by their keys', async () => {
      await page.keyboard.type('block_12');
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('Space');
      await expect.poll(() => row('block_12').getAttribute('aria-checked')).toBe('true');
      expect(await row('block_13').getAttribute('aria-checked')).toBe('true');
      await page.keyboard.press('Control+z');
      await expect.poll(counts).toEqual(HEAD_ALONE);
      await page.keyboard.press('Control+Shift+z');
      await expect.poll(() => row('block_12').getAttribute('aria-checked')).toBe('true');
    });

    it('opens the inspector with Enter and closes it with Escape', async () => {
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.type('logits');
      await page.keyboard.press('Enter');
      await page.getByRole('complementary', { name: 'Inspector: logits' }).waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => page.getByRole('complementary', { name: /^Inspector/ }).count()).toBe(0);
    });
  });

  describe('by its tools', () => {
    const tool = (name: string): Locator => page.getByRole('button', { name, exact: true });
    const box = (): Locator => page.getByRole('textbox', { name: /^Search layers/ });

    it('thaws from a layer up, thaws all, and freezes all but the head', async () => {
      await page.locator('[role=treeitem][tabindex="0"]').focus();
      await page.keyboard.type('block_12');
      await tool('Thaw from here up').click();
      await expect.poll(() => row('block_12').getAttribute('aria-checked')).toBe('true');
      expect(await row('block_11').getAttribute('aria-checked')).toBe('false');
      await tool('Thaw all').click();
      await expect.poll(() => row('stem').getAttribute('aria-checked')).toBe('true');
      await page
        .getByText(/Nothing is cached|nothing is computed once/i)
        .first()
        .waitFor();
      await tool('Freeze all').click();
      await expect.poll(counts).toEqual(HEAD_ALONE);
    });

    it('thaws what an expression names, after showing what that is', async () => {
      await box().fill('conv_dw_(12|13)$');
      await page.getByText('2 matches').waitFor();
      await tool('Thaw').click();
      await expect.poll(() => figure('trainable')).toBe('3,970');
      await page.getByRole('button', { name: 'Clear the search' }).click();
      await expect.poll(() => row('block_12').getAttribute('aria-checked')).toBe('mixed');
    });

    it("says in the engine's words why a pattern means nothing, and changes nothing", async () => {
      await box().fill('blok_12');
      await tool('Freeze').click();
      await page.getByText(/blok_12.*is in none of/).waitFor();
      expect(await box().getAttribute('aria-invalid')).toBe('true');
      expect(await counts()).toEqual(HEAD_ALONE);
    });
  });

  it('is accessible with every block unfolded, in both themes', async () => {
    await page.getByRole('button', { name: 'Unfold all blocks' }).click();
    await row('logits').waitFor();
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
    }
    await takeScreenshots(page, 'layer-tree');
  });

  it('repaints a toggle among 300 layers in under 50 ms of its own work', async () => {
    await page.goto(new URL('#/network', page.url()).href);
    await page.getByRole('option', { name: /^Inception v3, Keras/ }).click();
    await page.goto(new URL('#/train', page.url()).href);
    await row('mixed10').waitFor();
    await page.getByRole('button', { name: 'Unfold all blocks' }).click();
    await row('conv2d_93').waitFor();
    expect(await page.locator('[role=treeitem]').count()).toBeGreaterThan(300);
    const session = await page.context().newCDPSession(page);
    // The thread's own time: other programs on this machine do not count.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const spent = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      const seconds = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
      return 1000 * (seconds('ScriptDuration') + seconds('LayoutDuration') + seconds('RecalcStyleDuration'));
    };
    const toggles: number[] = [];
    for (const name of ['conv2d_10', 'conv2d_50', 'conv2d_90', 'conv2d_20', 'conv2d_70']) {
      await row(name).scrollIntoViewIfNeeded();
      const checked = await row(name).getAttribute('aria-checked');
      const before = await spent();
      await row(name).evaluate(async (element) => {
        (element as HTMLElement).click();
        await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
      });
      toggles.push((await spent()) - before);
      expect(await row(name).getAttribute('aria-checked')).not.toBe(checked);
    }
    expect(toggles.toSorted((a, b) => a - b)[2]).toBeLessThan(50);
  });
});
