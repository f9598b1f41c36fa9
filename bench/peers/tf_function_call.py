"""A compiled Python function with next to nothing to compute, fed from numpy and read back, call by call on request."""
import os

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
from answering import answer_steps
import numpy as np
import tensorflow as tf


@tf.function
def double(x):
    return x + x


one = np.float32(1)
answer_steps(lambda: double(tf.constant(one)).numpy(), name=f'TensorFlow {tf.__version__} tf.function')
