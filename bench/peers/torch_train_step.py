"""A PyTorch training step on a network with a new head, channels_last, step by step on request."""
import argparse

from answering import answer_steps

parser = argparse.ArgumentParser()
parser.add_argument('--network', required=True)
parser.add_argument('--size', type=int, required=True)
parser.add_argument('--batch', type=int, required=True)
parser.add_argument('--classes', type=int, default=2)
parser.add_argument('--part', choices=['all', 'last'], default='all')
parser.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
parser.add_argument('--precision', choices=['float32', 'bfloat16'], default='float32')
options = parser.parse_args()
import torch
from torch import nn
from torch_networks import LAST_PARTS, computing_in, network, random_images

model = network(options.network, options.classes).to(options.device).train()
torch.backends.cudnn.benchmark = True
if options.part == 'last':
    # What is frozen also normalises by its moving statistics, as on the other sides.
    model.eval()
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(LAST_PARTS[options.network]))
    for name, module in model.named_modules():
        if name.startswith(LAST_PARTS[options.network]):
            module.train()
learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.SGD(learning, 0.001, momentum=0.9)
images = random_images(options.batch, options.size).to(options.device)
labels = torch.randint(options.classes, (options.batch,), device=options.device)


def step():
    optimizer.zero_grad()
    with computing_in(options.precision, options.device):
        loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    # Keras' train_on_batch gives the loss back as well.
    return loss.item()


answer_steps(step, name=f'PyTorch {torch.__version__}')
