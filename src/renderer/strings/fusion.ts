import { isolate } from './isolate.ts';

/** Words of several networks side by side under one classifier. */
export const fusion = {
  label: 'Networks side by side',
  hint: 'Each looks at the image by itself; the classifier stands on the features of all.',
  part: (network: string, place: number) => `Network ${place}: ${isolate(network)}`,
  weights: (network: string, place: number) => `Weights of network ${place}, ${isolate(network)}`,
  ofEach: 'Those of each network',
  chosen: 'A chosen file',
  remove: (network: string, place: number) => `Remove network ${place}, ${isolate(network)}`,
  second: 'Add a second network',
  another: 'Add another network',
  choose: 'Choose…',
} as const;
