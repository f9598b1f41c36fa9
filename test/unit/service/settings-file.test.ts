import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SettingsFile } from '../../../src/engine/service/settings-file.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let made = 0;

function home(content?: string): { folder: string; file: string; settings: SettingsFile } {
  const folder = path.join(root, String((made += 1)));
  const file = path.join(folder, 'settings.json');
  mkdirSync(folder);
  if (content !== undefined) writeFileSync(file, content);
  return { folder, file, settings: new SettingsFile(folder) };
}

const defaults = { schemaVersion: 1, theme: 'system', panes: {}, smoothing: 0.6, cacheLimitBytes: 8 * 2 ** 30 };

describe('settings', () => {
  it('are the defaults until something is changed, and nothing is written before', () => {
    const { settings, folder } = home();
    expect(settings.read()).toEqual({ settings: defaults, warning: null });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keep what is changed, and the rest as it was, pane by pane', () => {
    const { settings, folder, file } = home();
    settings.write({ panes: { tree: 300, plan: 200 } });
    settings.write({ theme: 'dark', panes: { plan: 250 } });
    const written = settings.write({ smoothing: 0.9 });
    expect(written).toEqual({ ...defaults, theme: 'dark', smoothing: 0.9, panes: { tree: 300, plan: 250 } });
    expect(new SettingsFile(folder).read()).toEqual({ settings: written, warning: null });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['settings.json']);
  });

  it('of before there was a limit for caches have the usual one, and keep one that is set', () => {
    const { settings } = home('{"schemaVersion":1,"theme":"dark","panes":{},"smoothing":0.5}');
    expect(settings.read()).toEqual({ settings: { ...defaults, theme: 'dark', smoothing: 0.5 }, warning: null });
    settings.write({ cacheLimitBytes: 2 ** 30 });
    expect(settings.write({ theme: 'light' }).cacheLimitBytes).toBe(2 ** 30);
  });

  it('are shared by all who use the folder', () => {
    const { settings, folder } = home();
    const other = new SettingsFile(folder);
    settings.write({ theme: 'light' });
    other.write({ smoothing: 0 });
    expect(settings.read().settings).toMatchObject({ theme: 'light', smoothing: 0 });
  });

  it.each([
    ['no JSON', '{"schemaVersion": 1, "theme"'],
    ['nothing', ''],
    ['another document', '[1, 2, 3]'],
    ['a value that is none', '{"schemaVersion":1,"theme":"pink","panes":{},"smoothing":0.5}'],
    ['far too long', `"${'x'.repeat(2 ** 20)}"`],
  ])('that are damaged (%s) are set aside, told of, and begun anew', (_how, content) => {
    const { settings, file } = home(content);
    const { settings: found, warning } = settings.read();
    expect(found).toEqual(defaults);
    expect(warning).toContain(`${file}.damaged`);
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(content);
    expect(existsSync(file)).toBe(false);
    // A second window hears of it too.
    expect(settings.read().warning).toBe(warning);
    settings.write({ theme: 'dark' });
    expect(settings.read()).toMatchObject({ settings: { theme: 'dark' }, warning: null });
  });

  it('of a newer Thaw are refused in words and left as they are', async () => {
    const content = '{"schemaVersion":2,"theme":"dark","colour":"red"}';
    const { settings, file } = home(content);
    await expectError(() => settings.read(), 'log.newer', 'version 2', file);
    await expectError(() => settings.write({ theme: 'light' }), 'log.newer', 'newer Thaw');
    expect(readFileSync(file, 'utf8')).toBe(content);
  });
});
