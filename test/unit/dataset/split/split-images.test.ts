import { describe, expect, test } from 'vitest';
import type { Split } from '../../../../src/engine/dataset/dataset.ts';
import { sameSplit, splitImages, type SplitOptions } from '../../../../src/engine/dataset/split/split-images.ts';
import { expectError } from '../../../support/expect-error.ts';

const usual: SplitOptions = { validationShare: 0.25, seed: 1 };

interface Image {
  readonly path: string;
  readonly split: Split;
  readonly label: number;
  readonly contentHash: string;
}

/** Of two classes, from so many patients with three images each. */
const patients = (count: number, split: Split = 'train'): Image[] =>
  Array.from({ length: count * 3 }, (_, index) => ({
    path: `class${index % 2}/patient_${Math.floor(index / 3)}/${index}.png`,
    split,
    label: index % 2,
    contentHash: `hash of ${split} ${index}`,
  }));

const splitsBy = (images: readonly Image[], splits: readonly Split[], key: (image: Image) => string) =>
  Map.groupBy(
    images.map((image, index) => ({ key: key(image), split: splits[index] })),
    (entry) => entry.key,
  );

const patientOf = ({ path }: Image): string => path.split('/')[1] ?? '';

/** How many splits the images of each key lie in. */
const spread = (images: readonly Image[], splits: readonly Split[], key: (image: Image) => string): number[] =>
  [...splitsBy(images, splits, key).values()].map((entries) => new Set(entries.map(({ split }) => split)).size);

describe('groups', () => {
  const images = patients(40);
  const grouped: SplitOptions = { ...usual, groupPattern: '(patient_\\d+)/' };

  test('stay together, by shares and in every fold', () => {
    const alone = splitImages(images, false, usual);
    expect(Math.max(...spread(images, alone, patientOf))).toBe(2);
    const options: SplitOptions[] = [
      grouped,
      { ...grouped, split: { kind: 'share', testShare: 0.2 } },
      ...[1, 2, 3].map((fold): SplitOptions => ({ ...grouped, split: { kind: 'folds', folds: 3, fold } })),
    ];
    for (const one of options) {
      const splits = splitImages(images, false, one);
      expect(new Set(spread(images, splits, patientOf))).toEqual(new Set([1]));
      expect(new Set(splits)).toContain('validation');
      expect(new Set(splits)).toContain('train');
    }
  });

  test('that share an image are one', () => {
    const shared = images.map((image, index) =>
      index === 4 || index === 40 ? { ...image, contentHash: 'one' } : image,
    );
    for (let seed = 0; seed < 20; seed += 1) {
      const splits = splitImages(shared, false, { ...grouped, seed });
      const joined = shared.flatMap((image, index) =>
        ['patient_1', 'patient_13'].includes(patientOf(image)) ? [splits[index]] : [],
      );
      expect([joined.length, new Set(joined).size]).toEqual([6, 1]);
    }
  });

  test('do not move when others are added', () => {
    const before = splitImages(images, false, grouped);
    const more = [...images, ...patients(60).slice(120)];
    expect(splitImages(more, false, grouped).slice(0, images.length)).toEqual(before);
  });

  test('images that the pattern does not find go by their content', () => {
    const none = splitImages(images, false, { ...usual, groupPattern: 'nobody' });
    expect(none).toEqual(splitImages(images, false, usual));
  });

  test.each([
    ['(patient', 'does not parse'],
    ['(a+)+$', 'was not over'],
  ])(
    'a pattern that is none is refused: %s',
    async (groupPattern, words) => {
      const long = images.map((image) => ({ ...image, path: `${'a'.repeat(60)}!` }));
      await expectError(() => splitImages(long, false, { ...usual, groupPattern }), 'usage.invalid', words);
    },
    60_000,
  );
});

describe('the splits that a dataset brings', () => {
  const given = [...patients(20), ...patients(10, 'validation'), ...patients(10, 'test')];
  const count = (splits: readonly Split[], from: Split, to: Split): number =>
    given.filter((image, index) => image.split === from && splits[index] === to).length;

  test('stay as they are', () => {
    expect(splitImages(given, true, usual)).toEqual(given.map(({ split }) => split));
  });

  test('are divided anew where that is asked for, its tests only where tests are', () => {
    const kept = splitImages(given, true, { ...usual, split: { kind: 'share', testShare: 0 } });
    expect(count(kept, 'test', 'test')).toBe(30);
    expect(count(kept, 'validation', 'train')).toBeGreaterThan(0);
    expect(count(kept, 'train', 'validation')).toBeGreaterThan(0);
    const anew = splitImages(given, true, { ...usual, split: { kind: 'share', testShare: 0.2 } });
    expect(count(anew, 'test', 'train')).toBeGreaterThan(0);
    expect(count(anew, 'train', 'test')).toBeGreaterThan(0);
  });

  test('fold together but for the tests', () => {
    const folds = [1, 2, 3, 4].map((fold) =>
      splitImages(given, true, { ...usual, split: { kind: 'folds', folds: 4, fold } }),
    );
    for (const [index, image] of given.entries()) {
      const validated = folds.filter((splits) => splits[index] === 'validation').length;
      expect(validated).toBe(image.split === 'test' ? 0 : 1);
    }
  });
});

test.each<readonly [string, Partial<SplitOptions>]>([
  ['Something must be left to train on', { validationShare: 0.6, split: { kind: 'share', testShare: 0.4 } }],
  ['fold 6 of 5', { split: { kind: 'folds', folds: 5, fold: 6 } }],
])('is refused: %s', (words, options) =>
  expectError(() => splitImages(patients(2), false, { ...usual, ...options }), 'usage.invalid', words),
);

describe('a group that reaches into tests that are kept', () => {
  const groupPattern = '(patient_\\d+)/';
  const torn = [...patients(6), ...patients(2, 'test')];

  test.each<SplitOptions>([
    usual,
    { ...usual, split: { kind: 'share', testShare: 0 } },
    { ...usual, split: { kind: 'folds', folds: 3, fold: 1 } },
  ])('is refused: $split', (options) =>
    expectError(
      () => splitImages(torn, false, { ...options, groupPattern }),
      'usage.invalid',
      'keeps its test images',
      'class0/patient_0/0.png',
    ),
  );

  test('is kept together where the tests are divided too, and others are no hindrance', () => {
    const anew = splitImages(torn, false, { ...usual, groupPattern, split: { kind: 'share', testShare: 0.2 } });
    expect(new Set(spread(torn, anew, patientOf))).toEqual(new Set([1]));
    const apart = torn.map((image) => (image.split === 'test' ? { ...image, path: `held/${image.path}` } : image));
    const byFolder = splitImages(apart, false, { ...usual, groupPattern: '^(class\\d/patient_\\d+)/' });
    expect(byFolder.slice(18)).toEqual(Array(6).fill('test'));
    expect(byFolder).toContain('validation');
  });

  test('is no group where the pattern finds the empty text alone', () => {
    const nothing = splitImages(patients(6), false, { ...usual, groupPattern: 'x*' });
    expect(nothing).toEqual(splitImages(patients(6), false, usual));
  });
});

test('groups that spread over the splits a dataset brings are refused, unless it is divided anew', async () => {
  const given = [...patients(4), ...patients(4, 'validation')];
  const groupPattern = '(patient_\\d+)/';
  await expectError(() => splitImages(given, true, { ...usual, groupPattern }), 'usage.invalid', 'of its own');
  const split = { kind: 'share', testShare: 0 } as const;
  expect(splitImages(given, true, { ...usual, groupPattern, split })).toContain('validation');
});

test('groups that a dataset keeps within its own splits are kept there', () => {
  const apart = patients(4, 'validation').map((image) => ({
    ...image,
    path: image.path.replace('patient', 'patient_of'),
  }));
  const given = [...patients(4), ...apart];
  const groupPattern = '(patient_(?:of_)?\\d+)/';
  expect(splitImages(given, true, { ...usual, groupPattern })).toEqual(given.map(({ split }) => split));
});

test('two that say the same are the same', () => {
  expect(sameSplit(usual, { ...usual, split: { kind: 'given' }, groupPattern: null })).toBe(true);
  expect(sameSplit(usual, { ...usual, groupPattern: 'x' })).toBe(false);
  expect(sameSplit(usual, { ...usual, seed: 2 })).toBe(false);
});
