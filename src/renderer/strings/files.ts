import type { ChoiceKind } from '../state/file-choice.svelte.ts';
import { count } from './format.ts';
import { isolate } from './isolate.ts';

/** Words of the file chooser, of dropping and of uploading. */
export const files = {
  drop: {
    folder: 'Drop a folder to open it as a dataset',
    folderHint: 'One folder for each class, or train and val folders that hold them; or a features file (.npz).',
    weights: (network: string) => `Drop weights for ${isolate(network)}`,
    weightsHint: 'A file of weights, or a checkpoint’s files together. A folder of images is opened as a dataset.',
    model: 'Drop a whole model as a network of its own',
    modelHint: 'Keras .h5 and .keras, or tfjs model.json with its shards: with layers and weights of its own.',
    images: 'Drop images to predict them',
    imagesHint: 'Single images, or a folder of them.',
    folders: 'A dataset is one folder',
    foldersHint: (found: number) =>
      `${count(found)} folders were dropped. Drop the folder that holds them, one folder for each class.`,
    mixed: 'Folders and files were dropped together',
    mixedHint: 'Drop one folder to open it as a dataset, or images to predict them.',
    other: (name: string) => `${isolate(name)} is not something Thaw opens`,
    otherHint:
      'Drop a folder of images, single images (JPEG, PNG, WebP, GIF, TIFF, AVIF), a file of weights, or one of features (.npz).',
    emptyFolder: (name: string) => `A dataset is a folder with images in it; ${isolate(name)} holds no file.`,
    emptyFolderHint: 'Drop a folder that holds one folder for each class.',
    nothing: 'Nothing that can be opened was dropped',
    nothingHint: 'Drop a folder or files from your file manager.',
  },
  upload: {
    label: (name: string) => `Bringing in ${isolate(name)}`,
    cancel: 'Cancel',
    bytes: (done: string, total: string) => `${done} of ${total}`,
    rate: (perSecond: string) => `${perSecond}/s`,
    left: (time: string) => `${time} left`,
    files: (done: number, total: number) => `${count(done)} of ${count(total)} files`,
    several: (found: number) => `${count(found)} files`,
  },
  chooser: {
    titles: {
      folder: 'Open a folder of images',
      images: 'Choose images',
      weights: 'Choose a weights file',
      model: 'Open a whole model as a network',
      features: 'Open a features file',
    } satisfies Record<ChoiceKind, string>,
    places: 'Places',
    up: 'One folder up',
    path: 'Where you are',
    entries: 'Folders and files',
    reading: 'Reading the folder…',
    empty: 'This folder is empty.',
    nothingFits: {
      folder: 'No folders in here.',
      images: 'No images in here.',
      weights: 'No weights files in here.',
      model: 'No models in here: .h5, .keras or model.json.',
      features: 'No features files (.npz) in here.',
    } satisfies Record<ChoiceKind, string>,
    leftOut: (found: number) => `${count(found)} more are not shown: the folder is too large to list.`,
    openFolder: 'Open this folder',
    useFiles: (found: number) => (found === 1 ? 'Use 1 file' : `Use ${count(found)} files`),
    use: 'Use files',
    cancel: 'Cancel',
    noPlaces: 'This Thaw lists no folders of its machine.',
    noPlacesHint: 'Bring the files in from this computer instead, or start it with the folders it may show.',
    retry: 'Try again',
    fromHere: 'From this computer',
    bring: {
      folder: 'Bring in a folder…',
      images: 'Bring in files…',
      weights: 'Bring in files…',
      model: 'Bring in files…',
      features: 'Bring in a file…',
    } satisfies Record<ChoiceKind, string>,
    fromHereHint: 'Files are copied to the machine Thaw runs on.',
    kinds: { folder: 'Folder', image: 'Image', weights: 'Weights', features: 'Features', other: 'File' },
  },
} as const;
