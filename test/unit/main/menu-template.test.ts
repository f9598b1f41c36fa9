import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { menuTemplate, type MenuState } from '../../../src/main/menu-template.ts';
import type { MenuCommand } from '../../../src/shared/contract/bridge.ts';
import type { RecentDataset } from '../../../src/shared/contract/dataset-view.ts';

type Click = (() => void) | undefined;

function itemsOf(
  platform: string,
  { training = false, recent = [] }: Partial<MenuState>,
  told: MenuCommand[] = [],
): readonly MenuItemConstructorOptions[] {
  return menuTemplate({ training, recent }, (command) => told.push(command), platform).flatMap(
    ({ submenu }) => submenu as MenuItemConstructorOptions[],
  );
}

function recentOf(recent: readonly RecentDataset[], told: MenuCommand[] = []): readonly MenuItemConstructorOptions[] {
  const item = itemsOf('linux', { recent }, told).find(({ label }) => label === 'Open Recent');
  return item?.submenu as MenuItemConstructorOptions[];
}

describe('the menu', () => {
  it.each(['linux', 'win32', 'darwin'])('has the usual accelerators, none twice, on %s', (platform) => {
    const accelerators = itemsOf(platform, {}).flatMap(({ accelerator }) => accelerator ?? []);
    expect(accelerators).toEqual(expect.arrayContaining(['CmdOrCtrl+O', 'CmdOrCtrl+F', 'CmdOrCtrl+,', 'CmdOrCtrl+Z']));
    expect(new Set(accelerators).size).toBe(accelerators.length);
  });

  it.each([
    [true, ['stop']],
    [false, ['train']],
  ])('offers of training only what applies: under way %s, %j', (training, expected) => {
    const told: MenuCommand[] = [];
    for (const item of itemsOf('linux', { training }, told)) {
      if (item.enabled === true && /Ctrl\+(Return|\.)$/.test(item.accelerator?.toString() ?? ''))
        (item.click as Click)?.();
    }
    expect(told.map(({ kind }) => kind)).toEqual(expected);
  });

  it('asks the window for everything else', () => {
    const told: MenuCommand[] = [];
    for (const { click } of itemsOf('linux', {}, told)) (click as Click)?.();
    expect(told.map(({ kind }) => kind).sort()).toEqual([
      ...['about', 'find', 'importRuns', 'openDataset', 'openFeatures', 'preferences', 'redo', 'stop', 'train', 'undo'],
    ]);
  });

  it('lists what was opened before, with what has gone disabled and every name as it is', () => {
    const told: MenuCommand[] = [];
    const items = recentOf(
      [
        { grantId: 'a', name: 'cats & dogs', root: '/photos/cats & dogs', openedAt: 2, exists: true },
        { grantId: 'b', name: 'stick', root: '/media/stick', openedAt: 1, exists: false },
      ],
      told,
    );
    expect(items.map(({ label, enabled }) => [label, enabled])).toEqual([
      ['cats && dogs: /photos/cats && dogs', true],
      ['stick: /media/stick', false],
    ]);
    (items[0]?.click as Click)?.();
    expect(told).toEqual([{ kind: 'openRecent', grantId: 'a', name: 'cats & dogs' }]);
  });

  it('says so where nothing was opened before', () => {
    expect(recentOf([])).toEqual([{ label: 'Nothing was opened yet', enabled: false }]);
  });
});
