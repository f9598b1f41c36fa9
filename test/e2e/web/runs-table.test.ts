import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { writeManyRuns } from '../../support/many-runs.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { expectAccessible } from '../../support/window/accessibility.ts';
import { describeWith } from '../../support/window/needed.ts';
import { takeScreenshots } from '../../support/window/screenshots.ts';
import { findWeb, launchWeb, type Web } from '../../support/window/web.ts';

const RUNS = 300;

const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 60_000, interval: 100 });

describeWith('the table of runs', await findWeb(), (place) => {
  const home = path.join(temporaryFolder(), 'home');
  let web: Web;
  beforeAll(async () => {
    writeManyRuns(home, RUNS);
    web = await launchWeb(place, home);
  }, 120_000);

  /** A list as it is at first, whatever a test before left. */
  beforeEach(async () => {
    await web.page.evaluate(() => (window.location.hash = '#/runs'));
    await web.page.reload();
    await eventually(() => row().count()).toBeGreaterThan(0);
  }, 120_000);

  const table = () => web.page.locator('[role=grid], [role=treegrid]');
  const row = () => web.page.locator('[role=rowgroup] [role=row]');
  const rowOf = (name: string) => row().filter({ has: web.page.getByText(name, { exact: true }) });
  /** The names of the runs in sight, from the top. */
  const names = async (): Promise<string[]> => {
    const found = await row().evaluateAll((rows) =>
      rows
        .map((element) => ({
          place: Number(element.getAttribute('aria-rowindex')),
          name: element.querySelector('.name bdi')?.textContent ?? element.textContent.trim(),
        }))
        .sort((one, other) => one.place - other.place)
        .map(({ name }) => name),
    );
    return found.slice(0, 5);
  };
  const head = (name: string) => web.page.getByRole('columnheader', { name, exact: true });
  const query = () => web.page.getByRole('combobox', { name: 'Query' });
  const options = () => web.page.getByRole('listbox', { name: 'What could stand here' }).getByRole('option');
  const ask = async (text: string): Promise<void> => {
    await query().fill(text);
    await query().press('Enter');
  };
  const status = () => web.page.locator('footer').getByRole('status').textContent();
  const shelf = (name: string) => web.page.getByRole('radio', { name: new RegExp(`^${name}`) });

  it('shows the newest first, and fetches the others as they are scrolled to', async () => {
    await eventually(names).toEqual(['trial 300', 'trial 299', 'trial 298', 'trial 297', 'trial 296']);
    expect(await status()).toBe('300 runs');
    expect(await row().count()).toBeLessThan(100);
    await table().focus();
    await table().press('End');
    await eventually(() => rowOf('trial 1').count()).toBe(1);
    await eventually(() => table().getAttribute('aria-rowcount')).toBe('301');
    await table().press('Home');
    await eventually(names).toContain('trial 300');
    await expectAccessible(web.page);
    await takeScreenshots(web.page, 'runs-table');
  });

  it('sorts by a head, by another too with Shift, and tells which way', async () => {
    await head('Val. accuracy').getByRole('button').click();
    await eventually(() => head('Val. accuracy').getAttribute('aria-sort')).toBe('descending');
    await eventually(() => row().first().textContent()).toMatch(/9\d\.\d %/);
    // By keys alone.
    await head('Network').getByRole('button').focus();
    await head('Network').getByRole('button').press('Enter');
    await eventually(() => head('Network').getAttribute('aria-sort')).toBe('ascending');
    await head('Created')
      .getByRole('button')
      .click({ modifiers: ['Shift'] });
    await eventually(names).toEqual(['trial 300', 'trial 295', 'trial 290', 'trial 285', 'trial 280']);
    await head('Created')
      .getByRole('button')
      .click({ modifiers: ['Shift'] });
    await eventually(names).toEqual(['trial 5', 'trial 10', 'trial 15', 'trial 20', 'trial 25']);
    expect(await head('Network').getAttribute('aria-sort')).toBe('ascending');
  });

  it('is passed by Tab through the query, which stays as it is', async () => {
    await query().focus();
    await eventually(() => options().count()).toBeGreaterThan(1);
    await query().press('Tab');
    expect(await query().inputValue()).toBe('');
    expect(await query().evaluate((element) => element === document.activeElement)).toBe(false);
    await eventually(() => options().count()).toBe(0);
  });

  it('lists what fits a query, which completes itself by keys', async () => {
    await query().click();
    await query().fill('netw');
    await eventually(() => options().allTextContents()).toEqual([expect.stringMatching(/^network/)]);
    await query().press('Tab');
    await eventually(() => query().inputValue()).toBe('network ');
    await query().pressSequentially('= res');
    await eventually(() => options().first().textContent()).toMatch(/^resnet50/);
    await query().press('ArrowDown');
    await eventually(() => query().getAttribute('aria-activedescendant')).not.toBeNull();
    await takeScreenshots(web.page, 'runs-query-completion');
    await query().press('Enter');
    await eventually(() => query().inputValue()).toBe('network = resnet50 ');
    await query().press('Escape');
    await eventually(() => options().count()).toBe(0);
    await query().pressSequentially('and seed < 20');
    await query().press('Enter');
    await eventually(status).toBe('4 runs');
    await eventually(names).toEqual(['trial 18', 'trial 13', 'trial 8', 'trial 3']);
    await expectAccessible(web.page);
    await query().press('Escape');
    await eventually(status).toBe('300 runs');
  });

  it('says what is wrong with a query where it is wrong, and goes on showing what there was', async () => {
    await ask('network = resnet50');
    await eventually(status).toBe('60 runs');
    await ask('network = resnet50 and val_acuracy > 0.9');
    const problem = web.page.getByRole('alert');
    await eventually(() => problem.textContent()).toMatch(/val_acuracy/);
    expect(await query().getAttribute('aria-invalid')).toBe('true');
    expect(await web.page.locator('.mirror mark').textContent()).toBe('val_acuracy');
    expect(await status()).toBe('60 runs');
    await expectAccessible(web.page);
    await takeScreenshots(web.page, 'runs-query-problem');
    await ask('name = nobody');
    await eventually(() => web.page.getByRole('heading', { name: 'No run fits the query' }).count()).toBe(1);
    await web.page.getByRole('button', { name: 'Clear the query' }).last().click();
    await eventually(status).toBe('300 runs');
    expect(await query().inputValue()).toBe('');
  });

  it('groups runs below heads that fold them away', async () => {
    await web.page.getByRole('button', { name: 'Group by' }).click();
    await web.page.getByRole('option', { name: 'network', exact: true }).click();
    const group = row().filter({ hasText: /densenet121\s*60 runs\s*best \d\d\.\d %/ });
    await eventually(() => group.getAttribute('aria-expanded')).toBe('true');
    await expectAccessible(web.page);
    await takeScreenshots(web.page, 'runs-grouped');
    await table().focus();
    await table().press('Home');
    await table().press('ArrowLeft');
    await eventually(() => group.getAttribute('aria-expanded')).toBe('false');
    await eventually(() => row().nth(1).textContent()).toMatch(/efficientnet_b0\s*60 runs/);
    await web.page.getByRole('button', { name: 'By network' }).click();
    await web.page.getByRole('button', { name: 'Fold all groups', exact: true }).click();
    await eventually(() => table().getAttribute('aria-rowcount')).toBe('6');
  });

  it('keeps chosen columns, their order and their widths', async () => {
    const heads = () => web.page.getByRole('columnheader').allTextContents();
    await web.page.getByRole('button', { name: 'Columns', exact: true }).click();
    await web.page.getByRole('combobox', { name: 'Add or take away a column' }).fill('learningRate');
    await web.page.getByRole('option', { name: 'optimizer.learningRate', exact: true }).click();
    await web.page.getByRole('button', { name: 'Take Strategy away' }).click();
    await web.page.getByRole('button', { name: 'Move optimizer.learningRate to the left' }).click();
    await expectAccessible(web.page);
    await takeScreenshots(web.page, 'runs-columns');
    await web.page.keyboard.press('Escape');
    await eventually(() => rowOf('trial 300').textContent()).toContain('0.001');
    const rate = head('optimizer.learningRate');
    const width = async (): Promise<number> => Math.round((await rate.boundingBox())?.width ?? 0);
    const before = await width();
    await rate.getByRole('button').focus();
    await rate.getByRole('button').press('Alt+ArrowRight');
    await eventually(width).toBe(before + 16);
    const shown = (await heads()).map((text) => text.trim());
    expect(shown.indexOf('optimizer.learningRate')).toBe(shown.indexOf('Took') - 1);
    expect(shown).not.toContain('Strategy');
    const written = () => readFile(path.join(home, 'settings.json'), 'utf8').catch(() => '');
    await eventually(written).toMatch(new RegExp(`"optimizer.learningRate",\\s*"width": ${before + 16}`));
    await web.page.reload();
    await eventually(async () => (await heads()).map((text) => text.trim())).toEqual(shown);
    await eventually(width).toBe(before + 16);
    await web.page.getByRole('button', { name: 'Columns', exact: true }).click();
    await web.page.getByRole('button', { name: 'The usual columns' }).click();
    await eventually(() => head('Strategy').count()).toBe(1);
  });

  it('shows what another process makes of a run', async () => {
    await thaw(['runs', 'tag', '20260105-080000-008a', 'from elsewhere'], { home });
    await eventually(() => rowOf('trial 299').textContent()).toContain('from elsewhere');
  });

  it('stars, tags, names and notes a run by keys', async () => {
    await table().focus();
    await table().press('s');
    await eventually(() => rowOf('trial 300').getByLabel('starred').count()).toBe(1);
    await table().press('t');
    const dialog = web.page.getByRole('dialog');
    await dialog.getByRole('combobox').fill('baseline');
    await dialog.getByRole('combobox').press('Enter');
    await eventually(() => dialog.getByRole('option', { name: 'baseline' }).count()).toBe(1);
    await expectAccessible(web.page);
    await web.page.keyboard.press('Escape');
    await eventually(() => rowOf('trial 300').textContent()).toContain('baseline');
    await table().press('F2');
    await dialog.getByLabel('Name', { exact: true }).fill('the one to beat');
    await web.page.keyboard.press('Enter');
    await eventually(names).toContain('the one to beat');
    // It closes once what was written is kept, of which the table may be told before.
    await eventually(() => dialog.count()).toBe(0);
    await table().press('n');
    await dialog.getByRole('textbox').fill('Warm-up helped.\nTry it longer.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await eventually(() => rowOf('the one to beat').getByTitle('Warm-up helped.').count()).toBe(1);
    await eventually(() => dialog.count()).toBe(0);
    await ask('starred and tag = baseline and note ~ "longer"');
    await eventually(names).toEqual(['the one to beat']);
  });

  it('selects by mouse and keys, and does with all of them what is asked', async () => {
    await table().focus();
    await table().press('ArrowDown');
    await table().press('Shift+ArrowDown');
    await table().press('Shift+ArrowDown');
    const bar = web.page.getByRole('group', { name: 'Selected runs' });
    await eventually(() => bar.textContent()).toContain('3 runs selected');
    await rowOf('trial 295').click({ modifiers: ['ControlOrMeta'] });
    await eventually(() => bar.textContent()).toContain('4 runs selected');
    await expectAccessible(web.page);
    await takeScreenshots(web.page, 'runs-selected');
    await table().press('Control+a');
    await eventually(() => bar.textContent()).toContain('300 runs selected');
    expect(await bar.getByRole('button', { name: 'Compare' }).isDisabled()).toBe(true);
    await table().press('Escape');
    await eventually(() => bar.count()).toBe(0);
    await rowOf('trial 299').click({ modifiers: ['ControlOrMeta'] });
    await rowOf('trial 297').click({ modifiers: ['Shift'] });
    await eventually(() => bar.textContent()).toContain('3 runs selected');
    await bar.getByRole('button', { name: 'Compare' }).click();
    await eventually(() => Promise.resolve(new URL(web.page.url()).hash)).toMatch(
      /^#\/runs\/compare\/[^,]+,[^,]+,[^,]+$/,
    );
  });

  it('opens a menu of a run by a right click and by keys', async () => {
    await rowOf('trial 298').click({ button: 'right' });
    const menu = web.page.getByRole('menu');
    await eventually(() => menu.getByRole('menuitem').allTextContents()).toContainEqual(
      expect.stringMatching(/^Archive/),
    );
    await expectAccessible(web.page);
    await takeScreenshots(web.page, 'runs-menu');
    await web.page.keyboard.press('Escape');
    await eventually(() => menu.count()).toBe(0);
    await table().focus();
    await table().press('Shift+F10');
    await menu.getByRole('menuitem', { name: 'Open' }).click();
    await eventually(() => web.page.getByRole('heading', { level: 1 }).textContent()).toContain('trial 298');
  });

  it('archives, throws away and takes back, and empties the trash after it said how much goes', async () => {
    await rowOf('trial 290').click({ modifiers: ['ControlOrMeta'] });
    await rowOf('trial 289').click({ modifiers: ['ControlOrMeta'] });
    const bar = web.page.getByRole('group', { name: 'Selected runs' });
    await bar.getByRole('button', { name: 'Move to the trash' }).click();
    await eventually(() =>
      shelf('Trash')
        .getAttribute('value')
        .then(() => shelf('Trash 2').count()),
    ).toBe(1);
    await eventually(() => rowOf('trial 290').count()).toBe(0);
    await web.page.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => rowOf('trial 290').count()).toBe(1);
    await rowOf('trial 288').click({ modifiers: ['ControlOrMeta'] });
    await bar.getByRole('button', { name: 'Archive' }).click();
    await shelf('Archived').check({ force: true });
    await eventually(names).toEqual(['trial 288']);
    await shelf('Active').check({ force: true });
    await rowOf('trial 287').click({ modifiers: ['ControlOrMeta'] });
    await table().press('Delete');
    await shelf('Trash').check({ force: true });
    await eventually(names).toEqual(['trial 287']);
    await web.page.getByRole('button', { name: 'Empty the trash…' }).click();
    const dialog = web.page.getByRole('dialog');
    await eventually(() => dialog.textContent()).toMatch(/1 run and 0 B on disk/);
    await expectAccessible(web.page);
    await takeScreenshots(web.page, 'runs-empty-trash');
    await dialog.getByRole('button', { name: 'Delete 1 run for good' }).click();
    await eventually(() => web.page.getByRole('heading', { name: 'The trash is empty' }).count()).toBe(1);
    await web.page.getByRole('button', { name: 'Show active runs' }).click();
    await eventually(status).toBe('298 runs');
  });

  it('saves a query as a filter, which is chosen again and deleted', async () => {
    const all = await status();
    await ask('network = resnet50 and seed < 20');
    await eventually(status).toBe('4 runs');
    await web.page.getByRole('button', { name: 'Filters' }).click();
    await web.page.getByRole('button', { name: 'Save this query as…' }).click();
    await web.page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('small seeds');
    await web.page.keyboard.press('Enter');
    await eventually(() => web.page.getByText('The filter ‘small seeds’ is saved.').count()).toBe(1);
    await ask('');
    await eventually(status).toBe(all);
    await web.page.getByRole('button', { name: 'Filters' }).click();
    await expectAccessible(web.page);
    await takeScreenshots(web.page, 'runs-filters');
    await web.page.getByRole('button', { name: /^small seeds/ }).click();
    await eventually(status).toBe('4 runs');
    expect(await query().inputValue()).toBe('network = resnet50 and seed < 20');
    await web.page.getByRole('button', { name: 'Filters' }).click();
    await web.page.getByRole('button', { name: 'Delete the filter small seeds' }).click();
    await eventually(() => web.page.getByText('No saved filters yet').count()).toBe(1);
  });

  it('fits a narrow window in both themes', async () => {
    await web.page.setViewportSize({ width: 900, height: 640 });
    try {
      const sideways = () => web.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await eventually(sideways).toBeLessThanOrEqual(0);
      for (const colorScheme of ['dark', 'light'] as const) {
        await web.page.emulateMedia({ colorScheme });
        await expectAccessible(web.page);
      }
      await takeScreenshots(web.page, 'runs-table-narrow');
    } finally {
      await web.page.setViewportSize({ width: 1440, height: 900 });
    }
  });
});
