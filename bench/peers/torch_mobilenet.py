"""MobileNet v1, which torchvision has not: the layers of Keras' variant up to the mean of its features, and a new head."""
from torch import nn

STAGES = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]


def normalised(convolution, channels):
    return nn.Sequential(convolution, nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01), nn.ReLU6(inplace=True))


def mobilenet_v1(width, classes):
    channels = int(32 * width)
    layers = [normalised(nn.Conv2d(3, channels, 3, 2, 1, bias=False), channels)]
    for unscaled, stride in STAGES:
        filters = int(unscaled * width)
        layers.append(normalised(nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False), channels))
        layers.append(normalised(nn.Conv2d(channels, filters, 1, bias=False), filters))
        channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))
