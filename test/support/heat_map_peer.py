"""Grad-CAM of a network of Keras' own by GradientTape, for the test that holds Thaw's against it.

stdin: {"folder", "network", "module", "size", "classes", "pixels": flat uint8 [size, size, 3], "maps": [{"layer", "class"}]}.
Writes network.keras with seeded values to the folder.
stdout: {"probabilities", "maps": [{"shape", "values"}]}, the maps before scaling.
"""
import json
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
os.environ['KERAS_BACKEND'] = 'tensorflow'

import keras
import numpy as np
import tensorflow as tf

asked = json.load(sys.stdin)
size = asked['size']
keras.utils.set_random_seed(7)
network = getattr(keras.applications, asked['network'])(
    weights=None, classes=asked['classes'], classifier_activation=None, input_shape=(size, size, 3)
)
random = np.random.default_rng(1)
for layer in network.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        for variable in layer.weights:
            center = 0 if variable.name in ('beta', 'moving_mean') else 1
            variable.assign(center + 0.2 * random.standard_normal(variable.shape).clip(-2, 2))
network.save(os.path.join(asked['folder'], 'network.keras'))

pixels = np.array(asked['pixels'], np.float32).reshape(1, size, size, 3)
images = getattr(keras.applications, asked['module']).preprocess_input(pixels)
found = []
probabilities = None
for one in asked['maps']:
    inner = keras.Model(network.inputs, [network.get_layer(one['layer']).output, network.output])
    with tf.GradientTape() as tape:
        features, logits = inner(images, training=False)
        score = logits[:, one['class']]
    weights = tf.reduce_mean(tape.gradient(score, features), axis=(1, 2), keepdims=True)
    values = tf.nn.relu(tf.reduce_sum(weights * features, axis=-1))[0].numpy()
    probabilities = tf.nn.softmax(logits)[0].numpy()
    found.append({'shape': list(values.shape), 'values': values.reshape(-1).tolist()})
json.dump({'probabilities': probabilities.tolist(), 'maps': found}, sys.stdout)
