"""Saves models whose configurations use every form that Keras 2 and 3 write, with what they compute of an image.

argv: a folder, and models of Keras 2 that end in a dense softmax. The folder gets <v2|v3>_<model>.<h5|keras> and
<v2|v3>_<model>.json of {"image": uint8, "output": floats}, both flat, and <name>.json of the given ones, to their logits.
"""
import json
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
import keras
import numpy as np
import tf_keras
from PIL import Image


def block(k, name):
    layers = k.layers
    given = k.Input((16, 16, 8), name=name + '_in')
    x = layers.DepthwiseConv2D(3, padding='same', use_bias=False, name='dw')(given)
    x = layers.BatchNormalization(scale=False, name='bn')(x)
    x = layers.ReLU(6.0, name='act')(x)
    x = layers.Conv2D(8, 1, activation='swish', name='pw')(x)
    return k.Model(given, layers.Add(name='sum')([x, given, x]), name=name)


def branched(k):
    """Branches, models within the model that call their layers alike, and most kinds of layers."""
    layers = k.layers
    tail = k.Sequential(
        [layers.SeparableConv2D(8, 3, padding='same', activation='tanh', name='sep'), layers.BatchNormalization(name='bn')],
        name='tail',
    )
    image = k.Input((32, 32, 3), name='image')
    x = layers.Rescaling(1 / 127.5, offset=-1, name='scale')(image)
    x = layers.ZeroPadding2D(((0, 1), (1, 0)), name='pad')(x)
    stem = layers.Conv2D(8, 3, strides=2, activation='relu', name='stem')(x)
    first = block(k, 'first')(stem)
    second = block(k, 'second')(first)
    x = layers.Concatenate(name='join')([first, second, stem])
    x = layers.LeakyReLU(name='leaky')(x)
    x = layers.Conv2DTranspose(8, 3, strides=2, padding='same', name='up')(x)
    x = layers.LayerNormalization(name='ln')(x)
    x = layers.MaxPooling2D(3, 2, padding='same', name='max')(x)
    x = tail(x)
    gate = layers.GlobalAveragePooling2D(keepdims=True, name='squeeze')(x)
    gate = layers.Conv2D(8, 1, activation='sigmoid', name='excite')(gate)
    x = layers.Multiply(name='gate')([x, gate])
    x = layers.Cropping2D(((1, 0), (0, 1)), name='crop')(x)
    x = layers.UpSampling2D(2, interpolation='bilinear', name='larger')(x)
    x = layers.AveragePooling2D(2, name='mean')(x)
    x = layers.Concatenate(name='both')(
        [layers.GlobalMaxPooling2D(name='most')(x), layers.GlobalAveragePooling2D(name='usual')(x)]
    )
    x = layers.Dense(12, name='hidden')(x)
    x = layers.BatchNormalization(name='hidden_bn')(x)
    x = layers.Activation('elu', name='hidden_elu')(x)
    x = layers.Dropout(0.3, name='drop')(x)
    return k.Model(image, layers.Dense(4, name='classes')(x), name='branched')


def plain(k):
    layers = k.layers
    return k.Sequential(
        [
            k.Input((24, 24, 3)) if k is keras else layers.InputLayer(input_shape=(24, 24, 3)),
            layers.Conv2D(6, 3, padding='same', activation='relu'),
            layers.MaxPooling2D(),
            layers.Conv2D(6, 3, dilation_rate=2, activation='leaky_relu' if k is keras else 'tanh'),
            layers.Permute((2, 1, 3)),
            layers.Reshape((-1, 2, 12)),
            layers.Flatten(),
            layers.Dense(5),
        ],
        name='plain',
    )


def tutorial(k):
    """A network of Keras Applications below a new classifier, its preprocessing as operators on the input."""
    base = k.applications.MobileNetV2(input_shape=(32, 32, 3), include_top=False, weights=None, alpha=0.35)
    image = k.Input((32, 32, 3))
    x = k.applications.mobilenet_v2.preprocess_input(image)
    x = base(x, training=False)
    x = k.layers.GlobalAveragePooling2D()(x)
    x = k.layers.Dropout(0.2)(x)
    return k.Model(image, k.layers.Dense(2)(x), name='tutorial')


def grey(k):
    layers = k.layers
    image = k.Input((20, 20, 1), name='scan')
    x = layers.Rescaling(1 / 255, name='scale')(image)
    x = layers.Conv2D(6, 3, activation='relu', name='conv')(x)
    x = layers.SpatialDropout2D(0.4, name='channels')(x)
    x = layers.GlobalAveragePooling2D(name='pool')(x)
    return k.Model(image, layers.Dense(3, name='classes')(x), name='grey')


def adapted(k):
    """A Normalization that learnt its mean and variance from images, below one that was given them and undoes another's."""
    layers = k.layers
    learnt = layers.Normalization(name='statistics')
    learnt.adapt(np.random.default_rng(2).uniform(0, 255, (8, 20, 20, 3)).astype('float32') * [1, 0.5, 0.25])
    image = k.Input((20, 20, 3), name='photo')
    x = learnt(image)
    x = layers.Normalization(mean=0.25, variance=4.0, axis=None, invert=True, name='undone')(x)
    x = layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0], name='given')(x)
    x = layers.Conv2D(6, 3, strides=2, activation='relu', name='conv')(x)
    x = layers.Flatten(name='flat')(x)
    return k.Model(image, layers.Dense(3, name='classes')(x), name='adapted')


numbers = np.random.default_rng(1)


def compute(model, is_scaled, stem):
    image = numbers.integers(0, 256, (1, *model.input_shape[1:3], 3)).astype('uint8')
    shown = image if model.input_shape[3] == 3 else np.asarray(Image.fromarray(image[0]).convert('L'))[None, ..., None]
    given = shown.astype('float32')
    output = model(given if is_scaled else given / 127.5 - 1, training=False)
    with open(f'{stem}.json', 'w') as file:
        json.dump({'image': image.reshape(-1).tolist(), 'output': np.asarray(output).reshape(-1).tolist()}, file)


for path in sys.argv[2:]:
    model = tf_keras.models.load_model(path, compile=False)
    model.layers[-1].activation = tf_keras.activations.linear
    compute(model, False, os.path.join(sys.argv[1], os.path.splitext(os.path.basename(path))[0]))
for version, k in (('v3', keras), ('v2', tf_keras)):
    for build in (branched, plain, tutorial, grey, adapted):
        model = build(k)
        for variable in model.weights:
            path = getattr(variable, 'path', None) or variable.name
            if any(variable is own for layer in model.layers if 'Normalization' == type(layer).__name__ for own in layer.weights):
                continue
            values = numbers.normal(0, 0.3, variable.shape).astype('float32')
            variable.assign(np.abs(values) + 0.5 if 'variance' in path else values)
        stem = os.path.join(sys.argv[1], f'{version}_{build.__name__}')
        compute(model, build is not plain, stem)
        for ending in ('h5', 'keras'):
            model.save(f'{stem}.{ending}')
