import { describe, expect, it } from 'vitest';
import type { Request, Transport } from '../../../../src/shared/contract/endpoint.ts';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';
import { Predictions } from '../../../../src/renderer/state/predictions.svelte.ts';

const written = { name: 'predictions.csv', grantId: null, bytes: 10, images: 9000, unreadable: 0 };

/** Predictions over an engine that answers as told, and what it was asked to write. */
function predictionsWith(answer: (request: Request<'predictions.write'>) => Promise<unknown>): {
  readonly predictions: Predictions;
  readonly asked: readonly Request<'predictions.write'>[];
} {
  const asked: Request<'predictions.write'>[] = [];
  const invoke = (name: string, request: unknown): Promise<unknown> => {
    // What is shown meanwhile is never answered: what is saved does not wait for it.
    if (name !== 'predictions.write') return new Promise(() => undefined);
    asked.push(request as Request<'predictions.write'>);
    return answer(request as Request<'predictions.write'>);
  };
  const transport = { invoke, subscribe: () => () => undefined } as unknown as Transport;
  const predictions = new Predictions(transport);
  predictions.choose('run');
  return { predictions, asked };
}

const image = (grantId: string) => ({ name: grantId, reference: { grantId }, imageId: grantId });

describe('predictions that are saved', () => {
  it('are those of whole folders, of which only some images may be shown', async () => {
    const { predictions, asked } = predictionsWith(() => Promise.resolve(written));
    predictions.add([image('first'), image('second')], [{ grantId: 'folder' }]);
    predictions.add([image('third')], [{ grantId: 'third' }]);
    expect(await predictions.save('csv')).toEqual(written);
    expect(asked).toMatchObject([{ runId: 'run', top: 3, images: [{ grantId: 'third' }, { grantId: 'folder' }] }]);
    expect(predictions.file.writing).toBeNull();
  });

  it('are not those of what was cleared away', async () => {
    const { predictions, asked } = predictionsWith(() => Promise.resolve(written));
    predictions.add([image('first')], [{ grantId: 'folder' }]);
    predictions.clear();
    predictions.add([image('second')], [{ grantId: 'second' }]);
    await predictions.save('csv');
    expect(asked.map(({ images }) => images)).toEqual([[{ grantId: 'second' }]]);
  });

  it.each([
    ['was ended', 'task.cancelled', false],
    ['failed', 'disk.full', true],
  ] as const)('are none where writing %s, which is told where it is news', async (_, code, told) => {
    const failure = new ThawError(code, 'It ended.', 'Begin again.');
    const { predictions } = predictionsWith(() => Promise.reject(failure));
    predictions.add([image('first')], [{ grantId: 'first' }]);
    expect(await predictions.save('csv')).toBeNull();
    expect(predictions.file.problem).toBe(told ? failure : null);
    expect(predictions.file.writing).toBeNull();
  });
});
