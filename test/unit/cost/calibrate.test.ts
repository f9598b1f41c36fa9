import { expect, it } from 'vitest';
import { calibrate, type PastRun } from '../../../src/engine/cost/calibrate.ts';
import { costOf, DEFAULT_PRICES, type Prices } from '../../../src/engine/cost/prices.ts';
import { workloadOf, type Workload } from '../../../src/engine/cost/workload.ts';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';

const PLANS = [
  ['mobilenet_v1_0.25_224', 'from:block_12'],
  ['mobilenet_v1_0.25_224', 'from:block_2'],
  ['mobilenet_v1_1.0_224', 'from:block_8'],
  ['resnet50_224', 'from:conv5_block1'],
] as const;

const workloads = PLANS.map(([name, pattern]): Workload => {
  const network = withHead(findNetwork(name).build(), { classes: 2, dropout: 0 });
  return workloadOf({
    network,
    freeze: freezePlan(network, 'features', [{ action: 'thaw', pattern }]),
    training: {
      batchSize: 16,
      evaluationBatchSize: 32,
      optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: false },
    },
    images: { train: 200, validation: 50, test: 0 },
    isCached: true,
    pixelBytes: 224 * 224 * 3,
    prepared: 'images',
  });
});

/** A machine half as fast again at convolutions, slower as much at memory, whose TensorFlow takes a fifth more. */
const MACHINE: Prices = {
  seconds: {
    ...DEFAULT_PRICES.seconds,
    convolution: DEFAULT_PRICES.seconds.convolution / 1.5,
    convolutionGradient: DEFAULT_PRICES.seconds.convolutionGradient / 1.5,
    traffic: DEFAULT_PRICES.seconds.traffic * 1.5,
  },
  bytes: { ...DEFAULT_PRICES.bytes, process: DEFAULT_PRICES.bytes.process * 1.2 },
};

function past(workload: Workload): PastRun {
  const { epochSeconds, preparationSeconds, memoryBytes } = costOf(workload, MACHINE);
  return { workload, epochSeconds, preparationSeconds, memoryBytes };
}

it('is the default where no run was measured', () => {
  expect(calibrate([])).toEqual(DEFAULT_PRICES);
});

it.each(PLANS.map(([name, pattern], index) => ({ name, pattern, index })))(
  'foretells $name $pattern from the other runs',
  ({ index }) => {
    const prices = calibrate(workloads.filter((_, other) => other !== index).map(past));
    const workload = workloads[index];
    if (!workload) throw new TypeError('A plan has no workload.');
    const [estimated, measured] = [costOf(workload, prices), costOf(workload, MACHINE)];
    expect(Math.abs(estimated.epochSeconds / measured.epochSeconds - 1)).toBeLessThan(0.3);
    expect(Math.abs(estimated.memoryBytes / measured.memoryBytes - 1)).toBeLessThan(0.1);
  },
);

it('learns from runs that were not measured in every way', () => {
  const partial = workloads.map((workload) => ({ ...past(workload), preparationSeconds: null, memoryBytes: null }));
  const prices = calibrate(partial);
  expect(prices.bytes).toEqual(DEFAULT_PRICES.bytes);
  const ratio = ({ seconds }: Prices): number => seconds.convolutionGradient / seconds.traffic;
  expect(ratio(prices)).toBeLessThan(ratio(DEFAULT_PRICES));
});
