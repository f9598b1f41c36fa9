"""The networks that both sides run, in PyTorch: each with a new head over the mean of its features."""
import torch
import torchvision
from torch import nn
from torch_mobilenet import mobilenet_v1


def vgg16(classes):
    features = torchvision.models.vgg16(weights=None).features
    return nn.Sequential(features, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))


NETWORKS = {
    'mobilenet_v1_0.25': lambda classes: mobilenet_v1(0.25, classes),
    'mobilenet_v1': lambda classes: mobilenet_v1(1.0, classes),
    'mobilenet_v2': lambda classes: torchvision.models.mobilenet_v2(weights=None, num_classes=classes),
    'resnet50': lambda classes: torchvision.models.resnet50(weights=None, num_classes=classes),
    'inception_v3': lambda classes: torchvision.models.inception_v3(
        weights=None, num_classes=classes, aux_logits=False, init_weights=False),
    'vgg16': vgg16,
}

# The parameters, by the beginnings of their names, of each network's last part with its head.
LAST_PARTS = {
    'mobilenet_v1': ('25', '26', '29'),
    'resnet50': ('layer4', 'fc'),
}


def network(name, classes):
    torch.manual_seed(1)
    return NETWORKS[name](classes).to(memory_format=torch.channels_last)


def computing_in(precision, device):
    """The context in which a network computes in bfloat16 what PyTorch holds fit for it; on a GPU float32 means TF32 here."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    return torch.autocast(device, dtype=torch.bfloat16, enabled=precision == 'bfloat16')


def random_images(batch, size):
    images = torch.rand(batch, 3, size, size) * 2 - 1
    return images.contiguous(memory_format=torch.channels_last)
