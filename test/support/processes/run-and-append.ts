import { openLog } from '../../../src/engine/experiment/log.ts';
import { MetricWriter } from '../../../src/engine/experiment/metric-writer.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import { samplePlan } from '../training-plan.ts';

/** Owns a run and appends steps until it is killed; tells the run's id, then the last step pushed, again and again. */
const [home = ''] = process.argv.slice(2);
const log = openLog(home);
const runId = createRun(log, samplePlan(), null);
setStatus(log, runId, 'running');
const writer = new MetricWriter(log, runId, (error) => {
  throw error;
});
process.send?.({ runId });
let step = 0;
setInterval(() => {
  for (let count = 0; count < 100; count++) {
    step += 1;
    writer.pushStep({ epoch: 1, step, values: { loss: 1 / step, accuracy: 0.5 } });
  }
  process.send?.({ step, time: Date.now() });
}, 5);
