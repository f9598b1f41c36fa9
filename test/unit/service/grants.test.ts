import { expect, it } from 'vitest';
import { kindByName } from '../../../src/engine/service/grants.ts';

it.each([
  ['model.h5', 'weights'],
  ['model.weights.h5', 'weights'],
  ['model.KERAS', 'weights'],
  ['resnet18-f37072fd.pth', 'weights'],
  ['checkpoint.pth.tar', 'weights'],
  ['last.pt', 'weights'],
  ['model.safetensors', 'weights'],
  ['model.ckpt', 'weights'],
  ['model.ckpt-90.index', 'weights'],
  ['model.ckpt.data-00000-of-00001', 'weights'],
  ['frozen.pb', 'weights'],
  ['folder/model.json', 'weights'],
  ['settings.json', 'other'],
  ['weights.npz', 'features'],
  ['ant.jpeg', 'image'],
  ['notes.txt', 'other'],
])('takes %s by its name for %s', (name, kind) => {
  expect(kindByName(name)).toBe(kind);
});
