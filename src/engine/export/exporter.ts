import { serialized } from '../training/serialized-error.ts';
import { exportModel } from './export-model.ts';
import type { ExporterMessage, ExportJob } from './exporter-protocol.ts';

/** Entry of the process that exports a model: one job over the fork's channel, one answer. */
const stop = new AbortController();

/** Waits until the channel has taken the message, so that ending the process does not lose it. */
async function send(message: ExporterMessage): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()) ?? resolve());
}

process.once('message', (job: ExportJob) => {
  void exportModel(job, stop.signal, (done, total, detail) => void send({ kind: 'progress', done, total, detail }))
    .then((answer) => send({ kind: 'answered', answer }))
    .catch((error: unknown) => send({ kind: 'failed', error: serialized(error, 'Exporting') }))
    .then(() => process.exit());
});
// Whoever asked is gone, and what was not given its name goes with it.
process.once('disconnect', () => stop.abort());
