"""Keras' `train_on_batch` on a network with a new head, step by step on request."""
import argparse
import os

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
from answering import answer_steps

parser = argparse.ArgumentParser()
parser.add_argument('--network', required=True)
parser.add_argument('--size', type=int, required=True)
parser.add_argument('--batch', type=int, required=True)
parser.add_argument('--classes', type=int, default=2)
parser.add_argument('--part', choices=['all', 'last', 'head'], default='all')
parser.add_argument('--keras', choices=['2', '3'], default='3')
options = parser.parse_args()
if options.keras == '2':
    import tf_keras as keras
else:
    import keras
import numpy as np
from keras_networks import LAST_PARTS, freeze_below, network

model = network(keras, options.network, options.size, options.classes)
if options.part == 'last':
    freeze_below(model, LAST_PARTS[options.network])
elif options.part == 'head':
    freeze_below(model, model.layers[-1].name)
model.compile(
    keras.optimizers.SGD(0.001, momentum=0.9), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=['accuracy'])
random = np.random.default_rng(1)
images = (random.integers(0, 256, (options.batch, options.size, options.size, 3)) / 127.5 - 1).astype(np.float32)
labels = random.integers(0, options.classes, options.batch)
answer_steps(lambda: model.train_on_batch(images, labels), name=f'Keras {keras.__version__} train_on_batch')
