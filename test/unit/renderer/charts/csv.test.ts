import { describe, expect, it } from 'vitest';
import { toCsv } from '../../../../src/renderer/charts/csv.ts';

describe('curves as CSV', () => {
  it('puts curves side by side, with empty cells where one has no value', () => {
    const csv = toCsv('step', [
      { name: 'loss', x: [1, 2, 3], y: [0.5, NaN, 0.25] },
      { name: 'val_loss', x: [3, 6], y: [0.4, 0.3] },
    ]);
    expect(csv).toBe('step,loss,val_loss\r\n1,0.5,\r\n2,,\r\n3,0.25,0.4\r\n6,,0.3\r\n');
  });

  it('keeps every digit', () => {
    expect(toCsv('epoch', [{ name: 'accuracy', x: [1], y: [0.1 + 0.2] }])).toContain('0.30000000000000004');
  });

  it.each([
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['=1+1', "'=1+1"],
  ])('writes the name %s so that no program misreads it', (name, written) => {
    expect(toCsv('step', [{ name, x: [], y: [] }])).toBe(`step,${written}\r\n`);
  });
});
