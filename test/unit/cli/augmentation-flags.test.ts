import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { NO_AUGMENTATION, PRESET_VALUES, USUAL_CROP } from '../../../src/shared/contract/augmentation.ts';
import {
  addAugmentationFlags,
  augmentationRequest,
  type AugmentationFlags,
} from '../../../src/cli/commands/augmentation-flags.ts';
import { completePlan } from '../../../src/engine/service/default-plan.ts';

function request(text: string) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addAugmentationFlags(command);
  command.parse(text.split(' ').filter((part) => part !== ''), { from: 'user' }); // prettier-ignore
  return augmentationRequest(command.opts<AugmentationFlags>());
}

describe('the flags of augmentation', () => {
  it.each([
    ['--flip', { horizontalFlip: true }],
    ['--random-crop', { randomResizedCrop: { ...USUAL_CROP, smallestArea: 0.5 } }],
    [
      '--random-crop 0.2,0.9 --crop-ratio 1,1',
      { randomResizedCrop: { smallestArea: 0.2, largestArea: 0.9, smallestRatio: 1, largestRatio: 1 } },
    ],
    [
      '--rotate 10 --translate 0.1 --shear 5 --zoom 0.2 --fill wrap',
      { rotation: 10, translation: 0.1, shear: 5, zoom: 0.2, fill: 'wrap' },
    ],
    [
      '--brightness 0.4 --contrast 0.3 --saturation 0.2 --hue 0.1',
      { brightness: 0.4, contrast: 0.3, saturation: 0.2, hue: 0.1 },
    ],
    ['--greyscale 0.2 --vertical-flip', { greyscale: 0.2, verticalFlip: true }],
    ['--blur', { blur: { probability: 0.5, smallestSigma: 0.1, largestSigma: 2 } }],
    ['--blur-sigma 1,3', { blur: { probability: 0.5, smallestSigma: 1, largestSigma: 3 } }],
    [
      '--erase 0.1',
      { erasing: { probability: 0.1, smallestArea: 0.02, largestArea: 0.33, smallestRatio: 0.3, largestRatio: 3.3 } },
    ],
    ['--mixup --cutmix 0.5', { mixup: 0.2, cutmix: 0.5 }],
    ['--flip --variants 4', { horizontalFlip: true, variants: 4 }],
  ])('%s', (text, expected) => {
    expect(completePlan({ augmentation: request(text) }).augmentation).toEqual({ ...NO_AUGMENTATION, ...expected });
  });

  it('change the values of a preset', () => {
    const changed = completePlan({ augmentation: request('--augment strong --blur 0 --rotate 5 --crop-ratio 1,2') });
    expect(changed.augmentation).toEqual({
      ...PRESET_VALUES.strong,
      blur: null,
      rotation: 5,
      randomResizedCrop: { ...USUAL_CROP, smallestRatio: 1, largestRatio: 2 },
    });
    for (const preset of ['light', 'standard', 'strong'] as const) {
      expect(completePlan({ augmentation: request(`--augment ${preset}`) }).augmentation).toEqual(
        PRESET_VALUES[preset],
      );
    }
    expect(completePlan({ augmentation: request('--augment none') }).augmentation).toBeNull();
  });

  it('ask for nothing where none is given', () => {
    expect(request('')).toBeUndefined();
  });

  it.each([
    '--augment wild',
    '--rotate 200',
    '--hue 0.6',
    '--random-crop 0',
    '--crop-ratio 1',
    '--variants 1.5',
    '--zoom 1',
  ])('refuse %s', (text) => {
    expect(() => request(text)).toThrow();
  });
});
