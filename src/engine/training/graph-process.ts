import { probeGraph, type GraphProbeJob } from './graph-probe.ts';
import { serialized } from './serialized-error.ts';

/** Entry of a process that runs a graph from elsewhere once, answers, and ends. */
process.once('message', (job: GraphProbeJob) => {
  void probeGraph(job)
    .then((answer) => ({ kind: 'answered', answer }))
    .catch((error: unknown) => ({ kind: 'failed', error: serialized(error, 'Running the graph once') }))
    .then((message) => process.send?.(message, undefined, undefined, () => process.exit()));
});
// Whoever asked is gone.
process.once('disconnect', () => process.exit());
