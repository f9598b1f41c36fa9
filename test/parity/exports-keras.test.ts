import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import { H5_FORMAT, KERAS_FORMAT } from '../../src/engine/export/keras/keras-format.ts';
import { SAFETENSORS_FORMAT } from '../../src/engine/export/safetensors/safetensors-format.ts';
import { writeReference } from '../../src/engine/export/reference-images.ts';
import { USUAL_HEAD } from '../../src/shared/contract/head-design.ts';
import { INITIAL_STATE } from '../../src/engine/training/checkpoint.ts';
import { DESIGNED, tellingModel } from '../support/keras-export.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const python = findPeerPython();
const root = temporaryFolder();
const reason = 'Python with the peers is absent (scripts/peers installs it)';
const ALLOWED = 1e-4;
/** Python loads a large library and builds each network. */
const SOME_TIME = 900_000;

/** Padding by hand and channels of BGR, a squeeze with swish, a head that was designed. */
const SOME_NETWORKS = [
  ['mobilenet_v2_1.0_64', 'sigmoid', DESIGNED],
  ['resnet50_64', 'softmax', USUAL_HEAD],
  ['mobilenet_v3_small_1.0_64', 'softmax', USUAL_HEAD],
] as const;
/** The others take minutes, of which `npm test` has few: `npm run crosscheck` tries them. */
const OTHER_NETWORKS = [
  ['mobilenet_v1_0.25_32', 'softmax', USUAL_HEAD],
  ['vgg16_64', 'softmax', USUAL_HEAD],
  ['efficientnet_b0_64', 'sigmoid', USUAL_HEAD],
  ['densenet121_32@torch', 'softmax', USUAL_HEAD],
] as const;
const NETWORKS = [...SOME_NETWORKS, ...(process.env['THAW_TEST_THOROUGH'] === 'true' ? OTHER_NETWORKS : [])];

async function exported(
  format: 'keras' | 'h5' | 'safetensors',
): Promise<readonly { readonly folder: string; readonly twin: null }[]> {
  const chosen = { keras: KERAS_FORMAT, h5: H5_FORMAT, safetensors: SAFETENSORS_FORMAT }[format];
  const asked = [];
  for (const [name, head, design] of NETWORKS) {
    const folder = mkdtempSync(path.join(root, `${format}-`));
    const { model, images, probabilities } = await tellingModel(folder, name, head, design);
    await writeReference(path.join(folder, 'reference.npz'), images, probabilities);
    await chosen.write(model, folder, INITIAL_STATE, null);
    writeFileSync(path.join(folder, 'classes.json'), JSON.stringify(model.classes));
    writeFileSync(path.join(folder, 'predict.py'), chosen.sample(model, ALLOWED));
    asked.push({ folder, twin: null });
  }
  return asked;
}

function differences(asked: readonly object[], environment: NodeJS.ProcessEnv): readonly number[] {
  const script = path.join(import.meta.dirname, '../support/export_peer.py');
  const { status, stdout, stderr } = spawnSync(python ?? '', [script], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  // The legacy Keras writes to stdout how far it is.
  const text = stdout.slice(stdout.lastIndexOf('[{'));
  return z
    .array(z.object({ difference: z.number() }))
    .parse(JSON.parse(text))
    .map(({ difference }) => difference);
}

const CASES = [
  ['Keras 3', 'keras', {}],
  ['Keras 3, of the file of before', 'h5', {}],
  ['Keras 3, of weights and layers in files of their own', 'safetensors', {}],
  ['tf_keras', 'h5', { TF_USE_LEGACY_KERAS: '1' }],
] as const;

describe.skipIf(python === null)(`models for Keras${python === null ? `, skipped: ${reason}` : ''}`, () => {
  it.each(CASES)('give in %s what they do here', { timeout: SOME_TIME }, async (_, format, environment) => {
    const found = differences(await exported(format), environment);
    NETWORKS.forEach(([name], index) => expect(found[index], name).toBeLessThan(ALLOWED));
  });
});
