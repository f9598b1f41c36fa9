"""Keras tracing the train step of a network with a new head, everything trainable, again and again on request."""
import argparse
import os

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
from answering import answer_steps

parser = argparse.ArgumentParser()
parser.add_argument('--network', choices=['ResNet50', 'InceptionV3'], required=True)
parser.add_argument('--size', type=int, required=True)
parser.add_argument('--batch', type=int, required=True)
parser.add_argument('--keras', choices=['2', '3'], default='3')
options = parser.parse_args()
if options.keras == '2':
    import tf_keras as keras
else:
    import keras
import tensorflow as tf

# Its weights are drawn before the clock starts: ours are no part of what is measured either.
base = getattr(keras.applications, options.network)(
    input_shape=(options.size, options.size, 3), include_top=False, weights=None, pooling='avg')
model = keras.Model(base.input, keras.layers.Dense(2)(base.output))
batch = (
    tf.TensorSpec((options.batch, options.size, options.size, 3), tf.float32),
    tf.TensorSpec((options.batch,), tf.int64),
)


def trace():
    """What the first `train_on_batch` does before it computes anything."""
    model.compile(
        keras.optimizers.SGD(0.001, momentum=0.9), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=['accuracy'])
    model.optimizer.build(model.trainable_variables)
    tf.function(model.train_step, reduce_retracing=True).get_concrete_function(batch)


answer_steps(trace, name=f'Keras {keras.__version__} tracing its train step')
