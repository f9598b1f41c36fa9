"""A batch through a PyTorch network that does not learn, channels_last, step by step on request."""
import argparse

from answering import answer_steps

parser = argparse.ArgumentParser()
parser.add_argument('--network', required=True)
parser.add_argument('--size', type=int, required=True)
parser.add_argument('--batch', type=int, required=True)
parser.add_argument('--classes', type=int, default=2)
parser.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
parser.add_argument('--precision', choices=['float32', 'bfloat16'], default='float32')
options = parser.parse_args()
import torch
from torch_networks import computing_in, network, random_images

model = network(options.network, options.classes).to(options.device).eval()
images = random_images(options.batch, options.size).to(options.device)
torch.backends.cudnn.benchmark = True


def step():
    with torch.inference_mode(), computing_in(options.precision, options.device):
        if not model(images).softmax(1).isfinite().all():
            raise ArithmeticError('The measured batch gave no finite probability.')


answer_steps(step, name=f'PyTorch {torch.__version__}, channels_last')
