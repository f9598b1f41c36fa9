import type { PreprocessingPlan } from './preprocessing-plan.ts';

const RESIZE_WORDS = {
  stretch: 'stretched to the input',
  centerCrop: 'cropped to the shape of the input',
  resizeThenCrop: 'resized, then cropped',
} as const;

/** How images are prepared where that is not the network's own way, for people. */
export function preprocessingWords({ values, normalisation, resize, shorterSide, kernel }: PreprocessingPlan): string {
  const told = [
    values === null ? '' : `values as ${values}`,
    normalisation === null
      ? ''
      : `mean ${normalisation.mean.join(' ')}, deviation ${normalisation.deviation.join(' ')}`,
    resize === null ? '' : RESIZE_WORDS[resize],
    shorterSide === null ? '' : `shorter side ${shorterSide}`,
    kernel ?? '',
  ];
  return told.filter((part) => part !== '').join(', ');
}
