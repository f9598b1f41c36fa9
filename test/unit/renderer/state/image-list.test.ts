import { describe, expect, it } from 'vitest';
import { ImageList } from '../../../../src/renderer/state/image-list.svelte.ts';
import { answered, ListedImages } from '../../../support/listed-images.ts';

const PAGE = 500;

async function listOf(total: number): Promise<{ engine: ListedImages; list: ImageList }> {
  const engine = new ListedImages(total);
  const list = new ImageList(engine, { datasetId: 'dataset', version: 'v1' }, { excluded: 'with', tag: 'blurred' });
  await answered();
  return { engine, list };
}

describe('the list of images', () => {
  it('knows how many pass the filter from its first page on, and asks for no more than is looked at', async () => {
    const { engine, list } = await listOf(100_000);
    expect(list.total).toBe(100_000);
    expect(engine.asked).toEqual([{ datasetId: 'dataset', offset: 0, limit: PAGE, excluded: 'with', tag: 'blurred' }]);
    expect(list.at(PAGE - 1)?.imageId).toBe(`image-${PAGE - 1}`);
    expect(list.at(PAGE)).toBeUndefined();
    list.need(PAGE - 1, PAGE + 1);
    await answered();
    expect(list.at(PAGE)?.imageId).toBe(`image-${PAGE}`);
    expect(engine.asked).toHaveLength(2);
  });

  it('holds a bounded part of them whatever is scrolled through, and asks again for what it let go', async () => {
    const { engine, list } = await listOf(100_000);
    for (let first = 0; first < 100_000; first += PAGE) {
      list.need(first, first + 60);
      await answered();
    }
    const held = list.held(() => true).length;
    expect(held).toBeGreaterThanOrEqual(10 * PAGE);
    expect(held).toBeLessThanOrEqual(40 * PAGE);
    expect(list.at(0)).toBeUndefined();
    const asked = engine.asked.length;
    list.need(0, 60);
    await answered();
    expect(list.at(0)?.imageId).toBe('image-0');
    expect(engine.asked).toHaveLength(asked + 1);
  });

  it('shows what was there until what is in sight was read again', async () => {
    const { engine, list } = await listOf(1200);
    list.need(490, 560);
    await answered();
    engine.total = 1100;
    const reading = list.reload('v2');
    expect(list.at(495)?.imageId).toBe('image-495');
    await reading;
    expect(list.total).toBe(1100);
    expect(engine.asked.slice(2).map(({ offset }) => offset)).toEqual([0, PAGE]);
  });

  it('that is empty shows images once there are some', async () => {
    const { engine, list } = await listOf(0);
    list.need(0, 0);
    engine.total = 12;
    await list.reload('v2');
    expect([list.total, list.at(11)?.imageId]).toEqual([12, 'image-11']);
  });

  it('knows where an image that it holds stands', async () => {
    const { list } = await listOf(5000);
    list.need(PAGE, PAGE + 1);
    await answered();
    expect(['image-7', `image-${PAGE + 3}`, 'image-4000'].map((id) => list.placeOf(id))).toEqual([7, PAGE + 3, null]);
  });

  it('gives ids of images that it does not hold, without holding them', async () => {
    const { list } = await listOf(5000);
    const ids = await list.ids(400, 3200);
    expect(ids).toHaveLength(2800);
    expect([ids[0], ids.at(-1)]).toEqual(['image-400', 'image-3199']);
    expect(list.held(() => true)).toHaveLength(PAGE);
  });

  it('tells why it could not be read, and asks again when told to', async () => {
    const engine = new ListedImages(10);
    engine.failure = new Error('gone');
    const list = new ImageList(engine, { datasetId: 'dataset', version: 'v1' }, {});
    await answered();
    expect(list.problem).toBe(engine.failure);
    engine.failure = null;
    list.retry();
    await answered();
    expect([list.problem, list.total]).toEqual([null, 10]);
  });
});
