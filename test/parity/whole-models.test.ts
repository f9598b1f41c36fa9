import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import { compileActivations } from '../../src/engine/graph/activation-program.ts';
import { encodeSavedModel } from '../../src/engine/graph/saved-model.ts';
import { openModel, recordOf } from '../../src/engine/network/config/model-record.ts';
import { Session } from '../../src/engine/runtime/session.ts';
import { loadWeights } from '../../src/engine/weights/load.ts';
import { readModelConfiguration } from '../../src/engine/weights/model-configuration.ts';
import { openWeights } from '../../src/engine/weights/open.ts';
import { sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const python = findPeerPython();
const reason = 'Python with Keras and tf_keras is absent (scripts/peers installs it)';
const SCRIPT = path.resolve(import.meta.dirname, '../support/whole_models.py');
const MODELS = ['branched', 'plain', 'tutorial', 'grey', 'adapted'];
const FILES = ['v2', 'v3'].flatMap((version) =>
  MODELS.flatMap((model) => ['h5', 'keras'].map((ending) => [`${version}_${model}`, ending] as const)),
);
const PUBLISHED = sharedPath('weights', 'keras', 'mlcommons_resnet8_cifar10.h5');
const published = existsSync(PUBLISHED) ? [PUBLISHED] : [];
const computed = z.object({ image: z.array(z.int()), output: z.array(z.number()) });

describe.skipIf(python === null)(`whole models of Keras${python === null ? `, skipped: ${reason}` : ''}`, () => {
  const folder = temporaryFolder();

  beforeAll(() => {
    const { status, stderr } = spawnSync(python ?? '', [SCRIPT, folder, ...published], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  }, 120_000);

  const expectAsKeras = async (file: string): Promise<void> => {
    const { withTop: network, preprocessing } = openModel(recordOf(await readModelConfiguration(file), null, null));
    const weights = await openWeights(file);
    const { tensors, report } = loadWeights(network, weights);
    weights.close();
    expect(report).toMatchObject({ missing: [], skippedByShape: [] });
    // What a Normalization learnt is part of the preprocessing, no weight of the network.
    expect(report.unexpected.filter((name) => !/^statistics\/(?:mean|variance|count)$/.test(name))).toEqual([]);
    const program = compileActivations(network, network.output, preprocessing);
    const directory = path.join(temporaryFolder(), 'program');
    using session = Session.load(directory, encodeSavedModel(program.graph, program.signatures), program.signatures);
    session.run('assign', program.assignFeeds(tensors));
    const { image, output } = computed.parse(
      JSON.parse(readFileSync(path.join(folder, `${path.parse(file).name}.json`), 'utf8')),
    );
    const ours = session.run('activations', { images: { data: [Uint8Array.from(image)], shape: [] } })['output'];
    const largest = Math.max(...output.map(Math.abs));
    expect(ours?.data).toHaveLength(output.length);
    output.forEach((value, index) => {
      expect(Math.abs(Number(ours?.data[index]) - value) / Math.max(1, largest)).toBeLessThan(1e-4);
    });
  };

  it.each(FILES)('%s.%s computes what Keras does, from pixels to logits', async (stem, ending) => {
    await expectAsKeras(path.join(folder, `${stem}.${ending}`));
  });

  it.skipIf(published.length === 0)('a residual network of others does, where the shared folder is there', async () => {
    await expectAsKeras(PUBLISHED);
  });
});
