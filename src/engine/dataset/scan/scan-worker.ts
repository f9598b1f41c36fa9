/** The thread that examines files, a batch at a time: it waits for the disk and hashes, so that nobody else has to. */
import { parentPort } from 'node:worker_threads';
import { scanBatch, type ScanBatch } from './scan-batch.ts';

const SCRATCH_BYTES = 2 ** 18;

const scratch = new Uint8Array(SCRATCH_BYTES);
parentPort?.on('message', (batch: ScanBatch) => parentPort?.postMessage(scanBatch(batch, scratch)));
