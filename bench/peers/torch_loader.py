"""PyTorch's DataLoader over a folder of class folders: every step brings all photographs to 224 pixels and into batches.

`--decoder pillow` is what torchvision's own recipes do; `--decoder tensor` decodes and resizes uint8 tensors.
"""
import argparse

from answering import answer_steps

parser = argparse.ArgumentParser()
parser.add_argument('--folder', required=True)
parser.add_argument('--batch', type=int, required=True)
parser.add_argument('--workers', type=int, required=True)
parser.add_argument('--decoder', choices=['pillow', 'tensor'], required=True)
options = parser.parse_args()
import PIL
import torch
import torchvision
from PIL import Image
from torchvision.transforms import v2

recipe = [v2.Resize(256, antialias=True), v2.CenterCrop(224)]
if options.decoder == 'pillow':
    recipe.append(v2.PILToTensor())
transform = v2.Compose(recipe)


def pillow(path):
    with open(path, 'rb') as file:
        return Image.open(file).convert('RGB')


def tensor(path):
    read = torchvision.io.read_file(path)
    return torchvision.io.decode_jpeg(read, mode=torchvision.io.ImageReadMode.RGB)


dataset = torchvision.datasets.ImageFolder(options.folder, transform, loader=globals()[options.decoder])
loader = torch.utils.data.DataLoader(
    dataset, batch_size=options.batch, shuffle=True, num_workers=options.workers, persistent_workers=True,
    multiprocessing_context='fork')


def step():
    taken = sum(len(images) for images, _ in loader)
    assert taken == len(dataset)


used = f'Pillow {PIL.__version__}' if options.decoder == 'pillow' else 'uint8 tensors'
answer_steps(step, name=f'PyTorch {torch.__version__} DataLoader, torchvision {torchvision.__version__}, {used}')
