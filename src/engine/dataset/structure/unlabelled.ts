import { listClassFiles } from '../dataset-files.ts';
import type { Base } from './folder-layout.ts';
import type { StructureListing } from './listing.ts';

/** Images of which no class is known, at any depth. */
export async function listUnlabelled({ root }: Base): Promise<StructureListing> {
  const { files, refused } = await listClassFiles(root, root, '');
  return {
    classNames: [],
    files: [],
    contained: [],
    outside: files.map((file) => ({
      entry: { kind: 'file', name: file.path, ...file },
      reason: 'no class is known of it',
    })),
    refused,
    splits: new Set(),
    words: 'Images without classes: to predict, or to take features of.',
    notes: [],
  };
}
