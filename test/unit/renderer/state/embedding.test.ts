import { describe, expect, it } from 'vitest';
import { EmbeddingController } from '../../../../src/renderer/state/embedding.svelte.ts';
import type { EmbeddingMap } from '../../../../src/shared/contract/embedding.ts';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';

const asked = { datasetId: 'one', dataset: { kind: 'sample' }, network: 'mobilenet', weights: undefined } as const;
const mapOf = (...paths: string[]) => ({ paths }) as unknown as EmbeddingMap;

interface Question {
  readonly datasetId: string;
  readonly onlyKept?: boolean;
}

/** A controller whose engine answers when a test says so. */
function controlled() {
  const questions: {
    readonly asked: Question;
    readonly answer: (map: EmbeddingMap | null) => void;
    readonly refuse: (error: Error) => void;
  }[] = [];
  const transport = {
    invoke: (name: string, request: Question): Promise<unknown> => {
      if (name === 'plan.preview') return Promise.resolve({ cost: null, boundary: { bytes: null }, problems: [] });
      if (name !== 'dataset.embedding') return Promise.resolve({});
      const { promise, resolve, reject } = Promise.withResolvers<{ map: EmbeddingMap | null }>();
      questions.push({ asked: request, answer: (map) => resolve({ map }), refuse: reject });
      return promise;
    },
    subscribe: () => () => undefined,
  } as unknown as Transport;
  const controller = new EmbeddingController(transport);
  const next = (): (typeof questions)[number] => questions.shift() ?? expect.fail('Nothing was asked.');
  return { controller, questions, next };
}

/** A map that is being made. */
async function making() {
  const { controller, questions, next } = controlled();
  const shown = controller.show(asked);
  next().answer(null);
  await shown;
  const made = controller.compute();
  return { controller, questions, made, task: next(), next };
}

describe('the map of a dataset', () => {
  it('is asked for again once it is made, where something was decided of its images meanwhile', async () => {
    const { controller, made, task, next, questions } = await making();
    await controller.show(asked);
    expect(questions).toEqual([]);
    task.answer(mapOf('cat/1.png', 'cat/2.png'));
    await expect.poll(() => questions.length).toBe(1);
    const again = next();
    expect(again.asked).toMatchObject({ datasetId: 'one', onlyKept: true });
    again.answer(mapOf('cat/1.png'));
    await made;
    expect(controller.map).toEqual(mapOf('cat/1.png'));
    expect(controller.progress).toBeNull();
  });

  it('is not asked for again where nothing was decided', async () => {
    const { controller, made, task, questions } = await making();
    task.answer(mapOf('cat/1.png'));
    await made;
    expect(questions).toEqual([]);
    expect(controller.map).toEqual(mapOf('cat/1.png'));
  });

  it('tells why it could not be made, whatever was decided meanwhile', async () => {
    const { controller, made, task, questions } = await making();
    await controller.show(asked);
    task.refuse(new Error('no room'));
    await made;
    expect(questions).toEqual([]);
    expect(controller.problem).toEqual(new Error('no room'));
  });

  it('forgets one that is made when another dataset is shown', async () => {
    const { controller, made, task, next } = await making();
    const other = controller.show({ ...asked, datasetId: 'two' });
    next().answer(mapOf('dog/1.png'));
    await other;
    task.answer(mapOf('cat/1.png'));
    await made;
    expect(controller.map).toEqual(mapOf('dog/1.png'));
  });
});
