import { createService } from '../../../src/engine/service/create-service.ts';

/** `pause-run HOME CACHE DATASET`: trains as an engine does, pauses after the first epoch, tells the run's id, waits. */
const [home = '', cache = '', dataset = ''] = process.argv.slice(2);
const { transport } = createService({ home, cache });
transport.subscribe('run', ({ runId, body }) => {
  if (body.kind === 'epoch' && body.metrics.epoch === 1) void transport.invoke('training.pause', { runId });
  if (body.kind === 'status' && body.status === 'paused') process.send?.({ runId });
});
await transport.invoke('training.start', {
  dataset: { kind: 'folder', path: dataset },
  network: 'mobilenet_v1_0.25_32',
  strategy: 'scratch',
  epochs: 30,
  batchSize: 6,
});
