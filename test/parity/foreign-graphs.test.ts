import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, cpSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import { compileActivations } from '../../src/engine/graph/activation-program.ts';
import { encodeSavedModel } from '../../src/engine/graph/saved-model.ts';
import { openGraphRecord, type GraphRecord } from '../../src/engine/network/foreign/graph-record.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { probeGraph } from '../../src/engine/training/graph-probe.ts';
import { loadWeights } from '../../src/engine/weights/load.ts';
import { findGraphFile, openStoredWeights, openWeights } from '../../src/engine/weights/open.ts';
import { readImageGraph, type AskedEnds } from '../../src/engine/weights/tensorflow/graph-model.ts';
import { expectError } from '../support/expect-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const python = findPeerPython();
const reason = 'Python with TensorFlow, Keras and tf_keras is absent (scripts/peers installs it)';
const SCRIPT = path.resolve(import.meta.dirname, '../support/graph_models.py');
const computed = z.object({
  size: z.int(),
  images: z.array(z.number()),
  outputs: z.record(z.string(), z.object({ shape: z.array(z.int()), values: z.array(z.number()) })),
});

/** A graph as `networks.open` keeps it. */
async function recordOf(file: string, size: number, asked: AskedEnds): Promise<GraphRecord> {
  const found = await findGraphFile(file);
  if (!found) throw new Error(`${file} is no graph`);
  const stored = await openStoredWeights(file);
  try {
    const { title, graph, height, width } = await readImageGraph(found, stored, asked);
    const record: GraphRecord = {
      ...{ version: 1, title, graph, pixels: 'signed', shape: [1] },
      height: height ?? size,
      width: width ?? size,
    };
    return { ...record, shape: [...(await probeGraph({ record, weights: file }))] };
  } finally {
    stored.close();
  }
}

describe.skipIf(python === null)(`graphs of TensorFlow's${python === null ? `, skipped: ${reason}` : ''}`, () => {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder, name);
  let expected: z.infer<typeof computed>;

  beforeAll(() => {
    const { status, stderr } = spawnSync(python ?? '', [SCRIPT, folder], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    expected = computed.parse(JSON.parse(readFileSync(at('expected.json'), 'utf8')));
  }, 240_000);

  it.each<readonly [string, string, string, AskedEnds]>([
    ['that Keras 3 exported', 'keras3', 'keras3', {}],
    ["that is Keras 2's own SavedModel", 'keras2', 'keras2', {}],
    ['of a bare module, of images of any size', 'module', 'module', {}],
    ['whose large constants lie beside its variables', 'constants', 'constants', {}],
    ['of TensorFlow 1, its variables beside it', 'version1', 'version1', {}],
    ['of TensorFlow 1, frozen', 'frozen.pb', 'frozen', {}],
    ['that is cut at features', 'frozen.pb', 'frozen_features', { output: 'net/pool' }],
    ['whose ends are named', 'version1', 'version1', { input: 'image', output: 'logits' }],
  ])('%s give what TensorFlow gives', async (_, file, name, asked) => {
    const { size, images, outputs } = expected;
    const record = await recordOf(at(file), size, asked);
    const { network, preprocessing } = openGraphRecord(record);
    const weights = await openWeights(at(file));
    const { tensors, report } = loadWeights(network, weights);
    weights.close();
    expect(report).toMatchObject({ missing: [], skippedByShape: [] });

    const program = compileActivations(network, network.output, preprocessing);
    const savedModel = encodeSavedModel(program.graph, program.signatures);
    using session = Session.load(path.join(temporaryFolder(), 'program'), savedModel, program.signatures);
    session.run('assign', program.assignFeeds(tensors));
    const fed = { data: Float32Array.from(images), shape: [2, size, size, 3] };
    const ours = session.run('of_input', { input: fed })['output'];
    const { shape, values } = outputs[name] ?? { shape: [], values: [] };
    expect(record.shape).toEqual(shape);
    expect(ours?.data).toHaveLength(values.length);
    const scale = Math.max(1, ...values.map(Math.abs));
    values.forEach((value, index) => {
      expect(Math.abs(Number(ours?.data[index]) - value) / scale).toBeLessThan(1e-5);
    });
  });

  it('that read files are refused by the op that does', async () => {
    await expectError(
      () => recordOf(at('reads_file.pb'), 24, {}),
      'network.invalid',
      "'ReadFile'",
      'reads or writes files',
    );
  });

  it('are refused by the variable whose values are gone, and whose data is', async () => {
    mkdirSync(at('lost'));
    cpSync(at('keras3'), at('lost/whole'), { recursive: true });
    rmSync(at('lost/whole/variables/variables.data-00000-of-00001'));
    await expectError(() => recordOf(at('lost/whole'), 24, {}), 'weights.unreadable', 'variables');
  });

  it.each([
    ['an output that is none', 'frozen.pb', { output: 'net/pol' }, "'net/pool'"],
    ['an output that sees no image', 'frozen.pb', { output: 'net/conv/biases' }, 'does not depend on'],
    ['an input that is none', 'keras3', { input: 'pixels' }, "'pixels' is none"],
  ])('are refused with %s', async (_, file, asked, told) => {
    await expectError(() => recordOf(at(file), 24, asked), 'network.invalid', told);
  });
});
