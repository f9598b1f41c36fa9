/** Runs a graph with next to nothing to compute: what remains is what a run costs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type } from '../../src/engine/graph/attribute.ts';
import { Graph } from '../../src/engine/graph/graph.ts';
import { encodeSavedModel } from '../../src/engine/graph/saved-model.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { answerSteps } from './answer-steps.ts';

const graph = new Graph();
const x = graph.placeholder('x', 'float32', []);
const sum = graph.single({
  op: 'AddV2',
  name: 'sum',
  inputs: [x, x],
  attributes: { T: type('float32') },
  outputs: [{ dtype: 'float32', shape: [] }],
});
const signatures = { run: { inputs: { x }, outputs: { sum } } };
const directory = mkdtempSync(path.join(tmpdir(), 'thaw-bench-'));
const session = Session.load(directory, encodeSavedModel(graph, signatures), signatures);
rmSync(directory, { recursive: true });
const feeds = { x: { data: Float32Array.of(1), shape: [] } };
await answerSteps('Thaw', () => {
  if (session.run('run', feeds)['sum']?.data[0] !== 2) throw new TypeError('The measured graph gave a wrong sum.');
});
