import { count } from './format.ts';
import { isolate } from './isolate.ts';

/** Words of the panel that says why a run predicts what it predicts. */
export const explain = {
  toggle: 'Explain (I)',
  label: 'Why the run says so',
  tabs: { map: 'Heat-map', nearest: 'Neighbours', maps: 'Layer', filters: 'Filters' },
  tabsLabel: 'What is shown',
  method: 'Method',
  methods: { gradCam: 'Grad-CAM', occlusion: 'Occlusion' },
  methodHints: {
    gradCam: 'Where a layer’s output speaks for the class, by its gradient: quick',
    occlusion:
      'How far the class falls when a square of the picture is greyed, square by square: slow, and needs no gradient',
  },
  className: 'Class',
  classOption: (name: string, share: string) => `${name} · ${share}`,
  layer: 'Layer',
  layerOption: (name: string, height: number, width: number) => `${name} · ${height} × ${width}`,
  opacity: 'Opacity',
  opacityValue: (share: string) => share,
  computing: 'Computing…',
  occluding: 'Greying square by square',
  squares: (done: number, total: number) => (total === 0 ? 'Starting…' : `${count(done)} of ${count(total)} squares`),
  left: (time: string) => `${time} left`,
  cancel: 'Cancel',
  cancelled: 'No heat-map was computed.',
  again: 'Try again',
  compute: 'Compute',
  picture: (name: string) => `What speaks for ${isolate(name)}, drawn over the picture`,
  nothing: (name: string) => `Nothing at this layer speaks for ${isolate(name)}: the map is empty.`,
  legend: { least: 'little', most: 'speaks for it' },
  occlusionLegend: { least: 'no change', most: (share: string) => `falls by ${share}` },
  nearestLead: (compared: number, layer: string) =>
    `Nearest of ${count(compared)} training images by what ${isolate(layer)} makes of them`,
  nearestTitle: 'Training images that the network sees most alike',
  nearestHint: 'Looks at all training images the first time, which may take a while.',
  nearestNone: 'The run’s training images are no longer there to be compared with.',
  neighbour: (label: string, similarity: string) => `${label}, similarity ${similarity}`,
  gone: 'no longer there',
  comparing: 'Comparing with the training images',
  images: (done: number, total: number) => (total === 0 ? 'Starting…' : `${count(done)} of ${count(total)} images`),
  filtersLead: (total: number, layer: string, height: number, width: number) =>
    `${count(total)} kernels of ${isolate(layer)}, ${height} × ${width}`,
  filtersTitle: 'What the first layer looks for',
  filter: (index: number) => `Kernel ${index}`,
  noLayers: 'No layer of this network keeps places, so that a heat-map has none to show.',
} as const;
