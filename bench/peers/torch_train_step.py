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
from torch_mobilenet import mobilenet_v1

torch.manual_seed(1)
model = mobilenet_v1(options.width, options.classes)
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
