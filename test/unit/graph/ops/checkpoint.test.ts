import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { restore, save } from '../../../../src/engine/graph/ops/checkpoint.ts';
import { floats, loadGraph, stateSignatures } from '../../../support/graph-session.ts';

let directory = '';
beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'thaw-checkpoint-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const load = (shape: readonly number[] = [2, 2]) => {
  const graph = new Graph();
  const variables = [graph.variable('conv1/kernel', shape), graph.variable('step', [])];
  const prefix = graph.placeholder('prefix', 'string', []);
  const saved = save(graph, 'save', prefix, variables);
  const restored = restore(graph, 'restore', prefix, variables);
  return loadGraph(graph, {
    ...stateSignatures(graph, variables),
    save: { inputs: { prefix }, outputs: { done: graph.group('saved', [saved]) } },
    restore: { inputs: { prefix }, outputs: { done: graph.group('restored', restored) } },
  });
};
const at = (name: string) => ({ prefix: { data: [Buffer.from(path.join(directory, name))], shape: [] } });

describe('a checkpoint', () => {
  it('brings back what was saved, also in another session', () => {
    using first = load();
    first.run('assign', { 'conv1/kernel': floats([2, 2], [1, 2, 3, 4]), step: floats([], [7]) });
    first.run('save', at('a'));
    first.run('assign', { 'conv1/kernel': floats([2, 2], [0, 0, 0, 0]), step: floats([], [0]) });
    using second = load();
    for (const session of [first, second]) {
      session.run('restore', at('a'));
      const read = session.run('read', {});
      expect([...(read['conv1/kernel']?.data ?? [])]).toEqual([1, 2, 3, 4]);
      expect(read['step']?.data[0]).toBe(7);
    }
    expect(readdirSync(directory).toSorted()).toEqual(['a.data-00000-of-00001', 'a.index']);
  });

  it.each([
    ['is missing', 'nothing', () => undefined],
    ['is damaged', 'damaged', (file: string) => writeFileSync(`${file}.index`, 'not a table')],
  ])('that %s is an error', (_, name, make) => {
    make(path.join(directory, name));
    using session = load();
    expect(() => session.run('restore', at(name))).toThrow("TensorFlow could not compute 'restore'");
  });

  it('of another network is an error, and changes nothing', () => {
    using session = load();
    session.run('assign', { 'conv1/kernel': floats([2, 2], [1, 2, 3, 4]), step: floats([], [7]) });
    session.run('save', at('a'));
    using other = load([3]);
    other.run('assign', { 'conv1/kernel': floats([3], [9, 9, 9]), step: floats([], [7]) });
    expect(() => other.run('restore', at('a'))).toThrow(expect.objectContaining({ code: 'runtime.failed' }));
    expect([...(other.run('read', {})['conv1/kernel']?.data ?? [])]).toEqual([9, 9, 9]);
  });

  it('for which there is no place is an error that says which', () => {
    using session = load();
    session.run('assign', { 'conv1/kernel': floats([2, 2], [1, 2, 3, 4]), step: floats([], [7]) });
    expect(() => session.run('save', at('no/such/folder/a'))).toThrow(/no\/such\/folder; No such file or directory/);
  });
});
