import { describe, expect, it } from 'vitest';
import { ordinaryJpeg } from '../../../../src/engine/image/formats/jpeg-header.ts';
import { jpegScans } from '../../../../src/engine/image/formats/jpeg-scans.ts';
import { patternImage } from '../../../support/pattern-image.ts';

const scansOf = (file: Buffer): number | null => jpegScans(file, ordinaryJpeg(file)?.end ?? file.length);
const baseline = await patternImage(120, 90).jpeg({ quality: 95 }).toBuffer();
const progressive = await patternImage(120, 90).jpeg({ progressive: true }).toBuffer();
const startOfScan = baseline.lastIndexOf(Buffer.of(0xff, 0xda));

describe('the scans of a JPEG', () => {
  it('are one of a baseline file and several of a progressive one, whatever follows the end', () => {
    expect(scansOf(baseline)).toBe(1);
    expect(scansOf(Buffer.concat([baseline, Buffer.from('and more')]))).toBe(1);
    expect(scansOf(progressive)).toBeGreaterThan(3);
  });

  it('may have restart marks within and fill bytes behind', () => {
    const restart = Buffer.concat([
      baseline.subarray(0, -2),
      Buffer.of(0xff, 0xd0, 1, 2, 0xff, 0, 0xff, 0xff, 0xff, 0xd9),
    ]);
    expect(scansOf(restart)).toBe(1);
  });

  it.each([
    ['that ends within a scan', baseline.subarray(0, -2)],
    ['that ends before its scan', baseline.subarray(0, startOfScan + 1)],
    ['that ends within a segment', baseline.subarray(0, startOfScan + 3)],
    [
      'with something else between its segments',
      Buffer.concat([baseline.subarray(0, startOfScan), Buffer.of(0), baseline.subarray(startOfScan)]),
    ],
    [
      'with a marker that does not belong there',
      Buffer.concat([baseline.subarray(0, -2), Buffer.of(0xff, 0xc5, 0xff, 0xd9)]),
    ],
  ])('are not told of a file %s', (_, file) => {
    expect(scansOf(file)).toBeNull();
  });
});
