import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { uprightJpeg } from '../../../../src/engine/image/formats/jpeg-header.ts';

const picture = (channels: 3 | 4 = 3) =>
  sharp({ create: { width: 30, height: 20, channels, background: { r: 200, g: 90, b: 30, alpha: 1 } } });
const plain = await picture().jpeg().toBuffer();
/** With another segment before all others. */
const withSegment = (marker: number, content: Buffer): Buffer => {
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([plain.subarray(0, 2), head, content, plain.subarray(2)]);
};

describe('the header of a JPEG', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'tells its upright size in orientation %i, as the decoder does',
    async (orientation) => {
      const file = await picture().jpeg().withMetadata({ orientation }).toBuffer();
      const { autoOrient } = await sharp(file).metadata();
      expect(autoOrient).toEqual(orientation < 5 ? { width: 30, height: 20 } : { width: 20, height: 30 });
      expect(uprightJpeg(file)).toEqual(autoOrient);
    },
  );

  it.each([
    ['progressive', picture().jpeg({ progressive: true })],
    ['grey', picture().greyscale().toColourspace('b-w').jpeg()],
    ['without subsampled colours', picture().jpeg({ chromaSubsampling: '4:4:4' })],
    ['with a colour profile', picture().withIccProfile('p3').jpeg()],
  ])('tells the size of one that is %s', async (_, image) => {
    expect(uprightJpeg(await image.toBuffer())).toEqual({ width: 30, height: 20 });
  });

  it('passes over what it does not know, and over fill bytes', () => {
    expect(uprightJpeg(withSegment(0xe7, Buffer.alloc(3000, 0xff)))).toEqual({ width: 30, height: 20 });
    const filled = Buffer.concat([plain.subarray(0, 2), Buffer.of(0xff, 0xff), plain.subarray(2)]);
    expect(uprightJpeg(filled)).toEqual({ width: 30, height: 20 });
  });

  it.each([
    ['inks', picture().toColourspace('cmyk').jpeg()],
    ['another format', picture().png()],
  ])('leaves %s to the decoder', async (_, image) => {
    expect(uprightJpeg(await image.toBuffer())).toBeNull();
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a file that ends before its frame', plain.subarray(0, 40)],
    ['a header that is none', Buffer.concat([plain.subarray(0, 2), Buffer.alloc(64)])],
    ['EXIF that is none', withSegment(0xe1, Buffer.from('Exif\0\0nonsense'))],
    ['a segment of a kind that is reserved', withSegment(0x6d, Buffer.alloc(10))],
    ['a segment that is longer than the file', withSegment(0xe7, Buffer.alloc(10)).subarray(0, 10)],
    ['an end before the frame', Buffer.of(0xff, 0xd8, 0xff, 0xd9, 0, 0)],
  ])('leaves %s to the decoder, too', (_, file) => {
    expect(uprightJpeg(file)).toBeNull();
  });

  it('leaves two EXIFs to the decoder', async () => {
    const exif = Buffer.concat([
      Buffer.from('Exif\0\0'),
      (await sharp(await picture().jpeg().withMetadata({ orientation: 6 }).toBuffer()).metadata()).exif?.subarray(6) ??
        Buffer.alloc(0),
    ]);
    const once = withSegment(0xe1, exif);
    expect(uprightJpeg(once)).toEqual({ width: 20, height: 30 });
    const head = Buffer.of(0xff, 0xe1, 0, 0);
    head.writeUInt16BE(exif.length + 2, 2);
    expect(uprightJpeg(Buffer.concat([once.subarray(0, 2), head, exif, once.subarray(2)]))).toBeNull();
  });
});
