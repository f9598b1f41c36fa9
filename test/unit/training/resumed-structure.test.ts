import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, trainingJob } from '../../support/training-job.ts';

const PLAN = { strategy: 'features', epochs: 3 } as const;

it('a run is resumed with its images laid out as they were, whatever would be recognised since', async () => {
  const root = temporaryFolder();
  // A folder for each class, of which a fifth validates.
  const dataset = path.join(await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 0 }), 'train');
  const never = new AbortController().signal;
  const whole = await runTraining(trainingJob(root, dataset, PLAN), () => undefined, never);

  const stop = new AbortController();
  const begun = trainingJob(root, dataset, PLAN);
  const stopped = await runTraining(
    begun,
    (message) => {
      if (message.kind === 'event' && message.body.kind === 'epoch') stop.abort();
    },
    stop.signal,
  );
  expect(stopped.status).toBe('stopped');

  // By this list of labels most of what validated would be trained on.
  const rows = ['broad', 'fine'].flatMap((name) =>
    Array.from({ length: 12 }, (_, index) => {
      return `${name}/${String(index).padStart(3, '0')}.png,${name},${index === 0 ? 'val' : 'train'}`;
    }),
  );
  writeFileSync(path.join(dataset, 'labels.csv'), ['path,label,split', ...rows].join('\n'));
  const anew = await runTraining(trainingJob(root, dataset, { ...PLAN, epochs: 1 }), () => undefined, never);
  expect(anew.dataset).toMatchObject({ train: 22, validation: 2 });

  const resumed = await runTraining(trainingJob(root, dataset, PLAN, begun), () => undefined, never);
  expect(computed(resumed.history)).toEqual(computed(whole.history));
});
