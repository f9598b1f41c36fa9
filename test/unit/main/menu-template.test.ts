import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { menuTemplate } from '../../../src/main/menu-template.ts';

type Click = (() => void) | undefined;

function itemsOf(platform: string, training: boolean, told: string[] = []): readonly MenuItemConstructorOptions[] {
  return menuTemplate({ training }, (command) => told.push(command), platform).flatMap(
    ({ submenu }) => submenu as MenuItemConstructorOptions[],
  );
}

describe('the menu', () => {
  it.each(['linux', 'win32', 'darwin'])('has the usual accelerators, none twice, on %s', (platform) => {
    const accelerators = itemsOf(platform, false).flatMap(({ accelerator }) => accelerator ?? []);
    expect(accelerators).toEqual(expect.arrayContaining(['CmdOrCtrl+O', 'CmdOrCtrl+F', 'CmdOrCtrl+,', 'CmdOrCtrl+Z']));
    expect(new Set(accelerators).size).toBe(accelerators.length);
  });

  it.each([
    [true, ['stop']],
    [false, ['train']],
  ])('offers of training only what applies: under way %s, %j', (training, expected) => {
    const told: string[] = [];
    for (const item of itemsOf('linux', training, told)) {
      if (item.enabled === true && /Ctrl\+(Return|\.)$/.test(item.accelerator?.toString() ?? ''))
        (item.click as Click)?.();
    }
    expect(told).toEqual(expected);
  });

  it('asks the window for everything else', () => {
    const told: string[] = [];
    for (const { click } of itemsOf('linux', false, told)) (click as Click)?.();
    expect(told.sort()).toEqual(['about', 'find', 'openDataset', 'preferences', 'redo', 'stop', 'train', 'undo']);
  });
});
