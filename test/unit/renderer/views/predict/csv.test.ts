import { expect, test } from 'vitest';
import type { PredictedImage } from '../../../../../src/renderer/state/predicted-image.ts';
import { predictionsCsv } from '../../../../../src/renderer/views/predict/csv.ts';

function image(name: string, prediction: PredictedImage['prediction']): PredictedImage {
  return { key: name, name, reference: { grantId: name }, imageId: name, prediction };
}

test('writes each image with its classes from the most probable on, and why one could not be read', () => {
  const csv = predictionsCsv([
    image('猫, 1.jpg', {
      path: '猫, 1.jpg',
      imageId: null,
      classes: [
        { name: 'fox', probability: 0.9 },
        { name: 'owl', probability: 0.1 },
      ],
      problem: null,
    }),
    image('broken.png', { path: 'broken.png', imageId: null, classes: [], problem: 'it ends early' }),
    image('waits.png', null),
  ]);
  expect(csv.split('\r\n')).toEqual([
    'file,class_1,probability_1,class_2,probability_2,problem',
    '"猫, 1.jpg",fox,0.9,owl,0.1,',
    'broken.png,,,,,it ends early',
    '',
  ]);
});

test('keeps a name that a spreadsheet would run from being a formula', () => {
  const named = image('=1+1.jpg', { path: '=1+1.jpg', imageId: null, classes: [], problem: null });
  expect(predictionsCsv([named])).toContain("'=1+1.jpg");
});

test('says last whether an image is unsure, where that is asked for', () => {
  const seen = (name: string, probability: number): PredictedImage =>
    image(name, { path: name, imageId: null, classes: [{ name: 'fox', probability }], problem: null });
  const broken = image('broken', { path: 'broken', imageId: null, classes: [], problem: 'no image' });
  expect(predictionsCsv([seen('a', 0.9), seen('b', 0.5), broken], 0.6).split('\r\n')).toEqual([
    'file,class_1,probability_1,problem,unsure',
    'a,fox,0.9,,false',
    'b,fox,0.5,,true',
    'broken,,,no image,',
    '',
  ]);
});
