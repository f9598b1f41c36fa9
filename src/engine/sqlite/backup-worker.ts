import { workerData } from 'node:worker_threads';
import { backUp } from './backups.ts';

/** The thread that copies a database, which takes a second where it is large. */
backUp((workerData as { readonly path: string }).path);
