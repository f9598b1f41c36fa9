import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';
import { networkTensors } from '../../network/shape.ts';
import { openWeights } from '../../weights/open.ts';
import type { ExportFormat } from '../export-format.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import { sameBits } from '../same-bits.ts';
import { pythonSample } from '../samples/python-sample.ts';
import { writeTorchFile, type TorchTensor } from './torch-file.ts';
import { torchModule } from './torch-module.ts';
import { torchState } from './torch-state.ts';
import { torchTwin } from './torch-twin.ts';

const WEIGHTS = 'model.pth';
/** As PyTorch's ImageNet example calls the best one. */
const CHECKPOINT = 'model_best.pth.tar';
const MODULE = 'model.py';

const python = (values: Preprocessing['scale']): string =>
  typeof values === 'number' ? String(values) : `torch.tensor([${values.join(', ')}]).view(3, 1, 1)`;

function predictCode({ network, preprocessing }: Omit<ExportedNetwork, 'values'>): string {
  const { channelOrder, scale, offset } = preprocessing;
  const sigmoid = networkTensors(network).at(-1)?.shape.at(-1) === 1;
  return `MODEL = Network()
MODEL.load_state_dict(torch.load(HERE / '${WEIGHTS}', weights_only=True))
MODEL.eval()


def predict(images):
    """The probability of each class, of uint8 or float images from 0 to 255 [batch, height, width, 3]."""
    pixels = torch.from_numpy(np.asarray(images, np.float32)).permute(0, 3, 1, 2)${channelOrder === 'bgr' ? '.flip(1)' : ''}
    with torch.no_grad():
        logits = MODEL(pixels * ${python(scale)} + ${python(offset)})
${
  sigmoid
    ? '    second = torch.sigmoid(logits)\n    return torch.cat([1 - second, second], dim=1).numpy()'
    : '    return torch.softmax(logits, dim=1).numpy()'
}`;
}

/** Holds what can be read back to what was written, to the bit. @throws ThawError `export.differs` */
async function assertReadBack(file: string, state: ReadonlyMap<string, TorchTensor>): Promise<void> {
  const read = await openWeights(file);
  try {
    for (const [name, { shape, data }] of state) {
      if (!(data instanceof Float32Array)) continue;
      const entry = read.tensors.get(name);
      const values = entry?.shape.join() === shape.join() ? read.read(name) : null;
      if (values && sameBits(values, data)) continue;
      throw new ThawError(
        'export.differs',
        `A PyTorch file gives back what was written into it; '${name}' of ${path.basename(file)} does not. Nothing was kept of it.`,
        'This is a defect of Thaw: report it with the name of the network.',
      );
    }
  } finally {
    read.close();
  }
}

function twinText(model: Omit<ExportedNetwork, 'values'>): string {
  const twin = torchTwin(model.network);
  if (!twin) return `\`${MODULE}\` takes it`;
  return `\`${MODULE}\` takes it, and so does torchvision: ${twin.lines.map((line) => `\`${line}\``).join(', ')}`;
}

/** PyTorch's state dictionary under torchvision's names, alone and as PyTorch's ImageNet example keeps its best one. */
export const TORCH_FORMAT: ExportFormat = {
  write: async (model, folder, { epoch, history }) => {
    const { network } = model;
    const tensors = torchState(model);
    await writeFile(path.join(folder, MODULE), torchModule(network));
    await writeTorchFile(path.join(folder, WEIGHTS), tensors, (state) => state);
    const accuracy = history.find((one) => one.epoch === epoch)?.val_accuracy ?? 0;
    await writeTorchFile(path.join(folder, CHECKPOINT), tensors, (state) => ({
      kind: 'dictionary',
      entries: [
        ['epoch', epoch],
        ['arch', network.family.replace(/@torch$/, '')],
        ['state_dict', state],
        // In percent, as the example counts it.
        ['best_acc1', { kind: 'float', value: accuracy * 100 }],
      ],
    }));
  },
  program: 'predict.py',
  // No runtime of it predicts here.
  mostReferences: () => 0,
  sample: (model, allowed) =>
    pythonSample(model.preprocessing, allowed, {
      packages: 'torch',
      imports: ['import torch', 'from model import Network'],
      predict: predictCode(model),
    }),
  test: async (folder, _images, model) => {
    const state = torchState(model);
    for (const file of [WEIGHTS, CHECKPOINT]) await assertReadBack(path.join(folder, file), state);
    return { runtime: 'Every tensor was read back to the bit; PyTorch does not run in Node', probabilities: null };
  },
  files: (model) => [
    [WEIGHTS, `the state dictionary, for \`torch.load(path, weights_only=True)\`; ${twinText(model)}`],
    [CHECKPOINT, "the same with `epoch`, `arch` and `best_acc1`, as PyTorch's ImageNet example keeps its best one"],
    [MODULE, 'the network as a module, `Network`, for which PyTorch is enough'],
  ],
};
