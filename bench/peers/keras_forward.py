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

APPLICATIONS = {
    'mobilenet_v1': keras.applications.MobileNet,
    'mobilenet_v2': keras.applications.MobileNetV2,
    'resnet50': keras.applications.ResNet50,
    'inception_v3': keras.applications.InceptionV3,
    'vgg16': keras.applications.VGG16,
}
keras.utils.set_random_seed(1)
shape = (options.size, options.size, 3)
base = APPLICATIONS[options.network](input_shape=shape, include_top=False, weights=None, pooling='avg')
model = keras.Model(base.input, keras.layers.Dense(options.classes, activation='softmax')(base.output))
images = tf.random.stateless_uniform((options.batch, *shape), (1, 1), -1, 1)
compiled = tf.function(lambda batch: model(batch, training=False))


def step():
    if not np.isfinite(compiled(images).numpy()).all():
        raise ArithmeticError('The measured batch gave no finite probability.')


answer_steps(step, name=f'Keras {keras.__version__}, tf.function')
