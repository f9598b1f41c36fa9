"""Keras' `train_on_batch` on MobileNet v1 with a new head, everything trainable, step by step on request."""
import argparse
import os

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
from answering import answer_steps

parser = argparse.ArgumentParser()
parser.add_argument('--width', type=float, required=True)
parser.add_argument('--batch', type=int, required=True)
parser.add_argument('--classes', type=int, default=2)
parser.add_argument('--keras', choices=['2', '3'], default='3')
options = parser.parse_args()
if options.keras == '2':
    import tf_keras as keras
else:
    import keras
import numpy as np

keras.utils.set_random_seed(1)
base = keras.applications.MobileNet(
    input_shape=(224, 224, 3), alpha=options.width, include_top=False, weights=None, pooling='avg')
model = keras.Model(base.input, keras.layers.Dense(options.classes)(base.output))
model.compile(
    keras.optimizers.SGD(0.001, momentum=0.9), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=['accuracy'])
random = np.random.default_rng(1)
images = (random.integers(0, 256, (options.batch, 224, 224, 3)) / 127.5 - 1).astype(np.float32)
labels = random.integers(0, options.classes, options.batch)
answer_steps(lambda: model.train_on_batch(images, labels), name=f'Keras {keras.__version__} train_on_batch')
