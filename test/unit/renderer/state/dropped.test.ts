import { expect, test } from 'vitest';
import {
  leadingWeights,
  whatWasDropped,
  type Dropped,
  type DroppedItem,
} from '../../../../src/renderer/state/dropped.ts';

const file = (name: string, type = ''): DroppedItem => ({ name, type, directory: false });
const folder = (name: string): DroppedItem => ({ name, type: '', directory: true });

const cases: readonly { readonly items: readonly DroppedItem[]; readonly dropped: Dropped }[] = [
  { items: [], dropped: { kind: 'nothing' } },
  { items: [folder('狐')], dropped: { kind: 'folder', name: '狐' } },
  { items: [folder('photos.jpg')], dropped: { kind: 'folder', name: 'photos.jpg' } },
  { items: [folder('a'), folder('b')], dropped: { kind: 'folders', count: 2 } },
  { items: [folder('a'), file('1.jpg', 'image/jpeg')], dropped: { kind: 'mixed' } },
  { items: [file('1.JPG'), file('2.webp', 'image/webp')], dropped: { kind: 'images', count: 2 } },
  { items: [file('without-ending', 'image/png')], dropped: { kind: 'images', count: 1 } },
  { items: [file('1.jpg', 'image/jpeg'), file('notes.txt', 'text/plain')], dropped: { kind: 'images', count: 2 } },
  { items: [file('resnet.h5')], dropped: { kind: 'weights', name: 'resnet.h5' } },
  {
    items: [file('model.ckpt.data-00000-of-00001')],
    dropped: { kind: 'weights', name: 'model.ckpt.data-00000-of-00001' },
  },
  {
    items: [file('model.ckpt.data-00000-of-00001'), file('model.ckpt.index')],
    dropped: { kind: 'weights', name: 'model.ckpt.index' },
  },
  { items: [file('checkpoint.pth.tar')], dropped: { kind: 'weights', name: 'checkpoint.pth.tar' } },
  { items: [file('ants.NPZ')], dropped: { kind: 'features', name: 'ants.NPZ' } },
  { items: [file('run.THAW')], dropped: { kind: 'run', name: 'run.THAW' } },
  { items: [file('stages.yaml')], dropped: { kind: 'plan', name: 'stages.yaml' } },
  {
    items: [file('events.out.tfevents.1700000000.host')],
    dropped: { kind: 'run', name: 'events.out.tfevents.1700000000.host' },
  },
  { items: [file('report.pdf', 'application/pdf')], dropped: { kind: 'other', name: 'report.pdf' } },
];

test.each(cases)('takes $items.0.name and what is with it for $dropped.kind', ({ items, dropped }) => {
  expect(whatWasDropped(items)).toEqual(dropped);
});

test.each([
  [['model.ckpt.data-00000-of-00001', 'model.ckpt.index'], 'model.ckpt.index'],
  [['group1-shard1of2.bin', 'group1-shard2of2.bin', 'model.json'], 'model.json'],
  [['notes.txt', 'model.pth'], 'model.pth'],
  [['ants.npz'], 'ants.npz'],
  [[], undefined],
])('of the files %j opens %s as weights', (names, leading) => {
  expect(leadingWeights(names.map((name) => ({ name })))?.name).toBe(leading);
});
