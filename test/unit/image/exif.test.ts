import sharp, { type Exif } from 'sharp';
import { describe, expect, it } from 'vitest';
import { readExif } from '../../../src/engine/image/exif.ts';

/** EXIF as libvips writes it into a JPEG. */
async function exifOf(fields: Exif): Promise<Uint8Array> {
  const plain = sharp({ create: { width: 4, height: 4, channels: 3, background: '#888' } });
  const { exif } = await sharp(await plain.jpeg().withExif(fields).toBuffer()).metadata();
  return exif ?? new Uint8Array();
}

const PHOTOGRAPH = {
  IFD0: { Make: 'Canon', Model: 'Canon EOS 70D' },
  IFD2: {
    DateTimeOriginal: '2016:05:04 12:30:05',
    ExposureTime: '1/250',
    FNumber: '28/10',
    ISOSpeedRatings: '100',
    FocalLength: '35/1',
  },
  IFD3: {
    GPSLatitudeRef: 'S',
    GPSLatitude: '33/1 51/1 3624/100',
    GPSLongitudeRef: 'E',
    GPSLongitude: '151/1 12/1 0/1',
  },
};

/** A little-endian TIFF whose first directory has these entries, each of a tag, type, count and offset. */
function directory(entries: readonly (readonly [number, number, number, number])[], size = 256): Uint8Array {
  const bytes = Buffer.alloc(Math.max(size, 10 + entries.length * 12));
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, offset], index) => {
    const at = 10 + index * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(offset, at + 8);
  });
  return bytes.subarray(0, size);
}

const NOTHING = {
  takenAt: null,
  camera: null,
  lens: null,
  exposureSeconds: null,
  fNumber: null,
  iso: null,
  focalLengthMillimetres: null,
  hasLocation: false,
  location: null,
};

describe('EXIF', () => {
  it('tells camera, date and exposure, and keeps the place to itself until it is asked', async () => {
    const exif = await exifOf(PHOTOGRAPH);
    const told = {
      takenAt: '2016-05-04T12:30:05',
      camera: 'Canon EOS 70D',
      lens: null,
      exposureSeconds: 1 / 250,
      fNumber: 2.8,
      iso: 100,
      focalLengthMillimetres: 35,
      hasLocation: true,
    };
    expect(readExif(exif, false)).toEqual({ ...told, location: null });
    const { location } = readExif(exif, true) ?? {};
    expect(location?.latitude).toBeCloseTo(-33.860067, 5);
    expect(location?.longitude).toBeCloseTo(151.2, 6);
  });

  it.each([
    ['the maker is not part of the model', { Make: 'NIKON CORPORATION', Model: 'D90' }, 'NIKON CORPORATION D90'],
    ['there is no maker', { Model: 'D90' }, 'D90'],
    ['the model begins with the maker', { Make: 'NIKON CORPORATION', Model: 'NIKON D90' }, 'NIKON D90'],
  ])('names a camera where %s', async (_, IFD0, camera) => {
    expect(readExif(await exifOf({ IFD0 }), false)?.camera).toBe(camera);
  });

  it.each([
    ['a clock that was never set', '0000:00:00 00:00:00'],
    ['no date', 'yesterday'],
  ])('tells no date of %s', async (_, DateTimeOriginal) => {
    expect(readExif(await exifOf({ IFD2: { DateTimeOriginal } }), false)?.takenAt).toBeNull();
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['something else', Buffer.from('Exif\0\0no header at all')],
    ['half a header', Buffer.from('II*')],
  ])('is null for %s', (_, bytes) => {
    expect(readExif(bytes, true)).toBeNull();
  });

  it.each([
    ['points behind its end', directory([[0x8769, 4, 1, 1_000_000]])],
    [
      'points at itself',
      directory([
        [0x8769, 4, 1, 8],
        [0x8825, 4, 1, 8],
      ]),
    ],
    ['claims four billion values', directory([[0x0110, 2, 0xffffffff, 20]])],
    ['has an unknown type', directory([[0x0110, 99, 1, 20]])],
    ['divides by zero', directory([[0x829a, 5, 1, 100]])],
    [
      'ends within its list',
      directory(
        Array.from({ length: 20 }, () => [0x0110, 2, 4, 0] as const),
        64,
      ),
    ],
  ])('tells nothing of a list that %s', (_, bytes) => {
    expect(readExif(bytes, true)).toEqual(NOTHING);
  });

  it('takes no more than the file has, whatever thousands of tags claim', () => {
    const entries = Array.from({ length: 5000 }, (_, index) => [index, 2, 60_000, 100] as const);
    const bytes = directory(entries, 2 ** 16);
    const before = process.memoryUsage().arrayBuffers;
    readExif(bytes, true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });
});
