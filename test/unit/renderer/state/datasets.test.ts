import { beforeEach, describe, expect, it } from 'vitest';
import { DatasetChoice } from '../../../../src/renderer/state/dataset-choice.svelte.ts';
import { Datasets } from '../../../../src/renderer/state/datasets.svelte.ts';
import type { DatasetView } from '../../../../src/shared/contract/dataset-view.ts';
import { answered, listedImage, ListedImages } from '../../../support/listed-images.ts';

const ALONE = { extend: false, toggle: false };

const view = (classes: readonly string[], datasetId = 'one', version = 'v1'): DatasetView =>
  ({ datasetId, version, classes: classes.map((name) => ({ name })) }) as unknown as DatasetView;

describe('the dataset that is looked at', () => {
  let engine: ListedImages;
  let datasets: Datasets;

  beforeEach(async () => {
    engine = new ListedImages(20);
    const choice = new DatasetChoice(engine);
    datasets = new Datasets(engine, choice, (error) => {
      throw error;
    });
    datasets.follow(view(['cat', 'dog']));
    await answered();
  });

  it('is listed once, whatever else changes in the window', async () => {
    const { list } = datasets;
    const same = view(['cat', 'dog']);
    datasets.follow(same);
    await answered();
    const { length } = engine.asked;
    datasets.follow(same);
    await answered();
    expect([datasets.list, engine.asked.length]).toEqual([list, length]);
  });

  it('keeps what is in sight and selected where its images were decided upon and none came or went', async () => {
    const { list } = datasets;
    await datasets.selection.pick(3, { extend: false, toggle: false });
    datasets.cursor = 3;
    datasets.follow(view(['cat', 'dog', 'emu']));
    await answered();
    expect(datasets.list).toBe(list);
    expect([datasets.cursor, datasets.selection.has(listedImage(3))]).toEqual([3, true]);
  });

  it('lets the selection go where images left the list', async () => {
    datasets.selection.all();
    engine.total = 12;
    datasets.follow(view(['cat', 'dog']));
    await answered();
    expect([datasets.list?.total, datasets.selection.count]).toEqual([12, 0]);
  });

  it('lets the selection go where files changed, though as many are listed: their images have other ids', async () => {
    datasets.begin();
    const files = { change: 'files', added: 0, changed: 1, moved: 0, removed: 0, problem: null } as const;
    await datasets.selection.pick(3, ALONE);
    engine.tell({ datasetId: 'another', ...files });
    engine.tell({ datasetId: 'one', change: 'edits' });
    expect(datasets.selection.count).toBe(1);
    engine.tell({ datasetId: 'one', ...files });
    expect(datasets.selection.count).toBe(0);
    await datasets.selection.pick(3, ALONE);
    datasets.follow(view(['cat', 'dog']));
    await answered();
    expect(datasets.selection.count).toBe(0);
  });

  it('keeps the cursor among the images that are left', async () => {
    datasets.cursor = 19;
    engine.total = 12;
    datasets.follow(view(['cat', 'dog']));
    await answered();
    expect(datasets.cursor).toBe(11);
  });

  it('tells all that pass a filter as of the dataset that the filter speaks of', async () => {
    datasets.show({ classIndex: 1 });
    await answered();
    datasets.selection.all();
    datasets.follow(view(['ant', 'cat', 'dog'], 'one', 'v2'));
    await answered();
    expect(await datasets.selection.images()).toEqual({ filter: { excluded: 'with', classIndex: 2 }, version: 'v2' });
  });

  it('goes on to the map with images that were picked, and not with all that pass a filter there is none of there', async () => {
    await datasets.selection.pick(3, ALONE);
    datasets.look = 'map';
    expect(datasets.selection.count).toBe(1);
    datasets.look = 'images';
    datasets.selection.all();
    datasets.look = 'map';
    expect(datasets.selection.count).toBe(0);
  });

  it('goes on showing the class that was chosen where it now stands elsewhere, with what is in sight of it', async () => {
    datasets.show({ classIndex: 1 });
    await answered();
    const { list } = datasets;
    datasets.cursor = 2;
    datasets.follow(view(['ant', 'cat', 'dog']));
    await answered();
    expect(datasets.list).toBe(list);
    expect([datasets.filter.classIndex, datasets.cursor]).toEqual([2, 2]);
    expect(engine.asked.at(-1)).toMatchObject({ classIndex: 2 });
  });

  it('shows all classes where the one that was chosen has gone', async () => {
    datasets.show({ classIndex: 1, tag: 'blurred' });
    await answered();
    datasets.follow(view(['cat']));
    expect(datasets.filter).toEqual({ excluded: 'with', tag: 'blurred' });
  });

  it('is another one with nothing selected and no filter', async () => {
    datasets.show({ classIndex: 1, tag: 'blurred' });
    datasets.selection.all();
    datasets.follow(view(['cat', 'dog'], 'two'));
    await answered();
    expect([datasets.list?.datasetId, datasets.filter, datasets.selection.count]).toEqual([
      'two',
      { excluded: 'with' },
      0,
    ]);
  });

  it('lets the selection go where other images are asked for', () => {
    datasets.selection.all();
    datasets.show({ edited: true });
    expect(datasets.selection.count).toBe(0);
  });
});
