import { beforeEach, describe, expect, it } from 'vitest';
import { DatasetChoice } from '../../../../src/renderer/state/dataset-choice.svelte.ts';
import { DatasetEdits } from '../../../../src/renderer/state/dataset-edits.svelte.ts';
import { Notices } from '../../../../src/renderer/state/notices.svelte.ts';
import type { DatasetEvent } from '../../../../src/shared/contract/dataset-event.ts';
import type { DatasetView } from '../../../../src/shared/contract/dataset-view.ts';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';
import { answered } from '../../../support/listed-images.ts';

const view = (version: string, undo: string | null, redo: string | null, datasetId = 'one'): DatasetView =>
  ({ datasetId, version, edits: { undo, redo } }) as unknown as DatasetView;

describe('decisions about the images of a dataset', () => {
  let choice: DatasetChoice;
  let notices: Notices;
  let edits: DatasetEdits;
  let asked: [string, unknown][];
  /** What the engine answers next, in this order. */
  let answers: (() => Promise<DatasetView>)[];
  let tell: (event: DatasetEvent) => void;

  beforeEach(() => {
    asked = [];
    answers = [];
    const transport = {
      invoke: (name: string, request: unknown) => {
        asked.push([name, request]);
        return answers.shift()?.() ?? Promise.reject(new Error(`${name} was not expected`));
      },
      subscribe: (_: string, listener: typeof tell) => {
        tell = listener;
        return () => undefined;
      },
    } as unknown as Transport;
    choice = new DatasetChoice(transport);
    choice.dataset = view('v1', null, null);
    notices = new Notices(() => ({ label: '', run: () => undefined }));
    edits = new DatasetEdits(transport, choice, notices);
    edits.begin();
  });

  const answer = (dataset: DatasetView): void => void answers.push(() => Promise.resolve(dataset));
  const images = { imageIds: ['a', 'b'] };
  const files = { datasetId: 'one', change: 'files', added: 3, changed: 0, moved: 0, removed: 1 } as const;
  const change = { kind: 'tag', tag: 'blurred', on: true } as const;

  it('become the dataset that every view shows, and are told with a way back', async () => {
    answer(view('v2', "Tag 2 images 'blurred'", null));
    await edits.change('one', images, 2, change);
    expect(asked).toEqual([['dataset.edit', { datasetId: 'one', images, change }]]);
    expect(choice.dataset?.version).toBe('v2');
    expect(notices.list.map(({ title }) => title)).toEqual(['2 images tagged \u2068blurred\u2069']);
    answer(view('v1', null, "Tag 2 images 'blurred'"));
    notices.list[0]?.action?.run();
    await answered();
    expect(choice.dataset?.version).toBe('v1');
    expect(notices.list.map(({ title }) => title)).toEqual(["Undone: Tag 2 images 'blurred'"]);
    expect([edits.undoable, edits.redoable]).toEqual([null, "Tag 2 images 'blurred'"]);
  });

  it('no longer offer a way back once another dataset is chosen, whose steps are others', async () => {
    answer(view('v2', 'first', null));
    await edits.change('one', images, 2, change);
    tell({ ...files, problem: 'No class is left.' });
    edits.follow(choice.dataset);
    expect(notices.list.length).toBe(2);
    choice.dataset = view('v9', 'first', null, 'two');
    edits.follow(choice.dataset);
    expect(notices.list).toEqual([]);
  });

  it('tell nothing a second time of files that this window added, and all that others did', async () => {
    const added = { ...files, added: 2, removed: 0, problem: null };
    const titles = (): string[] => notices.list.map(({ hint }) => hint);
    answer(view('v2', null, null));
    await edits.adding(() => {
      tell(added);
      expect(titles()).toEqual([]);
      return Promise.resolve({ added: ['fox/1.jpg', 'fox/2.jpg'] });
    });
    await answered();
    expect(titles()).toEqual([]);
    expect(choice.dataset?.version).toBe('v2');
    answer(view('v3', null, null));
    await edits.adding(() => Promise.resolve({ added: ['fox/3.jpg'] }));
    tell({ ...added, added: 3 });
    await answered();
    expect(titles()).toEqual(['2 added']);
    answer(view('v4', null, null));
    tell({ ...added, added: 1 });
    await answered();
    expect(titles()).toEqual(['1 added']);
    await expect(
      edits.adding(() => {
        tell({ ...files, problem: 'No class is left.' });
        return Promise.reject(new TypeError('no'));
      }),
    ).rejects.toThrow('no');
    expect(titles()).toEqual(['No class is left.']);
  });

  it('offer no way back from a step that another window has made another one since', async () => {
    answer(view('v2', 'first', null));
    await edits.change('one', images, 2, change);
    const [notice] = notices.list;
    answer(view('v3', 'of another window', null));
    tell({ datasetId: 'one', change: 'edits' });
    await answered();
    expect(notices.list).toEqual([]);
    asked.length = 0;
    notice?.action?.run();
    await answered();
    expect(asked).toEqual([]);
  });

  it('are not asked for where another dataset was chosen since the click', async () => {
    answers.push(() => {
      choice.dataset = view('v9', 'a step', null, 'two');
      return Promise.resolve(view('v2', 'first', null));
    });
    await Promise.all([
      edits.change('one', images, 2, change),
      edits.change('one', images, 2, change),
      edits.mend('duplicates'),
      edits.undo(),
    ]);
    expect(asked.length).toBe(1);
    await edits.change('one', images, 2, change);
    expect(asked.length).toBe(1);
  });

  it('are taken back as often as there are steps, however often it is asked for', async () => {
    choice.dataset = view('v2', 'the only step', null);
    answer(view('v1', null, 'the only step'));
    await Promise.all([edits.undo(), edits.undo()]);
    expect(asked.map(([name]) => name)).toEqual(['dataset.undo']);
    expect(notices.list.map(({ title }) => title)).toEqual(['Undone: the only step']);
  });

  it('are read as they were last, whichever answer comes first', async () => {
    const first = Promise.withResolvers<DatasetView>();
    answers.push(() => first.promise);
    answer(view('v3', 'second', null));
    tell({ datasetId: 'one', change: 'edits' });
    tell({ datasetId: 'one', change: 'edits' });
    await answered();
    first.resolve(view('v2', 'first', null));
    await answered();
    expect(choice.dataset?.version).toBe('v3');
  });

  it('of another window, told while one of this window is under way, are read after it', async () => {
    answers.push(() => {
      tell({ datasetId: 'one', change: 'edits' });
      return Promise.resolve(view('v2', 'first', null));
    });
    await edits.change('one', images, 2, change);
    expect(asked.map(([name]) => name)).toEqual(['dataset.edit']);
    answers.push(() => {
      for (let told = 0; told < 3; told += 1) tell({ datasetId: 'one', change: 'edits' });
      return Promise.resolve(view('v3', 'second', null));
    });
    answer(view('v5', 'of another window', null));
    await edits.change('one', images, 2, change);
    await answered();
    expect(asked.map(([name]) => name)).toEqual(['dataset.edit', 'dataset.edit', 'dataset.open']);
    expect(choice.dataset?.version).toBe('v5');
  });

  it('ask for nothing where there is no step to take back or to make again', async () => {
    await edits.undo();
    await edits.redo();
    expect(asked).toEqual([]);
  });

  it('are asked for one after the other, in the order of the clicks', async () => {
    let first: (dataset: DatasetView) => void = () => undefined;
    answers.push(() => new Promise((resolve) => (first = resolve)));
    answer(view('v3', 'second', null));
    const both = [edits.change('one', images, 2, change), edits.mend('duplicates', ['a'])];
    await answered();
    expect([asked.length, edits.busy]).toEqual([1, true]);
    first(view('v2', 'first', null));
    await Promise.all(both);
    expect(asked.map(([name]) => name)).toEqual(['dataset.edit', 'dataset.mend']);
    expect([choice.dataset?.version, edits.busy]).toEqual(['v3', false]);
  });

  it('that are refused change nothing and are told', async () => {
    answers.push(() =>
      Promise.reject(new ThawError('dataset.classes', 'Too little would be left.', 'Keep two classes.')),
    );
    await edits.change('one', images, 2, { kind: 'exclude', excluded: true });
    expect(choice.dataset?.version).toBe('v1');
    expect(notices.list[0]?.title).toContain('Too little would be left.');
    expect(edits.busy).toBe(false);
  });

  it('of a dataset that is no longer shown leave the one shown as it is', async () => {
    answers.push(() => {
      choice.dataset = view('v9', null, null, 'another');
      return Promise.resolve(view('v2', 'step', null));
    });
    await edits.change('one', images, 2, change);
    expect(choice.dataset?.version).toBe('v9');
  });

  it('of another window are read', async () => {
    answer(view('v2', 'of another window', null));
    tell({ datasetId: 'one', change: 'edits' });
    tell({ datasetId: 'another', change: 'edits' });
    await answered();
    expect(asked.map(([name]) => name)).toEqual(['dataset.open']);
    expect([choice.dataset?.version, edits.undoable]).toEqual(['v2', 'of another window']);
  });

  it('make way for a folder that was found changed, which is told', async () => {
    answer(view('v2', null, null));
    tell({ ...files, problem: null });
    await answered();
    expect(choice.dataset?.version).toBe('v2');
    expect(notices.list).toMatchObject([{ title: 'The folder has changed', hint: '3 added, 1 removed' }]);
  });

  it('stay with the folder as it was where it cannot be used any more, which is told', async () => {
    tell({ ...files, problem: 'No class is left.' });
    tell({ datasetId: 'one', change: 'measured', done: 1, total: 2, ratePerSecond: null, secondsLeft: null });
    await answered();
    expect([asked, choice.dataset?.version]).toEqual([[], 'v1']);
    expect(notices.list).toMatchObject([{ severity: 'warning', hint: 'No class is left.' }]);
  });

  it('tell of the folder as it is last: nothing where it is back as it was', async () => {
    tell({ ...files, problem: 'The folder is gone.' });
    tell({ ...files, problem: 'No class is left.' });
    expect(notices.list.map(({ hint }) => hint)).toEqual(['No class is left.']);
    answer(view('v1', null, null));
    tell({ ...files, added: 0, removed: 0, problem: null });
    await answered();
    expect(notices.list).toEqual([]);
  });
});
