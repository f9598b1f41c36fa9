import type { DatasetImage } from './dataset.ts';

/** An image before the classes of its dataset are numbered. */
export type FoundImage = Omit<DatasetImage, 'label'> & { readonly className: string };

/** An image of which no class is known. */
export type UnlabelledImage = Omit<DatasetImage, 'label' | 'split'>;
