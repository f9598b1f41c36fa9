"""Prepares a photograph as Pillow and Keras do, for the tests that hold Thaw's preprocessing against them.

stdin: {"file", "size", "cases": [{"values", "resize", "shorterSide", "kernel"}, ..]}
stdout: a list of flat lists, [size, size, 3] row-major: what Keras' preprocess_input makes of Pillow's pixels.
"""
import json
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
import numpy as np
from keras.applications.imagenet_utils import preprocess_input
from PIL import Image, ImageOps

KERNELS = {'bilinear': Image.Resampling.BILINEAR, 'bicubic': Image.Resampling.BICUBIC}


def resized(image, size, rule):
    kernel = KERNELS[rule['kernel']]
    width, height = image.size
    if rule['resize'] == 'resizeThenCrop':
        side = rule['shorterSide']
        scale = side / min(width, height)
        image = image.resize((round(width * scale), round(height * scale)), kernel)
        left, top = (image.width - size) // 2, (image.height - size) // 2
        return image.crop((left, top, left + size, top + size))
    if rule['resize'] == 'centerCrop':
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        image = image.crop((left, top, left + side, top + side))
    return image.resize((size, size), kernel)


asked = json.load(sys.stdin)
photograph = ImageOps.exif_transpose(Image.open(asked['file'])).convert('RGB')
answers = []
for rule in asked['cases']:
    pixels = np.asarray(resized(photograph, asked['size'], rule), np.float32)
    answers.append(preprocess_input(pixels.copy(), data_format='channels_last', mode=rule['values']).reshape(-1).tolist())
json.dump(answers, sys.stdout)
