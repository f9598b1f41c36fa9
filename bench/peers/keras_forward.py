"""A batch through a Keras network that does not learn, as a compiled function, step by step on request."""
import argparse
import os

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
from answering import answer_steps

parser = argparse.ArgumentParser()
parser.add_argument('--network', required=True)
parser.add_argument('--size', type=int, required=True)
parser.add_argument('--batch', type=int, required=True)
parser.add_argument('--classes', type=int, default=2)
options = parser.parse_args()
import keras
import numpy as np
import tensorflow as tf
from keras_networks import network

model = network(keras, options.network, options.size, options.classes, activation='softmax')
images = tf.random.stateless_uniform((options.batch, options.size, options.size, 3), (1, 1), -1, 1)
compiled = tf.function(lambda batch: model(batch, training=False))


def step():
    if not np.isfinite(compiled(images).numpy()).all():
        raise ArithmeticError('The measured batch gave no finite probability.')


answer_steps(step, name=f'Keras {keras.__version__}, tf.function')
