"""Computes with torchvision what the tests hold Thaw's augmentation against.

stdin: {"height", "width", "pixels": flat uint8 of one RGB image, "cases": [[name, {arguments}], ..]}
stdout: a list of {"height", "width", "values"}: flat RGB in [0, 255], row-major.
"""
import json
import sys

import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F


def affine(image, angle, translate, scale, shear, flip):
    turned = F.affine(image, angle, [0, 0], scale, [shear, 0.0], InterpolationMode.BILINEAR, fill=None)
    if any(translate):
        # torchvision moves by whole pixels alone in its own function: its matrix takes any.
        centre = [0.0, 0.0]
        matrix = F._get_inverse_affine_matrix(centre, angle, translate, scale, [shear, 0.0])
        from torchvision.transforms import _functional_tensor as T
        turned = T.affine(image, matrix, interpolation='bilinear', fill=None)
    return F.hflip(turned) if flip else turned


def jitter(image, order, **amounts):
    for name in order.split(','):
        image = getattr(F, f'adjust_{name}')(image, amounts[name])
    return image


OPERATIONS = {
    'brightness': lambda image, factor: F.adjust_brightness(image, factor),
    'contrast': lambda image, factor: F.adjust_contrast(image, factor),
    'saturation': lambda image, factor: F.adjust_saturation(image, factor),
    'hue': lambda image, turn: F.adjust_hue(image, turn),
    'jitter': jitter,
    'greyscale': lambda image: F.rgb_to_grayscale(image, 3),
    'blur': lambda image, taps, sigma: F.gaussian_blur(image, taps, sigma),
    'affine': affine,
    'erase': lambda image, top, left, height, width: F.erase(image, top, left, height, width, torch.zeros(3, 1, 1)),
    'crop': lambda image, top, left, height, width, to: F.resized_crop(
        image, top, left, height, width, to, InterpolationMode.BILINEAR, antialias=False),
}

asked = json.load(sys.stdin)
shape = (asked['height'], asked['width'], 3)
image = torch.tensor(asked['pixels'], dtype=torch.float32).reshape(shape).permute(2, 0, 1) / 255
answers = []
for name, arguments in asked['cases']:
    result = OPERATIONS[name](image, **arguments) * 255
    _, height, width = result.shape
    values = result.permute(1, 2, 0).reshape(-1).tolist()
    answers.append({'height': height, 'width': width, 'values': values})
json.dump(answers, sys.stdout)
