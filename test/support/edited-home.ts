import { makeStep } from '../../src/engine/dataset/edits/edit-steps.ts';
import { openDatasetIndex } from '../../src/engine/dataset/index/dataset-index.ts';
import { enterDataset } from '../../src/engine/dataset/index/indexed-dataset.ts';
import { readContent } from '../../src/engine/dataset/read-content.ts';
import type { DatasetChange, ImageEdit } from '../../src/shared/contract/dataset-edits.ts';

function changesOf({ className, split, excluded, tags = [] }: ImageEdit): readonly DatasetChange[] {
  return [
    ...(className === undefined ? [] : [{ kind: 'class', className } as const]),
    ...(split === undefined ? [] : [{ kind: 'split', split } as const]),
    ...(excluded === undefined ? [] : [{ kind: 'exclude', excluded } as const]),
    ...tags.map((tag) => ({ kind: 'tag', tag, on: true }) as const),
  ];
}

/** Has the index of a home know a folder, and these decisions about its images. @returns the home */
export async function editedHome(home: string, folder: string, edits: readonly ImageEdit[]): Promise<string> {
  const index = openDatasetIndex(home);
  try {
    const { root, images, untrained, unlabelled } = await readContent(folder, { index });
    const contents = new Map([...images, ...untrained, ...unlabelled].map((image) => [image.path, image.contentHash]));
    const dataset = enterDataset(index, root);
    for (const edit of edits) {
      const image = { path: edit.path, className: null, contentHash: contents.get(edit.path) ?? '' };
      for (const change of changesOf(edit)) makeStep(index, dataset, { images: [image], change }, () => undefined);
    }
    return home;
  } finally {
    index.close();
  }
}
