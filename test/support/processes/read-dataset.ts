import { openDatasetIndex } from '../../../src/engine/dataset/index/dataset-index.ts';
import { readContent } from '../../../src/engine/dataset/read-content.ts';

const [home = '', root = ''] = process.argv.slice(2);
const index = openDatasetIndex(home);
const { images } = await readContent(root, { index });
index.close();
process.exitCode = images.length > 0 ? 0 : 1;
