import { describe, expect, it } from 'vitest';
import { completePreprocessing } from '../../../src/engine/service/complete-preprocessing.ts';
import { neutralPixel, preprocessedAs, scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import type { Normalisation } from '../../../src/shared/contract/preprocessing-plan.ts';
import { expectError } from '../../support/expect-error.ts';

const own = scaleToUnitRange(224, 224);
const entry = { name: 'network', preprocessing: own };
const NOTHING = { values: null, normalisation: null, resize: null, shorterSide: null, kernel: null } as const;

const ZERO_MEAN: Normalisation = { mean: [0, 0, 0], deviation: [1, 1, 1] };

describe('the preprocessing of a plan', () => {
  it.each([
    ['nothing asked for', undefined, null],
    ['nothing but null', NOTHING, null],
    ['a rule by name', { values: 'caffe' }, { ...NOTHING, values: 'caffe' }],
    [
      'a shorter side in the usual proportion',
      { resize: 'resizeThenCrop' },
      { ...NOTHING, resize: 'resizeThenCrop', shorterSide: 256 },
    ],
    [
      'the shorter side that is given',
      { resize: 'resizeThenCrop', shorterSide: 232 },
      { ...NOTHING, resize: 'resizeThenCrop', shorterSide: 232 },
    ],
  ] as const)('is complete with %s', (_, asked, expected) => {
    expect(completePreprocessing(asked, entry)).toEqual(expected);
  });

  it.each([
    ['a shorter side of what is not cropped', { shorterSide: 256 }, entry, 'resizeThenCrop'],
    ['a shorter side below the input', { resize: 'resizeThenCrop', shorterSide: 200 }, entry, '224'],
    [
      'three channels for one',
      { values: 'tf' },
      { name: 'grey', preprocessing: { ...own, channelOrder: 'grey' } },
      'grey',
    ],
    ['a rule and a mean of its own', { values: 'tf', normalisation: ZERO_MEAN }, entry, 'both'],
    ['images of what takes features', { values: 'tf' }, { ...entry, name: 'features_8' }, 'features'],
  ] as const)('refuses %s', async (_, asked, network, word) => {
    await expectError(() => completePreprocessing(asked, network), 'usage.invalid', word);
  });

  it('changes of the network only what it names', () => {
    expect(preprocessedAs(own, null)).toBe(own);
    expect(preprocessedAs(own, { ...NOTHING, kernel: 'bicubic' })).toEqual({ ...own, kernel: 'bicubic' });
    const caffe = preprocessedAs(own, { ...NOTHING, values: 'caffe' });
    expect(caffe).toEqual({ ...own, channelOrder: 'bgr', scale: 1, offset: [-103.939, -116.779, -123.68] });
    const cropped = preprocessedAs(
      { ...own, resize: 'resizeThenCrop', shorterSide: 256 },
      { ...NOTHING, resize: 'stretch' },
    );
    expect(cropped).toEqual({ ...own, resize: 'stretch' });
  });

  it('takes a mean and a deviation in place of a rule, of pixels from 0 to 1', () => {
    const normalised = (normalisation: Normalisation) => {
      const plan = completePreprocessing({ normalisation }, entry);
      expect(plan).toEqual({ ...NOTHING, normalisation });
      return preprocessedAs(own, plan);
    };
    expect(normalised({ mean: [0.5, 0.25, 0], deviation: [0.5, 0.25, 1] })).toEqual({
      ...own,
      channelOrder: 'rgb',
      scale: [2 / 255, 4 / 255, 1 / 255],
      offset: [-1, -1, -0],
    });
    expect(normalised({ mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] })).toEqual(
      preprocessedAs(own, { ...NOTHING, values: 'torch' }),
    );
  });

  it('has a colour that is nothing to the network', () => {
    expect(neutralPixel(own)).toEqual([127.5, 127.5, 127.5]);
    const rounded = (values: 'caffe' | 'torch') =>
      neutralPixel(preprocessedAs(own, { ...NOTHING, values })).map((value) => Number(value.toFixed(3)));
    expect(rounded('caffe')).toEqual([123.68, 116.779, 103.939]);
    expect(rounded('torch')).toEqual([123.675, 116.28, 103.53]);
  });
});
