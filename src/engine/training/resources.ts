import path from 'node:path';

/** The folder of what ships with Thaw: the sample dataset, the pretrained network. */
export const RESOURCES = path.resolve(import.meta.dirname, '../../../resources');
