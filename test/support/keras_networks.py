"""What Keras' own networks are initialised with, and files of them.

`initializers NAME...` prints, for each network of `keras.applications`, the initializer of every tensor by its name.
`files DIR NAME` writes NAME.keras and NAME.weights.h5 with random values, and prints each tensor's SHA-256 by its name.
A name is `<layer>/<role>`, as Keras 2 calls roles.
"""
import hashlib
import json
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ['KERAS_BACKEND'] = 'tensorflow'

import keras
import numpy as np


def built(name):
    keras.utils.clear_session()
    application, _, alpha = name.partition('@')
    options = {'alpha': float(alpha)} if alpha else {}
    return getattr(keras.applications, application)(weights=None, **options)


def tensors(network):
    """Every tensor with its name, its layer and the stem of what its layer calls its initializer."""
    for layer in network.layers:
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        for variable in layer.weights:
            role = variable.name
            if depthwise and role == 'kernel':
                role = 'depthwise_kernel'
            stem = {'depthwise_kernel': 'depthwise', 'pointwise_kernel': 'pointwise'}.get(role, role)
            yield f'{layer.name}/{role}', variable, layer, stem


def initializers(names):
    found = {}
    for name in names:
        own = found[name] = {}
        for tensor, _, layer, stem in tensors(built(name)):
            initializer = getattr(layer, stem + '_initializer', None)
            # What Keras computes from data, such as a mean of images, has none.
            if initializer is not None:
                own[tensor] = {'class_name': type(initializer).__name__, 'config': initializer.get_config()}
    return found


def files(folder, name):
    network = built(name)
    random = np.random.default_rng(1)
    hashes = {}
    for tensor, variable, layer, _ in tensors(network):
        if not isinstance(layer, keras.layers.Normalization):
            variable.assign(random.random(variable.shape, dtype=np.float32) + 0.5)
        value = np.asarray(variable.value, dtype='<f4')
        hashes[tensor] = hashlib.sha256(value.tobytes()).hexdigest()
    network.save(os.path.join(folder, name + '.keras'))
    network.save_weights(os.path.join(folder, name + '.weights.h5'))
    return hashes


action, *arguments = sys.argv[1:]
print(json.dumps(initializers(arguments) if action == 'initializers' else files(*arguments)))
