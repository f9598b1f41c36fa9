import type { RunKeyType } from '../../../shared/contract/run-query.ts';

/** What of `run` itself a query may ask for. */
interface RunKey {
  readonly type: RunKeyType;
  /** An expression over `run`; of `tag` over `run_tag`, which has several a run. */
  readonly expression: string;
  readonly several?: true;
}

/** Times are milliseconds since 1970, durations seconds. What was never written, such as a note, is missing. */
export const RUN_KEYS: Readonly<Record<string, RunKey>> = {
  id: { type: 'text', expression: 'run.id' },
  name: { type: 'text', expression: 'run.name' },
  status: { type: 'text', expression: 'run.status' },
  network: { type: 'text', expression: 'run.network' },
  strategy: { type: 'text', expression: 'run.strategy' },
  dataset: { type: 'text', expression: 'run.dataset' },
  note: { type: 'text', expression: "nullif(run.note, '')" },
  tag: { type: 'text', expression: 'run_tag.tag', several: true },
  starred: { type: 'boolean', expression: 'run.starred' },
  group: { type: 'text', expression: '(SELECT name FROM run_group WHERE number = run.run_group)' },
  parent: { type: 'text', expression: '(SELECT parent.id FROM run AS parent WHERE parent.number = run.parent)' },
  relation: { type: 'text', expression: 'run.parent_relation' },
  created: { type: 'time', expression: 'run.created_at' },
  started: { type: 'time', expression: 'run.started_at' },
  ended: { type: 'time', expression: 'run.ended_at' },
  // An earlier Thaw noted the end of a run before its beginning where the clock had been set back.
  duration: {
    type: 'duration',
    expression: '(max(0, run.ended_at - coalesce(run.started_at, run.created_at)) / 1000.0)',
  },
  epochs: { type: 'number', expression: 'run.epochs' },
  epochs_done: { type: 'number', expression: 'run.epochs_done' },
  best_epoch: { type: 'number', expression: 'run.best_epoch' },
  test_accuracy: { type: 'number', expression: 'run.test_accuracy' },
  trainable_parameters: { type: 'number', expression: 'run.parameters_trainable' },
  frozen_parameters: { type: 'number', expression: 'run.parameters_frozen' },
  images_per_second: { type: 'number', expression: 'run.images_per_second' },
  peak_memory: { type: 'number', expression: 'run.peak_memory_bytes' },
  error: { type: 'text', expression: 'run.error_code' },
  dataset_version: { type: 'text', expression: '(SELECT version FROM run_dataset WHERE run_dataset.run = run.number)' },
};
