import { afterAll, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { deleteFilter, listFilters, saveFilter } from '../../../src/engine/experiment/saved-filters.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const home = temporaryFolder();
const log = openLog(home);
afterAll(() => log.close());

describe('a saved filter', () => {
  it('is kept by name, replaced under the same name, and gone once it is deleted', () => {
    saveFilter(log, { name: 'good', query: 'val_accuracy > 0.9' });
    expect(saveFilter(log, { name: 'Baseline', query: 'tag = baseline' }).map(({ name }) => name)).toEqual([
      'Baseline',
      'good',
    ]);
    saveFilter(log, { name: 'good', query: 'val_accuracy > 0.95' });
    const again = openLog(home);
    expect(listFilters(again)).toMatchObject([{ name: 'Baseline' }, { name: 'good', query: 'val_accuracy > 0.95' }]);
    again.close();
    expect(deleteFilter(log, 'good').map(({ name }) => name)).toEqual(['Baseline']);
    expect(deleteFilter(log, 'never there').map(({ name }) => name)).toEqual(['Baseline']);
  });

  it('must be a query, though of keys that no run has yet', async () => {
    await expectError(() => saveFilter(log, { name: 'bad', query: 'val_accuracy >' }), 'usage.invalid', 'character 15');
    expect(saveFilter(log, { name: 'later', query: 'my_metric > 1' }).map(({ name }) => name)).toContain('later');
  });

  it('is one of at most 500', async () => {
    for (let count = listFilters(log).length; count < 500; count += 1) {
      saveFilter(log, { name: `filter ${count}`, query: 'starred' });
    }
    await expectError(() => saveFilter(log, { name: 'one more', query: 'starred' }), 'usage.invalid', 'at most 500');
    expect(saveFilter(log, { name: 'later', query: 'starred' })).toHaveLength(500);
  });
});
