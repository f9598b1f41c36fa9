"""A batch through a PyTorch network that does not learn, channels_last, step by step on request."""
import argparse

from answering import answer_steps

parser = argparse.ArgumentParser()
parser.add_argument('--network', required=True)
parser.add_argument('--size', type=int, required=True)
parser.add_argument('--batch', type=int, required=True)
parser.add_argument('--classes', type=int, default=2)
options = parser.parse_args()
import torch
import torchvision
from torch import nn
from torch_mobilenet import mobilenet_v1


def vgg16(classes):
    # A head over the mean of the features, as on the other side.
    features = torchvision.models.vgg16(weights=None).features
    return nn.Sequential(features, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))


NETWORKS = {
    'mobilenet_v1': lambda classes: mobilenet_v1(1.0, classes),
    'mobilenet_v2': lambda classes: torchvision.models.mobilenet_v2(weights=None, num_classes=classes),
    'resnet50': lambda classes: torchvision.models.resnet50(weights=None, num_classes=classes),
    'inception_v3': lambda classes: torchvision.models.inception_v3(
        weights=None, num_classes=classes, aux_logits=False, init_weights=False),
    'vgg16': vgg16,
}
torch.manual_seed(1)
model = NETWORKS[options.network](options.classes).to(memory_format=torch.channels_last).eval()
images = torch.rand(options.batch, 3, options.size, options.size) * 2 - 1
images = images.contiguous(memory_format=torch.channels_last)


def step():
    with torch.inference_mode():
        if not model(images).softmax(1).isfinite().all():
            raise ArithmeticError('The measured batch gave no finite probability.')


answer_steps(step, name=f'PyTorch {torch.__version__}, channels_last')
