import { describe, expect, it } from 'vitest';
import { PickedKeys } from '../../../../src/renderer/state/picked-keys.svelte.ts';

function list(...shown: string[]): { readonly picked: PickedKeys; readonly show: (...keys: string[]) => void } {
  let keys = shown;
  return { picked: new PickedKeys(() => keys), show: (...others) => void (keys = others) };
}

const alone = { extend: false, toggle: false };

describe('what of a list is selected', () => {
  it('is one, several by Ctrl, and a range from the last one by Shift', () => {
    const { picked } = list('a', 'b', 'c', 'd', 'e');
    picked.pick(1, alone);
    expect(picked.keys).toEqual(['b']);
    picked.pick(3, { extend: true, toggle: false });
    expect(picked.keys).toEqual(['b', 'c', 'd']);
    picked.pick(2, { extend: false, toggle: true });
    expect(picked.keys).toEqual(['b', 'd']);
    picked.pick(4, { extend: true, toggle: true });
    expect(picked.keys).toEqual(['b', 'c', 'd', 'e']);
    picked.pick(0, alone);
    expect(picked.keys).toEqual(['a']);
  });

  it('is what a rectangle covers now, not what it covered on the way', () => {
    const { picked } = list('a', 'b', 'c', 'd');
    picked.pick(0, alone);
    picked.draw([{ first: 0, end: 3 }], true);
    expect(picked.keys).toEqual(['b', 'c']);
    picked.draw([{ first: 2, end: 3 }], true);
    picked.drawn();
    expect(picked.keys).toEqual(['a', 'c']);
  });

  it('is acted on only as far as it is in sight, and in the order of sight', () => {
    const { picked, show } = list('a', 'b', 'c');
    picked.all();
    show('c', 'a', 'x');
    expect(picked.keys).toEqual(['c', 'a']);
    picked.clear();
    expect(picked.keys).toEqual([]);
  });
});
