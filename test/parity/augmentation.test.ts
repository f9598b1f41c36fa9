import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import {
  NO_AUGMENTATION,
  USUAL_BLUR,
  USUAL_CROP,
  USUAL_ERASING,
  type AugmentationPlan,
} from '../../src/shared/contract/augmentation.ts';
import { augmentationFeeds, augmentImages } from '../../src/engine/graph/augmentation/augment-images.ts';
import { jitterNumbers, jittersOf } from '../../src/engine/graph/augmentation/colours.ts';
import { Graph } from '../../src/engine/graph/graph.ts';
import type { Feed } from '../../src/engine/runtime/session.ts';
import { transformOf } from '../../src/engine/training/augmentation/lookup.ts';
import { WHOLE } from '../../src/engine/training/augmentation/parts.ts';
import { loadGraph, randomValues } from '../support/graph-session.ts';

const SIZE = { height: 24, width: 32 };
/** A smooth picture with edges, so that a wrong place shows and a tenth of a pixel does not. */
const pixels = Uint8Array.from({ length: SIZE.height * SIZE.width * 3 }, (_, index) => {
  const [place, channel] = [Math.floor(index / 3), index % 3];
  const [x, y] = [place % SIZE.width, Math.floor(place / SIZE.width)];
  const wave = Math.sin((x + 3 * channel) / 3) * Math.cos(y / (2 + channel));
  return 127 + 90 * wave + (x > 20 && y < 9 ? 30 : 0) + 4 * (randomValues(1, index)[0] ?? 0);
});

interface Case {
  readonly plan: Partial<AugmentationPlan>;
  /** The numbers of the one image. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly theirs: readonly [string, Readonly<Record<string, unknown>>];
  /** Levels of 255 that the furthest pixel may be away. */
  readonly tolerance: number;
  readonly size?: { readonly height: number; readonly width: number };
}

function kernel(sigma: number, taps: number): readonly number[] {
  const weights = Array.from({ length: taps }, (_, index) => Math.exp(-0.5 * ((index - (taps - 1) / 2) / sigma) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const affine = (
  amounts: {
    readonly rotation?: number;
    readonly shear?: number;
    readonly moveX?: number;
    readonly moveY?: number;
    readonly scale?: number;
  },
  isMirrored = false,
): Case => {
  const full = { rotation: 0, shear: 0, moveX: 0, moveY: 0, scale: 1, ...amounts };
  const geometry = { part: WHOLE, isMirrored, isUpsideDown: false };
  return {
    plan: { rotation: 20, fill: 'constant' },
    numbers: { transforms: transformOf(full, geometry, { canvas: SIZE, input: SIZE }) },
    theirs: [
      'affine',
      {
        angle: full.rotation,
        translate: [full.moveX * SIZE.width, full.moveY * SIZE.height],
        scale: full.scale,
        shear: full.shear,
        flip: isMirrored,
      },
    ],
    // Places are computed in float32 by both, in another order: a thousandth of a pixel on steep edges.
    tolerance: 0.1,
  };
};

type Jitters = ReturnType<typeof jittersOf>;

/** Brightness, contrast, saturation and hue, in this order where no other is given. */
const jitter = (
  [brightness = 1, contrast = 1, saturation = 1, hue = 0]: readonly number[],
  plan: Partial<AugmentationPlan>,
  theirs: Case['theirs'],
  order?: Jitters,
): Case => {
  const whole = { ...NO_AUGMENTATION, ...plan };
  const factors = { brightness, contrast, saturation, hue };
  return {
    plan,
    numbers: { colour: jitterNumbers(whole, factors, order ?? jittersOf(whole)) },
    theirs,
    tolerance: 0.01,
  };
};

const COLOURS = { brightness: 1, contrast: 1, saturation: 1, hue: 0.5 } as const;
const inOrder = (order: Jitters): Case =>
  jitter(
    [1.2, 0.8, 1.3, 0.07],
    COLOURS,
    ['jitter', { brightness: 1.2, contrast: 0.8, saturation: 1.3, hue: 0.07, order: order.join() }],
    order,
  );

const cases: Readonly<Record<string, Case>> = {
  'brighter, clipped': jitter([1.7, 1, 1, 0], { brightness: 1 }, ['brightness', { factor: 1.7 }]),
  darker: jitter([0.3, 1, 1, 0], { brightness: 1 }, ['brightness', { factor: 0.3 }]),
  'more contrast': jitter([1, 1.6, 1, 0], { contrast: 1 }, ['contrast', { factor: 1.6 }]),
  'less contrast': jitter([1, 0.4, 1, 0], { contrast: 1 }, ['contrast', { factor: 0.4 }]),
  'more saturation': jitter([1, 1, 1.8, 0], { saturation: 1 }, ['saturation', { factor: 1.8 }]),
  'less saturation': jitter([1, 1, 0.2, 0], { saturation: 1 }, ['saturation', { factor: 0.2 }]),
  'hue turned': jitter([1, 1, 1, 0.21], { hue: 0.5 }, ['hue', { turn: 0.21 }]),
  'hue turned back': jitter([1, 1, 1, -0.37], { hue: 0.5 }, ['hue', { turn: -0.37 }]),
  'all colours': jitter([1.2, 0.8, 1.3, 0.07], { brightness: 1, contrast: 1, saturation: 1, hue: 0.5 }, [
    'jitter',
    { brightness: 1.2, contrast: 0.8, saturation: 1.3, hue: 0.07, order: 'brightness,contrast,saturation,hue' },
  ]),
  'colours, hue first': inOrder(['hue', 'saturation', 'brightness', 'contrast']),
  'colours, hue among others': inOrder(['contrast', 'hue', 'saturation', 'brightness']),
  greyscale: { plan: { greyscale: 1 }, numbers: { greyscale: [1] }, theirs: ['greyscale', {}], tolerance: 0.01 },
  'blurred a little': {
    plan: { blur: { ...USUAL_BLUR, largestSigma: 1 } },
    numbers: { blur: kernel(0.6, 7) },
    theirs: ['blur', { taps: [7, 7], sigma: [0.6, 0.6] }],
    tolerance: 0.01,
  },
  'blurred a lot': {
    plan: { blur: USUAL_BLUR },
    numbers: { blur: kernel(2, 13) },
    theirs: ['blur', { taps: [13, 13], sigma: [2, 2] }],
    tolerance: 0.01,
  },
  turned: affine({ rotation: 17 }),
  'turned back': affine({ rotation: -40 }),
  sheared: affine({ shear: 12 }),
  enlarged: affine({ scale: 1.3 }),
  'made smaller': affine({ scale: 0.7 }),
  moved: affine({ moveX: 0.11, moveY: -0.07 }),
  'all of these, mirrored': affine({ rotation: 25, shear: -8, scale: 1.1, moveX: -0.05, moveY: 0.1 }, true),
  'a part, by a transform': {
    plan: { rotation: 20, fill: 'nearest', randomResizedCrop: USUAL_CROP },
    numbers: {
      transforms: transformOf(
        { rotation: 0, shear: 0, moveX: 0, moveY: 0, scale: 1 },
        // What is cut reaches to the rim, where torchvision repeats it too.
        { part: { left: 0, top: 0, width: 1, height: 1 }, isMirrored: false, isUpsideDown: false },
        { canvas: SIZE, input: { height: 36, width: 40 } },
      ),
    },
    theirs: ['crop', { top: 0, left: 0, height: 24, width: 32, to: [36, 40] }],
    tolerance: 0.1,
    size: { height: 36, width: 40 },
  },
  erased: {
    plan: { erasing: USUAL_ERASING },
    numbers: { erased: [3, 5, 10, 20] },
    theirs: ['erase', { top: 3, left: 5, height: 7, width: 15 }],
    tolerance: 0,
  },
};

function computeOurs({ plan: changes, numbers, size = SIZE }: Case): readonly number[] {
  const plan = { ...NO_AUGMENTATION, ...changes };
  const graph = new Graph();
  const images = graph.placeholder('images', 'uint8', [-1, SIZE.height, SIZE.width, 3]);
  const augmented = augmentImages(graph, 'test', images, { plan, size, neutral: [0, 0, 0] });
  const fed: Record<string, Feed> = { images: { data: pixels, shape: [1, SIZE.height, SIZE.width, 3] } };
  for (const [name, width] of augmentationFeeds(plan)) {
    fed[name] = { data: Float32Array.from(numbers[name] ?? []), shape: [1, width] };
  }
  const signature = { inputs: { images, ...augmented.feeds }, outputs: { pixels: augmented.pixels } };
  using session = loadGraph(graph, { run: signature });
  return [...(session.run('run', fed)['pixels']?.data ?? [])].map(Number);
}

const python = findPeerPython();
const reason = 'Python with torchvision is absent (scripts/peers installs it)';
const answer = z.array(z.object({ height: z.number(), width: z.number(), values: z.array(z.number()) }));

describe.skipIf(python === null)(`an augmented image${python === null ? `, skipped: ${reason}` : ''}`, () => {
  const theirs = new Map<string, readonly number[]>();
  beforeAll(() => {
    const asked = { ...SIZE, pixels: [...pixels], cases: Object.values(cases).map((one) => one.theirs) };
    const script = path.resolve(import.meta.dirname, '../support/augmentation_peer.py');
    const { status, stdout, stderr } = spawnSync(python ?? '', [script], {
      input: JSON.stringify(asked),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    if (status !== 0) throw new Error(`torchvision failed: ${stderr.slice(-2000)}`);
    const names = Object.keys(cases);
    answer.parse(JSON.parse(stdout)).forEach(({ values }, index) => theirs.set(names[index] ?? '', values));
  });

  it.each(Object.entries(cases))('is as torchvision makes it: %s', (name, one) => {
    const expected = theirs.get(name) ?? [];
    const found = computeOurs(one);
    expect(found).toHaveLength(expected.length);
    const furthest = found.reduce(
      (most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? NaN))),
      0,
    );
    expect(furthest).toBeLessThanOrEqual(one.tolerance);
  });
});
