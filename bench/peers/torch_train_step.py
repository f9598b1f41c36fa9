"""A PyTorch training step on MobileNet v1 with a new head, everything trainable, channels_last, step by step on request."""
import argparse

from answering import answer_steps

parser = argparse.ArgumentParser()
parser.add_argument('--width', type=float, required=True)
parser.add_argument('--batch', type=int, required=True)
parser.add_argument('--classes', type=int, default=2)
options = parser.parse_args()
import torch
from torch import nn

torch.manual_seed(1)


def scaled(filters):
    return int(filters * options.width)


def normalised(convolution, channels):
    return nn.Sequential(convolution, nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01), nn.ReLU6(inplace=True))


channels = scaled(32)
layers = [normalised(nn.Conv2d(3, channels, 3, 2, 1, bias=False), channels)]
for filters, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]:
    layers.append(normalised(nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False), channels))
    layers.append(normalised(nn.Conv2d(channels, scaled(filters), 1, bias=False), scaled(filters)))
    channels = scaled(filters)
model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, options.classes))
model = model.to(memory_format=torch.channels_last).train()
optimizer = torch.optim.SGD(model.parameters(), 0.001, momentum=0.9)
images = (torch.rand(options.batch, 3, 224, 224) * 2 - 1).contiguous(memory_format=torch.channels_last)
labels = torch.randint(options.classes, (options.batch,))


def step():
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    # Keras' train_on_batch gives the loss back as well.
    return loss.item()


answer_steps(step, name=f'PyTorch {torch.__version__}')
