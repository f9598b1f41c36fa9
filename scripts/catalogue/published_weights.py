"""Prints what Keras Applications and torchvision themselves say of their pretrained weights, as `resources/weights.json`.

`python published_weights.py [FAMILY ...] > resources/weights.json`, with keras (on any backend) and torchvision installed;
of the named families alone, where any is named. Nothing is downloaded: Keras is asked for weights with a `get_file` that
notes what it is asked for, and torchvision lists its own. What a source does not state stays null.
"""
import json
import os
import re
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')

import keras
import numpy as np
import torchvision
from keras.src.applications import imagenet_utils
from keras.src.utils import file_utils

CLASSES = 1000
WANTED = set(sys.argv[1:])


class Asked(Exception):
    """Carries what `get_file` was asked for out of the building of a network."""


def note(fname=None, origin=None, file_hash=None, **_):
    raise Asked(origin, file_hash)


file_utils.get_file = note

# Our family, Keras' module and class, sizes, widths, its keywords beside those.
KERAS = [
    ('mobilenet_v1', 'mobilenet', 'MobileNet', [128, 160, 192, 224], [0.25, 0.5, 0.75, 1.0], {}),
    ('mobilenet_v2', 'mobilenet_v2', 'MobileNetV2', [96, 128, 160, 192, 224], [0.35, 0.5, 0.75, 1.0, 1.3, 1.4], {}),
    ('mobilenet_v3_small', 'mobilenet_v3', 'MobileNetV3Small', [224], [0.75, 1.0], {}),
    ('mobilenet_v3_large', 'mobilenet_v3', 'MobileNetV3Large', [224], [0.75, 1.0], {}),
    ('resnet50', 'resnet', 'ResNet50', [224], [None], {}),
    ('resnet101', 'resnet', 'ResNet101', [224], [None], {}),
    ('resnet152', 'resnet', 'ResNet152', [224], [None], {}),
    ('resnet50_v2', 'resnet_v2', 'ResNet50V2', [224], [None], {}),
    ('resnet101_v2', 'resnet_v2', 'ResNet101V2', [224], [None], {}),
    ('resnet152_v2', 'resnet_v2', 'ResNet152V2', [224], [None], {}),
    ('inception_v3', 'inception_v3', 'InceptionV3', [299], [None], {}),
    ('inception_resnet_v2', 'inception_resnet_v2', 'InceptionResNetV2', [299], [None], {}),
    ('xception', 'xception', 'Xception', [299], [None], {}),
    ('vgg16', 'vgg16', 'VGG16', [224], [None], {}),
    ('vgg19', 'vgg19', 'VGG19', [224], [None], {}),
    ('densenet121', 'densenet', 'DenseNet121', [224], [None], {}),
    ('efficientnet_b0', 'efficientnet', 'EfficientNetB0', [224], [None], {}),
    ('efficientnet_b1', 'efficientnet', 'EfficientNetB1', [240], [None], {}),
    ('efficientnet_b2', 'efficientnet', 'EfficientNetB2', [260], [None], {}),
    ('efficientnet_b3', 'efficientnet', 'EfficientNetB3', [300], [None], {}),
]
# Our family and its width, by torchvision's name.
TORCH = {
    'mobilenet_v2': ('mobilenet_v2', '1.0'),
    'mobilenet_v3_small': ('mobilenet_v3_small', '1.0'),
    'mobilenet_v3_large': ('mobilenet_v3_large', '1.0'),
    **{name: (name, None) for name in (
        'resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152', 'inception_v3', 'vgg16', 'vgg19', 'alexnet',
        'densenet121', 'efficientnet_b0', 'efficientnet_b1', 'efficientnet_b2', 'efficientnet_b3')},
    'squeezenet1_1': ('squeezenet1_1', None),
}


def rule(module):
    """The name that Keras' `imagenet_utils` gives what `preprocess_input` of the module does; 'none' where it is nothing."""
    pixels = np.arange(12, dtype='float32').reshape(1, 2, 2, 3) * 20
    own = module.preprocess_input(pixels.copy())
    for mode in ('tf', 'caffe', 'torch'):
        if np.array_equal(own, imagenet_utils.preprocess_input(pixels.copy(), mode=mode)):
            return mode
    if np.array_equal(own, pixels):
        return 'none'
    raise ValueError(f'{module.__name__} prepares images by a rule of its own.')


def keras_entries():
    for family, module_name, builder, sizes, widths, keywords in KERAS:
        if WANTED and family not in WANTED:
            continue
        module = getattr(keras.applications, module_name)
        preprocessing = rule(module)
        seen = set()
        for width in widths:
            # Networks wider than the papers' are published for one size.
            for size in sizes if width is None or width <= 1 else [224]:
                for top in (True, False):
                    entry = keras_entry(family, builder, size, width, top, keywords)
                    # One file may serve every size: without the classifier nothing depends on it.
                    if entry['address'] in seen:
                        continue
                    seen.add(entry['address'])
                    yield {**entry, 'preprocessing': {'rule': preprocessing, 'resize': None, 'crop': None, 'interpolation': None}}


def keras_entry(family, builder, size, width, top, keywords):
    alpha = {} if width is None else {'alpha': width}
    try:
        getattr(keras.applications, builder)(
            input_shape=(size, size, 3), include_top=top, weights='imagenet', **alpha, **keywords)
    except Asked as asked:
        origin, digest = asked.args
    else:
        raise AssertionError(f'{builder} asked for no weights.')
    width_name = [] if width is None else [str(float(width))]
    return {
        'name': os.path.basename(origin),
        'network': '_'.join([family, *width_name, str(size)]),
        'framework': 'keras',
        'address': origin,
        'mebibytes': None,
        'hash': digest and {'algorithm': {32: 'md5', 64: 'sha256'}[len(digest)], 'hex': digest},
        'licence': None,
        'classes': CLASSES if top else None,
        'source': f'keras.applications {keras.__version__}',
    }


def torch_entries():
    for name, (family, width) in TORCH.items():
        if WANTED and family not in WANTED:
            continue
        for weights in torchvision.models.get_model_weights(name):
            transforms = weights.transforms()
            [crop], [resize] = transforms.crop_size, transforms.resize_size
            digest = re.search(r'-([0-9a-f]{8,})\.pth$', weights.url)
            if (transforms.mean, transforms.std) != ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]):
                # One file of VGG16 without a classifier, made to begin other training with.
                continue
            yield {
                'name': os.path.basename(weights.url),
                'network': '_'.join([family, *([] if width is None else [width]), str(crop)]) + '@torch',
                'framework': 'torch',
                'address': weights.url,
                'mebibytes': weights.meta['_file_size'],
                # PyTorch's hub holds a file to the first digits of its SHA-256, which stand in its name.
                'hash': digest and {'algorithm': 'sha256', 'hex': digest[1]},
                'licence': None,
                'classes': len(weights.meta['categories']),
                'source': f'torchvision {torchvision.__version__}',
                'preprocessing': {
                    'rule': 'torch', 'resize': resize, 'crop': crop,
                    'interpolation': transforms.interpolation.value,
                },
            }


json.dump({'schema': 1, 'weights': [*keras_entries(), *torch_entries()]}, sys.stdout, indent=1)
sys.stdout.write('\n')
