import { deviceInformation } from '../src/engine/runtime/binding.ts';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { compareSteps } from './step-comparison.ts';

const BATCH = 64;
/** In the first ones both sides choose their kernels. */
const WARM_UP_STEPS = 10;
/** As torchvision publishes them: Keras' ResNet50 has biases that PyTorch's has not. */
const RESNET50 = { network: 'resnet50_224@torch', peer: 'resnet50' } as const;
const MOBILENET_V2 = { network: 'mobilenet_v2_1.0_224@torch', peer: 'mobilenet_v2' } as const;

interface Case {
  readonly network: string;
  /** Its name in the peer's scripts. */
  readonly peer: string;
  readonly precision: 'float32' | 'bfloat16';
}

interface Steps {
  readonly bench: string;
  readonly child: string;
  readonly script: string;
  readonly cases: readonly Case[];
  /** What the child is told before the precision. */
  readonly part: readonly string[];
  /** As many batches as take about a second on a large card. */
  readonly steps: number;
}

async function onGpu(wanted: Steps, context: BenchContext): Promise<readonly BenchResult[]> {
  const { bench, child, script, cases, part, steps } = wanted;
  if (!deviceInformation().gpu) {
    context.say(`${bench}: TensorFlow has no GPU here, so nothing is measured on one.`);
    return [];
  }
  const results: BenchResult[] = [];
  for (const { network, peer, precision } of cases) {
    const sizes = ['--network', peer, '--size', '224', '--batch', String(BATCH)];
    const args = [...sizes, '--device', 'cuda', '--precision', precision];
    const comparison = {
      ...{ bench: `${bench}/${precision}`, network, child, childArgs: [...part, precision] },
      ...{ batch: BATCH, steps, warmUpSteps: WARM_UP_STEPS, comparedMemory: 'gpu' as const },
      peers: [{ name: 'pytorch', script, args, target: null }],
    };
    results.push(...(await compareSteps(comparison, context)));
  }
  return results;
}

/** The steps of `train-step` on a GPU, in batches that fill one better. */
export const gpuTrainStep: Bench = {
  name: 'gpu-train-step',
  description: 'images a second and GPU memory of a step that trains every layer on a GPU, against PyTorch on the same',
  run: (context) =>
    onGpu(
      {
        ...{ bench: 'gpu-train-step', child: 'train-step.ts', script: 'torch_train_step.py', part: ['all'], steps: 20 },
        cases: [
          { ...RESNET50, precision: 'float32' },
          { ...RESNET50, precision: 'bfloat16' },
          { ...MOBILENET_V2, precision: 'float32' },
          { ...MOBILENET_V2, precision: 'bfloat16' },
        ],
      },
      context,
    ),
};

/** The batches of `forward` on a GPU. */
export const gpuForward: Bench = {
  name: 'gpu-forward',
  description: 'images a second and GPU memory of networks that do not learn on a GPU, against PyTorch on the same',
  run: (context) =>
    onGpu(
      {
        ...{ bench: 'gpu-forward', child: 'forward.ts', script: 'torch_forward.py', part: [], steps: 40 },
        cases: [
          { ...RESNET50, precision: 'float32' },
          { ...RESNET50, precision: 'bfloat16' },
          { ...MOBILENET_V2, precision: 'float32' },
        ],
      },
      context,
    ),
};
