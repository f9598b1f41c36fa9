import type { LayerState } from '../../src/shared/contract/run.ts';
import type { Log } from '../../src/engine/experiment/log.ts';
import { MetricWriter } from '../../src/engine/experiment/metric-writer.ts';
import { createRun } from '../../src/engine/experiment/new-run.ts';
import { editRuns } from '../../src/engine/experiment/run-edits.ts';
import { writeParts } from '../../src/engine/experiment/run-writer.ts';
import { releaseTrainerLock } from '../../src/engine/experiment/trainer-lock.ts';
import { samplePlan } from './training-plan.ts';

/** What a test says of a run, in its own words. */
export interface QueriedRun {
  readonly name: string;
  readonly network: string;
  readonly learningRate: number;
  /** Local time. */
  readonly created: Date;
  readonly tags: readonly string[];
  readonly note: string;
  readonly starred: boolean;
  /** `val_accuracy` by epoch; the highest is the best. */
  readonly accuracies: readonly number[];
  /** State by layer, `block/name`; null for a run that never got that far. */
  readonly layers: Readonly<Record<string, LayerState['state']>> | null;
}

function layerStates(layers: NonNullable<QueriedRun['layers']>): LayerState[] {
  const input: LayerState = {
    name: 'conv4_input',
    kind: 'input',
    block: 'input',
    outputShape: [8, 8, 3],
    parameters: 0,
    state: 'trainable',
    statistics: null,
  };
  const others = Object.entries(layers).map(([path, state]): LayerState => {
    const [block = '', name = ''] = path.split('/');
    return { name, kind: 'conv2d', block, outputShape: [8, 8, 4], parameters: 112, state, statistics: null };
  });
  return [input, ...others];
}

/** Puts runs into a log by what writes them in earnest. @returns their ids */
export function writeRuns(log: Log, runs: readonly QueriedRun[]): readonly string[] {
  return runs.map(({ network, learningRate, created, tags, layers, accuracies, ...edited }) => {
    const optimizer = { kind: 'sgd' as const, learningRate, momentum: 0.9, nesterov: false };
    const id = createRun(log, samplePlan({ network, optimizer }), null);
    releaseTrainerLock(log, id);
    editRuns(log, { runIds: [id], change: { ...edited, addTags: [...tags] } });
    log.write('date the run', (database) =>
      database.prepare('UPDATE run SET created_at = ? WHERE id = ?').run(created.getTime(), id),
    );
    if (layers) {
      writeParts(log, id, {
        dataset: { root: '/photos', classes: [], train: 1, validation: 1, test: 0, version: '', skipped: [] },
        loadReport: null,
        layers: layerStates(layers),
        parameters: { trainable: 1, frozen: 1 },
        environment: {
          thaw: '',
          node: '',
          tensorflow: '',
          tensorflowOrigin: '',
          device: '',
          cpu: '',
          cores: 1,
          os: '',
        },
      });
    }
    const writer = new MetricWriter(log, id, (error) => {
      throw error;
    });
    accuracies.forEach((val_accuracy, place) => {
      const best = val_accuracy > Math.max(-1, ...accuracies.slice(0, place));
      const others = { loss: 1 - val_accuracy, accuracy: val_accuracy, val_loss: 2, learningRate, seconds: 1 };
      writer.pushEpoch({ epoch: place + 1, val_accuracy, ...others }, best);
    });
    writer.close();
    return id;
  });
}
