import { describe, expect, it } from 'vitest';
import { gradients } from '../../../../src/engine/graph/gradient.ts';
import { Graph, type Tensor } from '../../../../src/engine/graph/graph.ts';
import { cast } from '../../../../src/engine/graph/ops/cast.ts';
import { dropout } from '../../../../src/engine/graph/ops/dropout.ts';
import { gather } from '../../../../src/engine/graph/ops/gather.ts';
import { imagesFromBytes } from '../../../../src/engine/graph/ops/images-from-bytes.ts';
import { evaluate, floats, integers, loadGraph } from '../../../support/graph-session.ts';

describe('images from bytes', () => {
  const build = (
    scale: number | readonly number[],
    offset: number | readonly number[],
    channelOrder: 'rgb' | 'bgr' | 'grey' = 'rgb',
  ): readonly [Graph, Tensor, Tensor] => {
    const graph = new Graph();
    const bytes = graph.placeholder('bytes', 'string', []);
    const options = { height: 1, width: 2, channels: 3, channelOrder, scale, offset };
    return [graph, bytes, imagesFromBytes(graph, 'images', bytes, options)];
  };
  const pixels = Uint8Array.from([0, 255, 10, 20, 30, 40, 1, 2, 3, 4, 5, 6]);

  it('are the pixels of the batch, scaled and shifted', () => {
    const [graph, bytes, images] = build(1 / 127.5, -1);
    const { data, shape } = evaluate(graph, images, { bytes: [bytes, { data: [pixels], shape: [] }] });
    expect(shape).toEqual([2, 1, 2, 3]);
    expect([...data.slice(0, 2)]).toEqual([-1, 1]);
    expect(data[11]).toBeCloseTo(6 / 127.5 - 1, 6);
  });

  it('take a scale and an offset for each channel', () => {
    const [graph, bytes, images] = build([1, 2, 3], [0, 10, -1]);
    const { data } = evaluate(graph, images, { bytes: [bytes, { data: [pixels], shape: [] }] });
    expect([...data]).toEqual([0, 520, 29, 20, 70, 119, 1, 14, 8, 4, 20, 17]);
  });

  it('take blue first where they are reversed, each channel with its own offset', () => {
    const [graph, bytes, images] = build(1, [-1, -2, -3], 'bgr');
    const { data } = evaluate(graph, images, { bytes: [bytes, { data: [pixels], shape: [] }] });
    expect([...data]).toEqual([9, 253, -3, 39, 28, 17, 2, 0, -2, 5, 3, 1]);
  });

  it('are grey by the luma of the colours, in whole numbers', () => {
    const [graph, bytes, images] = build(2, 1, 'grey');
    const colours = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 200, 200, 200]);
    const { data, shape } = evaluate(graph, images, { bytes: [bytes, { data: [colours], shape: [] }] });
    expect(shape).toEqual([2, 1, 2, 1]);
    // Pillow's convert('L') of the same.
    expect([...data]).toEqual([76, 150, 29, 200].map((value) => value * 2 + 1));
  });
});

describe('gather', () => {
  it('takes rows, in their order and again where they come again', () => {
    const graph = new Graph();
    const table = graph.placeholder('table', 'float32', [-1, 2]);
    const rows = graph.placeholder('rows', 'int32', [-1]);
    const { data, shape } = evaluate(graph, gather(graph, 'op', table, rows), {
      table: [table, floats([3, 2], [1, 2, 3, 4, 5, 6])],
      rows: [rows, integers([4], [2, 0, 0, 1])],
    });
    expect(shape).toEqual([4, 2]);
    expect([...data]).toEqual([5, 6, 1, 2, 1, 2, 3, 4]);
  });
});

describe('cast', () => {
  it('gives a tensor of the type already back as it is', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1]);
    expect(cast(graph, 'op', input, 'float32')).toBe(input);
  });

  it('lets no gradient through integers', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1]);
    const rounded = cast(graph, 'back', cast(graph, 'op', input, 'int32'), 'float32');
    expect(() => gradients(graph, rounded, [input])).toThrow("no gradient reaches 'input:0'");
  });
});

describe('dropout', () => {
  const size = 4000;
  const rate = 0.25;
  const build = () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, size]);
    const seed = graph.placeholder('seed', 'int32', [2]);
    const first = dropout(graph, 'first', input, { rate, seed });
    const second = dropout(graph, 'second', input, { rate, seed });
    const [gradient = first] = gradients(graph, first, [input]);
    return loadGraph(graph, { run: { inputs: { input, seed }, outputs: { first, second, gradient } } });
  };
  const ones = floats([1, size], new Float32Array(size).fill(1));

  it('drops its share and divides the rest by what is kept', () => {
    using session = build();
    const { first } = session.run('run', { input: ones, seed: integers([2], [1, 2]) });
    const kept = [...(first?.data ?? [])].filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - rate))]));
    expect(kept.length / size).toBeGreaterThan(0.72);
    expect(kept.length / size).toBeLessThan(0.78);
  });

  it('lets the gradient through where it lets values through', () => {
    using session = build();
    const { first, gradient } = session.run('run', { input: ones, seed: integers([2], [1, 2]) });
    expect(gradient?.data).toEqual(first?.data);
  });

  it('repeats with its seed, changes with another, and differs between layers', () => {
    using session = build();
    const at = (step: number) => session.run('run', { input: ones, seed: integers([2], [9, step]) });
    expect(at(1)['first']?.data).toEqual(at(1)['first']?.data);
    expect(at(1)['first']?.data).not.toEqual(at(2)['first']?.data);
    expect(at(1)['first']?.data).not.toEqual(at(1)['second']?.data);
  });

  it('of whole channels keeps or drops all that a channel of an image has', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 2, 2, 3]);
    const seed = graph.placeholder('seed', 'int32', [2]);
    const output = dropout(graph, 'drop', input, { rate, seed, perChannel: true });
    using session = loadGraph(graph, { run: { inputs: { input, seed }, outputs: { output } } });
    const images = 500;
    const values = floats([images, 2, 2, 3], new Float32Array(images * 12).fill(1));
    const data = [...(session.run('run', { input: values, seed: integers([2], [3, 4]) })['output']?.data ?? [])];
    const channels = Array.from({ length: images * 3 }, (_, at) => {
      const first = Math.floor(at / 3) * 12 + (at % 3);
      return new Set([0, 3, 6, 9].map((pixel) => data[first + pixel]));
    });
    expect(channels.every((own) => own.size === 1)).toBe(true);
    const kept = channels.filter((own) => own.has(Math.fround(1 / (1 - rate)))).length;
    expect(channels.filter((own) => own.has(0))).toHaveLength(channels.length - kept);
    expect(kept / channels.length).toBeCloseTo(1 - rate, 1);
    const mixed = Array.from({ length: images }, (_, image) => new Set(data.slice(image * 12, image * 12 + 3)).size);
    expect(mixed).toContain(2);
  });

  it('of whole images keeps or drops all that an image has', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 2, 2, 3]);
    const seed = graph.placeholder('seed', 'int32', [2]);
    const output = dropout(graph, 'drop', input, { rate, seed, perImage: true });
    const [gradient = output] = gradients(graph, output, [input]);
    using session = loadGraph(graph, { run: { inputs: { input, seed }, outputs: { output, gradient } } });
    const images = 1000;
    const values = floats([images, 2, 2, 3], new Float32Array(images * 12).fill(1));
    const given = session.run('run', { input: values, seed: integers([2], [3, 4]) });
    const perImage = Array.from({ length: images }, (_, image) => [
      ...new Set(given['output']?.data.slice(image * 12, image * 12 + 12)),
    ]);
    expect(perImage.every((own) => own.length === 1)).toBe(true);
    const kept = perImage.filter(([value]) => value === Math.fround(1 / (1 - rate))).length;
    expect(perImage.filter(([value]) => value === 0)).toHaveLength(images - kept);
    expect(kept / images).toBeGreaterThan(0.7);
    expect(kept / images).toBeLessThan(0.8);
    expect(given['gradient']?.data).toEqual(given['output']?.data);
  });

  it('refuses a rate of 1 and a seed of another type', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 2]);
    const seed = graph.placeholder('seed', 'int32', [2]);
    expect(() => dropout(graph, 'drop', input, { rate: 1, seed })).toThrow("'drop' needs a rate in [0, 1), not 1");
    expect(() => dropout(graph, 'drop', input, { rate: 0.5, seed: input })).toThrow(
      "'drop' needs an int32 seed of [2]",
    );
  });
});
