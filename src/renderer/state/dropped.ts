/** What a person let fall on the window, as far as can be told before it is granted or uploaded. */
export type Dropped =
  | { readonly kind: 'folder'; readonly name: string }
  | { readonly kind: 'folders'; readonly count: number }
  | { readonly kind: 'images'; readonly count: number }
  | { readonly kind: 'weights'; readonly name: string }
  | { readonly kind: 'features'; readonly name: string }
  | { readonly kind: 'run'; readonly name: string }
  | { readonly kind: 'plan'; readonly name: string }
  | { readonly kind: 'mixed' }
  | { readonly kind: 'other'; readonly name: string }
  | { readonly kind: 'nothing' };

export interface DroppedItem {
  readonly name: string;
  readonly directory: boolean;
  /** A media type, or nothing where the browser knows none. */
  readonly type: string;
}

const IMAGES = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|heic|heif)$/i;
const WEIGHTS = /\.(h5|hdf5|keras|safetensors|pt|pth|tar|bin|ckpt|index|onnx|pb)$|^model\.json$|\.data-\d+-of-\d+$/i;

const FEATURES = /\.npz$/i;
/** A run of Thaw's, or TensorBoard's events. */
const RUN = /\.thaw$|tfevents/i;

const PLAN = /\.ya?ml$/i;

const LEADING = /\.index$|^model\.json$/i;

const isImage = ({ name, type, directory }: DroppedItem): boolean =>
  !directory && (type.startsWith('image/') || IMAGES.test(name));
const isWeights = ({ name, directory }: DroppedItem): boolean => !directory && WEIGHTS.test(name);

/** Of several files that were given as weights, the one to open: it tells of the others, which lie beside it. */
export function leadingWeights<Item extends { readonly name: string }>(items: readonly Item[]): Item | undefined {
  return items.find(({ name }) => LEADING.test(name)) ?? items.find(({ name }) => WEIGHTS.test(name)) ?? items[0];
}

/** Sorts what was dropped by name and media type; what lies in a file is for the engine to say. */
export function whatWasDropped(items: readonly DroppedItem[]): Dropped {
  const first = items[0];
  if (first === undefined) return { kind: 'nothing' };
  const folders = items.filter(({ directory }) => directory).length;
  if (folders === items.length)
    return folders === 1 ? { kind: 'folder', name: first.name } : { kind: 'folders', count: folders };
  if (folders > 0) return { kind: 'mixed' };
  const images = items.filter(isImage).length;
  if (images === items.length) return { kind: 'images', count: images };
  // One stray text file among a hundred photos is told by the engine, beside that file.
  if (images > 0) return { kind: 'images', count: items.length };
  // Of a checkpoint in several files, the one that tells of the others.
  const weights = items.find(({ name }) => LEADING.test(name)) ?? items.find(isWeights);
  if (weights !== undefined) return { kind: 'weights', name: weights.name };
  const run = items.find(({ name }) => RUN.test(name));
  if (run !== undefined) return { kind: 'run', name: run.name };
  const features = items.find(({ name }) => FEATURES.test(name));
  if (features !== undefined) return { kind: 'features', name: features.name };
  const plan = items.find(({ name }) => PLAN.test(name));
  if (plan !== undefined) return { kind: 'plan', name: plan.name };
  return { kind: 'other', name: first.name };
}

/** Reads the items of a drop; to be called within its event, after which they are gone. */
export function itemsOf(dropped: DataTransfer): DroppedItem[] {
  const items: DroppedItem[] = [];
  for (const item of dropped.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    const name = entry?.name ?? item.getAsFile()?.name ?? '';
    items.push({ name, directory: entry?.isDirectory ?? false, type: item.type });
  }
  return items;
}
