/** Draws the dataset that ships, in its place: `node scripts/bootstrap/run.mjs scripts/sample/make-target.ts`. */
import { SAMPLE_FOLDER } from './folders.ts';
import { writeDataset } from './write-dataset.ts';

await writeDataset('sample', SAMPLE_FOLDER, (drawn, classes) => console.error(`${drawn} of ${classes} classes drawn`));
console.log(SAMPLE_FOLDER);
