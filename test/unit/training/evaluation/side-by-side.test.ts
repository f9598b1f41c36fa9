import { setImmediate } from 'node:timers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { KeptPredictions } from '../../../../src/engine/training/evaluation/read-predictions.ts';
import { chosenImages, sideBySide } from '../../../../src/engine/training/evaluation/side-by-side.ts';

/** `x:ants>bees`: the image of content `x` is labelled ants and was taken for bees. */
function kept(classes: readonly string[], ...images: readonly string[]): KeptPredictions {
  const parts = images.map((image) => /^(\w+):(\w+)>(\w+)$/.exec(image) ?? []);
  const places = (part: 2 | 3): Int32Array => Int32Array.from(parts, (own) => classes.indexOf(own[part] ?? ''));
  return {
    classes,
    labels: places(2),
    predicted: places(3),
    probability: Float32Array.from(parts, () => 0.5),
    contentHashes: parts.map((own) => own[1] ?? ''),
  };
}

const CLASSES = ['ants', 'bees'];

afterEach(() => {
  vi.restoreAllMocks();
});

/** As `x bees bees`: content, then what each run took it for. */
async function drawn(...runs: readonly (KeptPredictions | null)[]): Promise<string[]> {
  return (await sideBySide(runs)).map(({ contentHash, predictions, changed }) => {
    const made = predictions.map((own) => own?.predicted ?? '-');
    return [contentHash, ...made, ...(changed ? ['!'] : [])].join(' ');
  });
}

describe('images side by side', () => {
  it.each<[string, (KeptPredictions | null)[], string[]]>([
    [
      'are matched by content, whatever their order',
      [kept(CLASSES, 'x:ants>ants', 'y:bees>bees'), kept(CLASSES, 'y:bees>ants', 'x:ants>ants')],
      ['x ants ants', 'y bees ants !'],
    ],
    [
      'are compared by the name of the class, not by its place',
      [kept(['ants', 'bees'], 'x:ants>bees'), kept(['bees', 'wasps', 'ants'], 'x:ants>bees')],
      ['x bees bees'],
    ],
    [
      'have changed only where two runs were evaluated on them',
      [kept(CLASSES, 'x:ants>ants'), kept(CLASSES, 'y:bees>ants')],
      ['x ants -', 'y - ants'],
    ],
    [
      'have nothing of a run that kept nothing',
      [null, kept(CLASSES, 'x:ants>ants'), kept(CLASSES, 'x:ants>bees')],
      ['x - ants bees !'],
    ],
    [
      'are told apart by their order where they are copies',
      [kept(CLASSES, 'x:ants>ants', 'x:bees>ants'), kept(CLASSES, 'x:ants>ants', 'x:bees>bees')],
      ['x ants ants', 'x ants bees !'],
    ],
  ])('%s', async (_, runs, expected) => {
    expect(await drawn(...runs)).toEqual(expected);
  });

  it('are found without keeping what else waits', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    let waits = true;
    setImmediate(() => (waits = false));
    await sideBySide([kept(CLASSES, 'x:ants>ants')]);
    expect(waits).toBe(false);
  });

  it('are chosen by a cell of one run, under the label that this run knows', async () => {
    const runs = [
      kept(CLASSES, 'x:ants>ants', 'y:ants>bees', 'z:bees>bees'),
      kept(CLASSES, 'x:bees>ants', 'y:ants>bees', 'z:bees>ants'),
    ];
    const images = await sideBySide(runs);
    const found = (request: Partial<Parameters<typeof chosenImages>[2]>): string[] =>
      chosenImages(images, runs, { runIds: ['first', 'second'], ...request }).map(({ contentHash }) => contentHash);
    expect(found({})).toEqual(['x', 'y', 'z']);
    expect(found({ changedOnly: true })).toEqual(['z']);
    expect(found({ cell: { runId: 'first', label: 'ants', predicted: 'bees' } })).toEqual(['y']);
    expect(found({ cell: { runId: 'second', label: 'bees', predicted: 'ants' } })).toEqual(['x', 'z']);
    expect(found({ changedOnly: true, cell: { runId: 'second', label: 'bees', predicted: 'ants' } })).toEqual(['z']);
    expect(found({ cell: { runId: 'another', label: 'ants', predicted: 'ants' } })).toEqual([]);
  });
});
