/** Draws the source task into the cache: `node scripts/bootstrap/run.mjs scripts/sample/make-source.ts`. */
import { cacheFolder } from './folders.ts';
import { writeDataset } from './write-dataset.ts';

const root = cacheFolder('sample-source');
await writeDataset('source', root, (drawn, classes) => console.error(`${drawn} of ${classes} classes drawn`));
console.log(root);
