import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fitPlace, readPlace, rememberPlace } from '../../../src/main/window-place.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LEFT = { x: 0, y: 0, width: 1920, height: 1080 };
const RIGHT = { x: 1920, y: 0, width: 2560, height: 1440 };
const home = temporaryFolder();

describe("the window's place", () => {
  it.each([
    ['on the first screen', { x: 10, y: 10, width: 1000, height: 700 }, [LEFT], true],
    ['on the second', { x: 2000, y: 50, width: 1000, height: 700 }, [LEFT, RIGHT], true],
    ['on a second that is gone', { x: 2000, y: 50, width: 1000, height: 700 }, [LEFT], false],
    ['above all screens', { x: 0, y: -5000, width: 1000, height: 700 }, [LEFT], false],
    ['with an edge left to grab', { x: -800, y: 0, width: 1000, height: 700 }, [LEFT], true],
    ['with too little left', { x: -950, y: 0, width: 1000, height: 700 }, [LEFT], false],
  ] as const)('remembered %s is taken again: %j %j %s', (_name, remembered, screens, taken) => {
    expect(fitPlace(remembered, false, screens).bounds).toEqual(taken ? remembered : null);
  });

  it('is never smaller than can be used, nor larger than the screen, when nothing fits', () => {
    expect(fitPlace(null, false, [{ x: 0, y: 0, width: 1024, height: 600 }])).toEqual({
      bounds: null,
      width: 1024,
      height: 600,
      maximized: false,
    });
    expect(fitPlace(null, false, [])).toMatchObject({ width: 1440, height: 900 });
  });

  it('comes back as it was written', () => {
    const bounds = { x: 5, y: 6, width: 1001, height: 702 };
    rememberPlace(home, bounds, true);
    expect(readPlace(home, [LEFT])).toMatchObject({ bounds, maximized: true });
  });

  it.each([
    ['no JSON', '{'],
    ['of a later version', '{"schemaVersion":2,"bounds":{"x":1,"y":1,"width":900,"height":600}}'],
    ['with words for numbers', '{"schemaVersion":1,"bounds":{"x":"1","y":1,"width":900,"height":600}}'],
    ['out of this world', '{"schemaVersion":1,"bounds":{"x":1e9,"y":1,"width":900,"height":600}}'],
    ['without any', '{"schemaVersion":1}'],
    ['that is null', 'null'],
  ])('is chosen anew from a file that is %s', (_name, content) => {
    mkdirSync(path.join(home, 'desktop'), { recursive: true });
    writeFileSync(path.join(home, 'desktop/window.json'), content);
    expect(readPlace(home, [LEFT])).toMatchObject({ bounds: null, maximized: false });
  });

  it('is done without where it cannot be written', () => {
    expect(() => rememberPlace('/dev/null', LEFT, false)).not.toThrow();
  });
});
