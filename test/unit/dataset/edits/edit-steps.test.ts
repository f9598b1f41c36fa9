import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  makeStep,
  readEdits,
  redoStep,
  undoStep,
  type KeptEdits,
} from '../../../../src/engine/dataset/edits/edit-steps.ts';
import { openDatasetIndex } from '../../../../src/engine/dataset/index/dataset-index.ts';
import { enterDataset } from '../../../../src/engine/dataset/index/indexed-dataset.ts';
import type { DatasetChange } from '../../../../src/shared/contract/dataset-edits.ts';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';
import { expectError } from '../../../support/expect-error.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const home = path.join(temporaryFolder(), 'home');
const index = openDatasetIndex(home);
afterAll(() => index.close());
let made = 0;

const newDataset = (): number => enterDataset(index, `/photos-${(made += 1)}`);
const anything = (): void => undefined;
const images = (...names: readonly string[]) =>
  names.map((name) => ({ path: `cat/${name}.png`, className: 'cat', contentHash: `of ${name}` }));
const state = ({ edits, undo, redo }: KeptEdits): unknown => ({ edits: [...edits], undo, redo });

const names = ['a', 'b', 'c', 'd'] as const;
const change: fc.Arbitrary<DatasetChange> = fc.oneof(
  fc.constantFrom('cat', 'dog', 'bird').map((className) => ({ kind: 'class', className }) as const),
  fc.boolean().map((excluded) => ({ kind: 'exclude', excluded }) as const),
  fc.record({ kind: fc.constant('tag' as const), tag: fc.constantFrom('odd', 'dark'), on: fc.boolean() }),
  fc.constantFrom('train', 'test', null).map((split) => ({ kind: 'split', split }) as const),
  fc.constant({ kind: 'reset' } as const),
);
const step = fc.record({ of: fc.subarray([...names], { minLength: 1 }), change });

describe('steps of edits', () => {
  it('taken back one after the other lead to the beginning, and made again to the end', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const dataset = newDataset();
        const states = [state(readEdits(index, dataset))];
        for (const { of, change: made } of steps) {
          const kept = makeStep(index, dataset, { images: images(...of), change: made }, anything);
          // What changes nothing is no step.
          if (JSON.stringify(state(kept)) !== JSON.stringify(states.at(-1))) states.push(state(kept));
        }
        const edits = states.map((one) => (one as { edits: unknown }).edits);
        for (let back = states.length - 2; back >= 0; back -= 1) {
          expect((state(undoStep(index, dataset)) as { edits: unknown }).edits).toEqual(edits[back]);
        }
        expect(readEdits(index, dataset)).toMatchObject({ edits: new Map(), undo: null });
        for (let again = 1; again < states.length; again += 1) {
          expect((state(redoStep(index, dataset)) as { edits: unknown }).edits).toEqual(edits[again]);
        }
        expect(state(readEdits(index, dataset))).toEqual(states.at(-1));
      }),
      { numRuns: 40 },
    );
  });

  it('that were taken back are gone once another is made', async () => {
    const dataset = newDataset();
    makeStep(index, dataset, { images: images('a'), change: { kind: 'class', className: 'dog' } }, anything);
    makeStep(index, dataset, { images: images('b'), change: { kind: 'exclude', excluded: true } }, anything);
    expect(undoStep(index, dataset)).toMatchObject({ undo: "Label 1 image 'dog'", redo: 'Exclude 1 image' });
    const kept = makeStep(index, dataset, { images: images('c'), change: { kind: 'reset' } }, anything);
    expect(kept.redo).toBe('Exclude 1 image');
    const other = makeStep(
      index,
      dataset,
      { images: images('c'), change: { kind: 'tag', tag: 'x', on: true } },
      anything,
    );
    expect(other).toMatchObject({ undo: "Tag 1 image 'x'", redo: null });
    await expectError(() => redoStep(index, dataset), 'usage.invalid', 'there is none');
    expect([...undoStep(index, dataset).edits.keys()]).toEqual(['cat/a.png']);
    undoStep(index, dataset);
    await expectError(() => undoStep(index, dataset), 'usage.invalid', 'none left');
  });

  it('are there again when the index is opened anew, each dataset with its own', () => {
    const [one, other] = [newDataset(), newDataset()];
    makeStep(index, one, { images: images('a', 'b'), change: { kind: 'exclude', excluded: true } }, anything);
    const words = 'Exclude 2 copies from training';
    makeStep(index, one, { images: images('c'), change: { kind: 'exclude', excluded: true }, words }, anything);
    undoStep(index, one);
    const before = state(readEdits(index, one));
    const anew = openDatasetIndex(home);
    try {
      expect(state(readEdits(anew, one))).toEqual(before);
      expect(before).toMatchObject({ undo: 'Exclude 2 images', redo: words });
      expect(readEdits(anew, other).edits.size).toBe(0);
      expect(redoStep(anew, one).edits.size).toBe(3);
    } finally {
      anew.close();
    }
  });

  it('that are refused leave all as it was', async () => {
    const dataset = newDataset();
    makeStep(index, dataset, { images: images('a'), change: { kind: 'exclude', excluded: true } }, anything);
    undoStep(index, dataset);
    const before = state(readEdits(index, dataset));
    const refuse = (): never => {
      throw new ThawError('dataset.classes', 'Nothing would be left.', 'Leave some.');
    };
    await expectError(
      () => makeStep(index, dataset, { images: images('b'), change: { kind: 'exclude', excluded: true } }, refuse),
      'dataset.classes',
      'Nothing would be left.',
    );
    expect(state(readEdits(index, dataset))).toEqual(before);
  });
});
