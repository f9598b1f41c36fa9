import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import { tryDecodeImage } from '../../src/engine/image/decode-image.ts';
import { scaleToUnitRange } from '../../src/engine/network/preprocessing.ts';
import { describeShared, sharedPath } from '../support/shared.ts';

const SIDE = 64;
const preprocessing = { ...scaleToUnitRange(SIDE, SIDE), resize: 'stretch' } as const;

/** Formats that Thaw lists and does not open. */
const LISTED = /\.(jpf|ico|ppm|psd)$/;

const opened = z.object({ pixels: z.base64(), mode: z.string(), profile: z.boolean() });
const answers = z.record(z.string(), z.union([opened, z.object({ problem: z.string() })]));

const python = findPeerPython();

describeShared('the odd images', () => {
  let theirs: z.infer<typeof answers> = {};
  beforeAll(() => {
    if (python === null) return;
    const script = path.resolve(import.meta.dirname, '../support/pillow_peer.py');
    const { status, stdout, stderr } = spawnSync(python, [script], {
      input: JSON.stringify({ folder: sharedPath('data/odd_images'), side: SIDE }),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    if (status !== 0) throw new Error(`Pillow failed: ${stderr.slice(-2000)}`);
    theirs = answers.parse(JSON.parse(stdout));
  });

  it.skipIf(python === null)(
    `look as Pillow shows them, within a level in the mean${python === null ? ', skipped: Python with Pillow is absent (scripts/peers installs it)' : ''}`,
    async () => {
      expect(Object.keys(theirs).length).toBeGreaterThan(100);
      let compared = 0;
      for (const [name, answer] of Object.entries(theirs)) {
        const own = await tryDecodeImage(sharedPath('data/odd_images', name), preprocessing, 'exact');
        if ('problem' in answer || LISTED.test(name)) {
          expect(own.kind, name).toBe('problem');
          continue;
        }
        if (own.kind !== 'pixels') throw new Error(`${name}: ${own.reason}`);
        const expected = Buffer.from(answer.pixels, 'base64');
        expect(expected, name).toHaveLength(own.pixels.length);
        const distance = expected.reduce((sum, value, at) => sum + Math.abs(value - (own.pixels[at] ?? NaN)), 0);
        // Pillow leaves a profile of CMYK aside, by which viewers show it; without one both reckon alike.
        const byProfile = answer.mode === 'CMYK' && answer.profile;
        expect(distance / expected.length, `${name} (${answer.mode})`).toBeLessThan(byProfile ? 16 : 1);
        compared += 1;
      }
      expect(compared).toBeGreaterThan(75);
    },
  );
});
