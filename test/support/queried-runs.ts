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

const FROZEN = { 'conv4_block1/conv4_block1_conv': 'frozen', 'conv4_block2/conv4_block2_conv': 'frozen' } as const;
const THAWED = { ...FROZEN, 'conv4_block2/conv4_block2_conv': 'trainable' } as const;
const OTHER = { 'block_1/conv_dw_1': 'frozen', 'block_1/conv_pw_1': 'frozen' } as const;
const TOP = { logits: 'trainable' } as const;

const day = (month: number, date: number, hour = 12): Date => new Date(2024, month - 1, date, hour);

/** Every value, and the lack of it, stands beside every other often enough for conditions to differ. */
export const QUERIED_RUNS: readonly QueriedRun[] = Array.from({ length: 24 }, (_, place): QueriedRun => {
  const network = ['resnet50_224', 'vgg16_224', 'inception_v3_299'][place % 3] ?? '';
  const heads = Object.fromEntries(Object.entries(TOP).map(([name, state]) => [`top/${name}`, state]));
  const layers = [{ ...FROZEN, ...heads }, { ...THAWED, ...heads }, null, { ...OTHER, ...heads }][place % 4] ?? null;
  return {
    name: ['first try', 'Second Try', 'naïve', '100%', 'a "quoted" one'][place % 5] ?? '',
    network,
    learningRate: [0.001, 0.01, 0.1][Math.floor(place / 2) % 3] ?? 0,
    created: day(1 + (place % 4), 1 + (place % 2), place),
    tags: [['baseline'], [], ['Baseline', 'long'], ['long']][Math.floor(place / 3) % 4] ?? [],
    note: place % 6 === 0 ? 'see the first try' : '',
    starred: place % 7 === 0,
    accuracies: [[0.5, 0.9, 0.7], [], [0.6], [0.7, 0.9, 0.9]][Math.floor(place / 2) % 4] ?? [],
    layers,
  };
});
