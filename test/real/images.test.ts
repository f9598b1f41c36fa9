import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openDataset } from '../../src/engine/dataset/open-dataset.ts';
import { tryDecodeImage } from '../../src/engine/image/decode-image.ts';
import type { Decoded } from '../../src/engine/image/decode-image.ts';
import { JPEG_HEADER_BYTES, uprightJpeg } from '../../src/engine/image/formats/jpeg-header.ts';
import { loadImages } from '../../src/engine/image/load-images.ts';
import { scaleToUnitRange } from '../../src/engine/network/preprocessing.ts';
import { describeShared, sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const preprocessing = scaleToUnitRange(96, 96);

describeShared('real photographs', () => {
  const cacheDirectory = temporaryFolder();

  test('hymenoptera has 245 images to train on and 153 to validate, and every one decodes', async () => {
    const root = sharedPath('data/hymenoptera/hymenoptera_data');
    const dataset = await openDataset(root, { validationShare: 0.2, seed: 1 });
    const count = (split: string, label: number): number =>
      dataset.images.filter((image) => image.split === split && image.label === label).length;
    expect(dataset.classes).toEqual(['ants', 'bees']);
    expect([count('train', 0), count('train', 1), count('validation', 0), count('validation', 1)]).toEqual([
      124, 121, 70, 83,
    ]);
    expect(dataset.skipped).toEqual([]);
    let pixels = 0;
    for await (const image of loadImages(dataset.root, dataset.images, preprocessing, { cacheDirectory })) {
      if (image.kind === 'pixels') pixels += 1;
    }
    expect(pixels).toBe(398);
  });

  test.each(['Landscape', 'Portrait'])('%s stands upright whatever its EXIF orientation', async (name) => {
    const decode = async (orientation: number): Promise<Uint8Array> => {
      const file = sharedPath('data/exif_orientation', `${name}_${orientation}.jpg`);
      const decoded = await tryDecodeImage(file, preprocessing);
      return decoded.kind === 'pixels' ? decoded.pixels : new Uint8Array();
    };
    const upright = await decode(1);
    for (const orientation of [0, 2, 3, 4, 5, 6, 7, 8]) {
      const pixels = await decode(orientation);
      const distance = upright.reduce((sum, value, index) => sum + Math.abs(value - (pixels[index] ?? 255)), 0);
      // The photographs were compressed once more when they were turned; upside down they are 60 levels apart.
      expect(distance / upright.length, `orientation ${orientation}`).toBeLessThan(4);
    }
  });

  test('the first bytes of a JPEG tell the size that the decoder finds, or leave it to the decoder', async () => {
    const told = { photographs: 0, others: 0 };
    for (const part of ['hymenoptera', 'exif_orientation', 'odd_images']) {
      const folder = sharedPath('data', part);
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = path.join(entry.parentPath, entry.name);
        const size = uprightJpeg(readFileSync(file).subarray(0, JPEG_HEADER_BYTES));
        if (size === null) continue;
        const metadata = await sharp(file, { limitInputPixels: false }).metadata();
        expect(metadata.autoOrient, file).toEqual(size);
        expect(metadata.space, file).not.toBe('cmyk');
        told[part === 'hymenoptera' ? 'photographs' : 'others'] += 1;
      }
    }
    expect(told.photographs).toBeGreaterThan(390);
    expect(told.others).toBeGreaterThan(16);
  });

  test('every odd file opens, or is refused with a reason', async () => {
    const folder = sharedPath('data/odd_images');
    const names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
    const outcomes = new Map<string, Decoded>();
    for (const name of names) outcomes.set(name, await tryDecodeImage(path.join(folder, name), preprocessing));
    const reasonOf = (name: string): string | null => {
      const outcome = outcomes.get(name);
      return outcome?.kind === 'problem' ? outcome.reason : null;
    };
    const refused = [...outcomes].filter(([, outcome]) => outcome.kind === 'problem').map(([name]) => name);
    for (const name of refused) expect(reasonOf(name), name).toMatch(/^(the file|it has|there is) .{10,}/);
    const expected: Record<string, string> = {
      'zero_byte.jpg': 'empty',
      'text_as.jpg': 'no image',
      'pillow/bmp_b_badwidth.bmp': '-127 x 64',
      'pillow/bmp_b_badpalettesize.bmp': 'cut short',
      'pillow/not_enough_data.jp2': 'JPEG 2000',
      'pillow/decompression_bomb.gif': 'million pixels',
      'pillow/broken_data_stream.png': 'the checksum of its IDAT part is wrong',
      'pillow/broken.png': 'something else',
      'pillow/apng_syntax_num_frames_zero.png': 'no pixels',
      'image-rs/oss-fuzz-36829.jpeg': 'header',
      'sharp/corrupt-header.jpg': 'before its pixels',
      'pillow/hopper.psd': 'Photoshop',
      'pillow/hopper.ico': 'ICO',
      'pillow/hopper.ppm': 'Netpbm',
      'pillow/balloon.jpf': 'JPEG 2000',
      'libvips/logo.svg': 'SVG',
      'libvips/truncated.jpg': 'cut short',
      'libvips/truncated.gif': 'cut short',
      'sharp/truncated.png': 'cut short',
      'sharp/giant-image.jpg': 'million pixels',
      'sharp/65536-uint32-limit.png': 'million pixels',
      'libvips/17000x17000.avif': 'million pixels',
    };
    for (const [name, words] of Object.entries(expected)) expect(reasonOf(name), name).toContain(words);
    const opened = ['gif_named.jpg', 'pillow/pil_sample_cmyk.jpg', 'sharp/Flag_of_the_Netherlands-16bit.png'];
    opened.push(
      'pillow/hopper.bmp',
      'pillow/mmap_error.bmp',
      'pillow/hopper_gray.jpg',
      'sharp/swiss.png',
      'libvips/avif-orientation-6.avif',
      'libvips/1bit.tif',
    );
    opened.push(
      'pillow/hopper_bad_exif.jpg',
      'libvips/looks-like-svg.webp',
      'pillow/multipage.tiff',
      'image-rs/anim.webp',
      'libvips/ojpeg-strip.tif',
    );
    for (const name of opened) expect(outcomes.get(name)?.kind, name).toBe('pixels');
    // What Pillow opens opens here too, as wide for its height, but for formats that are listed only and what is damaged.
    const listed = /\.(jpf|ico|ppm|psd)$|^pillow\/broken_data_stream\.png$/;
    const [, ...rows] = readFileSync(path.join(folder, 'pillow_outcomes.tsv'), 'utf8').trim().split('\n');
    for (const row of rows) {
      const [name = '', , format, , size = '', , orientation, , outcome] = row.split('\t');
      if (outcome !== 'ok' || listed.test(name)) continue;
      const found = outcomes.get(name);
      expect(found?.kind, name).toBe('pixels');
      const [width = NaN, height = NaN] = size.split('x').map(Number);
      // Of a TIFF Pillow tells the size as it stands upright.
      const turned = Number(orientation) >= 5 && format !== 'TIFF';
      const expectedRatio = turned ? height / width : width / height;
      expect(found?.kind === 'pixels' && found.aspectRatio, name).toBeCloseTo(expectedRatio, 2);
    }
  });
});
