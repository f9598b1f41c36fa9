import { describe, expect, it } from 'vitest';
import { explainLoadError, explainRunError } from '../../../src/engine/runtime/native-error.ts';

/** Messages as TensorFlow 2.21 wrote them, except where a version is named. */
const runErrors: readonly (readonly [string, string, string, string])[] = [
  [
    'memory',
    'Session fail to run with error: OOM when allocating tensor with shape[1048576,268435456] and type float on ' +
      '/job:localhost/replica:0/task:0/device:CPU:0 by allocator mklcpu\n\t [[{{node train/conv1}}]]\nHint: If you want ' +
      'to see a list of allocated tensors when OOM happens, add report_tensor_allocations_upon_oom to RunOptions.\n',
    'memory.full',
    "The memory must hold a whole batch; it ran out in layer 'conv1' ('train/conv1' of 'train'): " +
      'OOM when allocating tensor with shape[1048576,268435456] and type float.',
  ],
  [
    'memory that C++ did not get',
    'Session fail to run with error: std::bad_alloc',
    'memory.full',
    "The memory must hold a whole batch; it ran out in 'train': std::bad_alloc.",
  ],
  [
    'a gradient of a layer whose name holds a slash, and another',
    'Session fail to run with error: sizes do not fit\n\t [[{{node gradients/train/mixed/branch/kernel}}]]',
    'runtime.failed',
    "TensorFlow could not compute layer 'mixed/branch' ('gradients/train/mixed/branch/kernel' of 'train'): sizes do not fit.",
  ],
  [
    'a loss that is no number',
    'Session fail to run with error: the loss : Tensor had NaN values\n\t [[{{node train/loss/finite}}]]',
    'training.diverged',
    "Loss and gradients must stay finite numbers; 'train' gave NaN.",
  ],
  [
    'a checkpoint of another program',
    'Session fail to run with error: Key conv1/kernel/momentum not found in checkpoint\n\t [[{{node restore}}]]',
    'training.checkpoint',
    'A run goes on from a checkpoint with every tensor and every slot of its optimizer; ' +
      "expected 'conv1/kernel/momentum', found nothing of that name.",
  ],
  [
    'the disk',
    'Session fail to run with error: /home/a/run/checkpoint.data-00000-of-00001.tempstate1; No space left on device\n\t [[{{node save}}]]',
    'disk.full',
    "Could not run 'train': the disk is full (/home/a/run/checkpoint.data-00000-of-00001.tempstate1; No space left on device).",
  ],
  [
    'permission',
    'Session fail to run with error: /home/a/run/checkpoint.index; Permission denied\n\t [[{{node save}}]]',
    'disk.readOnly',
    "Could not run 'train': the place cannot be written (/home/a/run/checkpoint.index; Permission denied).",
  ],
  [
    'an op',
    'Session fail to run with error: indices[0] = 7 is not in [0, 3)\n\t [[{{node train/batch}}]]',
    'runtime.failed',
    "TensorFlow could not compute 'train/batch' of 'train': indices[0] = 7 is not in [0, 3).",
  ],
  [
    'several ops, as TensorFlow 2.9 tells it',
    'Session fail to run with error: 2 root error(s) found.\n  (0) INVALID_ARGUMENT: {{node a}} first\n\t [[{{node a}}]]\n\t [[b/_5]]\n' +
      '  (1) INVALID_ARGUMENT: second\n\t [[{{node a}}]]\n0 successful operations.',
    'runtime.failed',
    "TensorFlow could not compute 'a' of 'train': first.",
  ],
  [
    'what has no op',
    'Session fail to run with error: the session has been closed.',
    'runtime.failed',
    "TensorFlow could not compute 'train': the session has been closed.",
  ],
];

describe('a failed run', () => {
  it.each(runErrors)('is told by its meaning: %s', (_, native, code, message) => {
    expect(explainRunError('train', new Error(native), ['mixed', 'conv1', 'mixed/branch'])).toMatchObject({
      name: 'ThawError',
      code,
      message,
    });
  });
});

describe('a refused program', () => {
  it('is told by its op', () => {
    const native =
      "Failed to load SavedModel: NodeDef mentions attr 'wrong' not in Op<name=Relu>; NodeDef: {{node conv1/relu}}. (Check " +
      'whether your GraphDef-interpreting binary is up to date with your GraphDef-generating binary.).';
    const error = explainLoadError('/run/program', new Error(native));
    expect(error.code).toBe('graph.invalid');
    expect(error.message).toMatch(
      /^TensorFlow refused the program in \/run\/program at 'conv1\/relu': NodeDef mentions/,
    );
  });
});
