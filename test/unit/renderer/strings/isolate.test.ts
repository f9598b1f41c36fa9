import { describe, expect, it } from 'vitest';
import { isolateEnding, isolatePath } from '../../../../src/renderer/strings/isolate.ts';

/** Isolates as people read about them: `>` from left to right, `?` by the first letter, `<` where either ends. */
const readable = (text: string) => text.replaceAll('\u2066', '>').replaceAll('\u2068', '?').replaceAll('\u2069', '<');

describe('the name of a file among other words', () => {
  it.each([
    { name: 'fox 1.png', shown: 'fox 1.png' },
    { name: 'صورة 1.png', shown: '>?صورة 1<.png<' },
    { name: 'תמונה.tar.gz', shown: '>?תמונה.tar<.gz<' },
    { name: 'צילום', shown: 'צילום' },
    { name: '.صورة', shown: '.صورة' },
  ])('keeps its ending at its end: $name', ({ name, shown }) => {
    expect(readable(isolateEnding(name))).toBe(shown);
  });

  it('stands in its path from left to right', () => {
    expect(readable(isolatePath('train/بومة/صورة 1.png'))).toBe('>?train</?بومة</?>?صورة 1<.png<<<');
  });
});
