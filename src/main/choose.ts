import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron';
import type { FileChoiceKind } from '../shared/contract/bridge.ts';
import type { Outcome } from '../shared/contract/wire.ts';
import { strings } from './strings.ts';

type Grant = (file: string) => Promise<Outcome>;

const FILTERS = {
  images: {
    name: strings.images,
    extensions: ['jpg', 'jpeg', 'jfif', 'png', 'gif', 'webp', 'tif', 'tiff', 'avif', 'bmp'],
  },
  weights: {
    name: strings.weights,
    extensions: ['h5', 'hdf5', 'keras', 'pth', 'pt', 'tar', 'safetensors', 'npz', 'index', 'ckpt', 'pb', 'json'],
  },
  model: { name: strings.models, extensions: ['h5', 'hdf5', 'keras', 'json', 'pb'] },
  features: { name: strings.features, extensions: ['npz'] },
  // Event files of TensorBoard have no ending of their own: they are among all files.
  runs: { name: strings.runs, extensions: ['thaw'] },
} as const;

const TITLES: Readonly<Record<FileChoiceKind, string>> = {
  images: strings.chooseImages,
  weights: strings.chooseWeights,
  model: strings.chooseModel,
  features: strings.chooseFeatures,
  runs: strings.chooseRuns,
};

/** More than anyone drops by hand; a folder counts as one. */
const MOST_GRANTED = 10_000;

async function grantAll(files: readonly string[], grant: Grant): Promise<Outcome> {
  const entries: unknown[] = [];
  for (const file of files) {
    const outcome = await grant(file);
    if (outcome.kind === 'refusal') return outcome;
    entries.push(outcome.response);
  }
  return { kind: 'answer', response: entries };
}

async function show(window: BrowserWindow, options: OpenDialogOptions): Promise<readonly string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, options);
  return canceled ? [] : filePaths;
}

/** Asks for a folder by the system's dialog. @returns a `FileEntry`, or null where it was dismissed */
export async function chooseFolder(window: BrowserWindow, grant: Grant): Promise<Outcome> {
  const [folder] = await show(window, { title: strings.chooseFolder, properties: ['openDirectory'] });
  return folder === undefined ? { kind: 'answer', response: null } : grant(folder);
}

/** Asks for files by the system's dialog. @returns `FileEntry[]` */
export async function chooseFiles(window: BrowserWindow, kind: FileChoiceKind, grant: Grant): Promise<Outcome> {
  const files = await show(window, {
    title: TITLES[kind],
    properties: kind === 'images' ? ['openFile', 'multiSelections'] : ['openFile'],
    filters: [
      { ...FILTERS[kind], extensions: [...FILTERS[kind].extensions] },
      { name: strings.allFiles, extensions: ['*'] },
    ],
  });
  return grantAll(files, grant);
}

/** Grants what was dropped; files without a path were made by a script and are nobody's choice. */
export function grantPaths(paths: unknown, grant: Grant): Promise<Outcome> {
  const given = Array.isArray(paths) ? paths.slice(0, MOST_GRANTED) : [];
  const files = given.filter((file): file is string => typeof file === 'string' && file !== '');
  if (files.length > 0 && files.length === given.length) return grantAll(files, grant);
  return Promise.resolve({
    kind: 'refusal',
    error: {
      code: 'file.notGranted',
      message: 'Only files that lie on this machine can be opened; what was dropped has no place here.',
      hint: 'Save it first, then drop or choose the file.',
    },
  });
}
