import { describe, expect, it, vi } from 'vitest';
import { Explanation } from '../../../../src/renderer/state/explanation.svelte.ts';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';

interface Asked {
  readonly name: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly answer: (answer: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** A panel whose questions are answered by hand. */
function explained() {
  const asked: Asked[] = [];
  const cancelled: unknown[] = [];
  const invoke = (name: string, request: Asked['request']): Promise<unknown> => {
    if (name === 'task.cancel') {
      cancelled.push(request['taskId']);
      return Promise.resolve({});
    }
    return new Promise((answer, fail) => asked.push({ name, request, answer, fail }));
  };
  const transport = { invoke, subscribe: () => () => undefined } as unknown as Transport;
  const explanation = new Explanation(transport);
  const last = (name: string): Asked => {
    const found = asked.findLast((one) => one.name === name);
    if (found === undefined) throw new TypeError(`${name} was not asked.`);
    return found;
  };
  return { explanation, asked, cancelled, last };
}

const mapOf = (name: string) => ({ class: name, layer: 'conv' });

describe('an explanation', () => {
  it('is asked of the run’s last layer and the class that it predicts, and keeps nothing of the image before', async () => {
    const { explanation, last, cancelled } = explained();
    explanation.show({ runId: 'run', imageId: 'one' });
    expect(last('explain.heatMap').request).toMatchObject({ runId: 'run', image: { imageId: 'one' } });
    expect(last('explain.heatMap').request).not.toHaveProperty('class');
    expect(last('explain.heatMap').request).not.toHaveProperty('layer');
    const first = last('explain.heatMap');
    explanation.show({ runId: 'run', imageId: 'two' });
    expect(cancelled).toEqual([first.request['taskId']]);
    first.answer(mapOf('cat'));
    last('explain.heatMap').answer(mapOf('dog'));
    await vi.waitFor(() => expect(explanation.map.answer).toMatchObject({ class: 'dog' }));
    explanation.show({ runId: 'run', imageId: 'three' });
    expect(explanation.map.answer).toBeNull();
  });

  it('keeps the map in sight while another class or layer of the same image is asked for', async () => {
    const { explanation, last } = explained();
    explanation.show({ runId: 'run', imageId: 'one' });
    last('explain.heatMap').answer(mapOf('cat'));
    await vi.waitFor(() => expect(explanation.map.asking).toBe(false));
    explanation.choose({ className: 'dog', layer: 'early' });
    expect(explanation.map.answer).toMatchObject({ class: 'cat' });
    expect(last('explain.heatMap').request).toMatchObject({ class: 'dog', layer: 'early' });
  });

  it('keeps the layer from image to image of one run, and begins no occlusion by itself', () => {
    const { explanation, asked, last } = explained();
    explanation.show({ runId: 'run', imageId: 'one' });
    explanation.choose({ layer: 'early' });
    explanation.choose({ method: 'occlusion', className: 'dog' });
    expect(last('explain.occlusion').request).toMatchObject({ class: 'dog' });
    explanation.show({ runId: 'run', imageId: 'two' });
    expect(asked.filter(({ name }) => name === 'explain.occlusion')).toHaveLength(1);
    expect(last('explain.heatMap').request).toMatchObject({ layer: 'early', image: { imageId: 'two' } });
    expect(last('explain.heatMap').request).not.toHaveProperty('class');
    explanation.show({ runId: 'another', imageId: 'two' });
    expect(last('explain.heatMap').request).not.toHaveProperty('layer');
  });

  it('is drawn over no picture but its own, nor while something else is looked at', async () => {
    const { explanation, last } = explained();
    explanation.show({ runId: 'run', imageId: 'one' });
    expect(explanation.mapOver('one')).toBeNull();
    last('explain.heatMap').answer(mapOf('cat'));
    await vi.waitFor(() => expect(explanation.mapOver('one')).toMatchObject({ class: 'cat' }));
    expect(explanation.mapOver('two')).toBeNull();
    explanation.showTab('nearest');
    expect(explanation.mapOver('one')).toBeNull();
  });

  it('asks for kernels where they are looked at, again where nobody waited for them', () => {
    const { explanation, asked } = explained();
    const kernels = (): number => asked.filter(({ name }) => name === 'explain.filters').length;
    explanation.show({ runId: 'run', imageId: 'one' });
    expect(kernels()).toBe(0);
    explanation.showTab('filters');
    explanation.show({ runId: 'run', imageId: 'two' });
    expect(kernels()).toBe(1);
    explanation.end();
    explanation.show({ runId: 'run', imageId: 'two' });
    expect(kernels()).toBe(2);
  });

  it('tells a failure, and of what was cancelled nothing', async () => {
    const { explanation, last } = explained();
    explanation.show({ runId: 'run', imageId: 'one' });
    last('explain.heatMap').fail(new ThawError('task.cancelled', 'It ended.', 'Begin again.'));
    await vi.waitFor(() => expect(explanation.map.asking).toBe(false));
    expect(explanation.map.problem).toBeNull();
    void explanation.askMap();
    const failure = new ThawError('memory.full', 'No memory.', 'Close something.');
    last('explain.heatMap').fail(failure);
    await vi.waitFor(() => expect(explanation.map.problem).toBe(failure));
  });
});
