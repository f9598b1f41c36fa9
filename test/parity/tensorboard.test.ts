import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPeerPython } from '../../bench/peer-python.ts';
import { histogramOf } from '../../src/engine/exchange/tensorboard/histogram.ts';
import { layerGraph } from '../../src/engine/exchange/tensorboard/layer-graph.ts';
import { writeEventFile } from '../../src/engine/exchange/tensorboard/event-file.ts';
import { runEvents } from '../../src/engine/exchange/tensorboard/run-events.ts';
import { openLog } from '../../src/engine/experiment/log.ts';
import { pointKeys, walkPoints } from '../../src/engine/experiment/points-reader.ts';
import { findNetwork } from '../../src/engine/network/registry.ts';
import { createService } from '../../src/engine/service/create-service.ts';
import { logFinishedRun } from '../support/logged-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const python = findPeerPython();
const SCRIPT = path.resolve(import.meta.dirname, '../support/tensorboard_peer.py');

function ask(request: unknown): unknown {
  const { stdout, stderr, status } = spawnSync(python ?? '', [SCRIPT], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr);
  // Python writes infinities as JavaScript does, which JSON does not know.
  return JSON.parse(stdout.replaceAll('Infinity', '1e999'));
}

const reading = z.object({
  versions: z.array(z.string()),
  scalars: z.array(z.tuple([z.string(), z.number(), z.union([z.number(), z.literal(Infinity)])])),
  histograms: z.record(z.string(), z.tuple([z.number(), z.number(), z.number()])),
  nodes: z.record(z.string(), z.tuple([z.string(), z.array(z.string())])),
});

const reason = 'Python with TensorFlow is absent (scripts/peers installs it)';

describe.skipIf(python === null)(`TensorFlow's event files${python === null ? `, skipped: ${reason}` : ''}`, () => {
  const root = temporaryFolder();
  const weights = Float32Array.from({ length: 1000 }, (_, index) => Math.sin(index));
  const network = findNetwork('mobilenet_v1_0.25_96').build();
  let runId = '';
  let found: z.infer<typeof reading>;

  beforeAll(async () => {
    const log = openLog(path.join(root, 'home'));
    runId = logFinishedRun(log);
    const file = path.join(root, 'ours/events.out.tfevents.1.thaw');
    await writeEventFile(
      file,
      runEvents(log, runId, {
        startedAt: 1000,
        endedAt: 2000,
        graph: layerGraph(network, new Map([['conv1', 'frozen']])),
        weights: { step: 12, histograms: new Map([['conv1/kernel', histogramOf(weights)]]) },
      }),
    );
    log.close();
    found = reading.parse(ask({ read: file }));
  });

  it('are read there with every point that the log has', () => {
    const log = openLog(path.join(root, 'home'));
    const expected = (['step', 'epoch'] as const).flatMap((by) =>
      pointKeys(log, runId, by).flatMap((key) =>
        [...walkPoints(log, runId, by, key)]
          .flat()
          .map(({ position, value }) => [`${by === 'epoch' ? 'epoch/' : ''}${key}`, position, Math.fround(value ?? 0)]),
      ),
    );
    log.close();
    expect(found.versions).toEqual(['brain.Event:2']);
    expect(found.scalars).toEqual(expected);
  });

  it('are read there with the distribution of weights and the layers, each fed by those that feed it', () => {
    const sum = weights.reduce((total, value) => total + value, 0);
    expect(found.histograms['weights/conv1/kernel']).toEqual([64, 1000, expect.closeTo(sum, 6)]);
    expect(Object.keys(found.nodes)).toHaveLength(network.layers.length);
    expect(Object.values(found.nodes).map(([kind]) => kind)).toEqual(network.layers.map(({ kind }) => kind));
    for (const [, inputs] of Object.values(found.nodes)) {
      for (const input of inputs) expect(found.nodes).toHaveProperty([input]);
    }
  });

  it('that it wrote, by either of its interfaces, are read here', async () => {
    const theirs = path.join(root, 'theirs');
    mkdirSync(theirs);
    const points = [
      ['loss', 1, 0.5],
      ['loss', 2, 0.25],
      ['a/b', 0, -3.5],
      ['zero', 3, 0],
    ] as const;
    ask({ write: theirs, points });
    expect(globSync(path.join(theirs, '*/*tfevents*'))).toHaveLength(2);
    const home = path.join(root, 'other');
    const service = createService({ home, cache: path.join(root, 'cache') });
    const { runs } = await service.transport.invoke('runs.import', { file: { kind: 'file', path: theirs } });
    await service.close();
    expect(runs.map(({ name }) => name)).toEqual(['one', 'two']);
    const log = openLog(home);
    for (const { runId: id } of runs) {
      const read = pointKeys(log, id, 'step').flatMap((key) =>
        [...walkPoints(log, id, 'step', key)].flat().map(({ position, value }) => [key, position, value]),
      );
      expect(read).toEqual(points.toSorted(([left], [right]) => (left < right ? -1 : Number(left > right))));
    }
    log.close();
  });
});
