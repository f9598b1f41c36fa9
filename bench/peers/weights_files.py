"""Writes ResNet50's weights as Keras, PyTorch and TensorFlow write them, then times what reads them there, on request.

`write DIR` makes `resnet50.h5`, `resnet50.pth` and `resnet50.ckpt`. `list FILE` and `load FILE` print the seconds and the
growth of the peak memory: the names and shapes of all tensors, or all values in a network.
"""
import json
import os
import sys
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ['TF_USE_LEGACY_KERAS'] = '1'

action, path = sys.argv[1:3]


def status(key):
    with open('/proc/self/status') as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))


def keras_network():
    import tf_keras
    return tf_keras.applications.ResNet50(weights=None, include_top=False)


def torch_network():
    import torchvision
    return torchvision.models.resnet50(weights=None)


def write():
    import tensorflow as tf
    import torch
    network = keras_network()
    network.save_weights(os.path.join(path, 'resnet50.h5'))
    torch.save(torch_network().state_dict(), os.path.join(path, 'resnet50.pth'))
    tf.raw_ops.SaveV2(
        prefix=os.path.join(path, 'resnet50.ckpt'),
        tensor_names=[variable.name.split(':')[0] for variable in network.variables],
        shape_and_slices=[''] * len(network.variables),
        tensors=[variable.value() for variable in network.variables])


def prepared():
    """What is done, with everything imported and built before."""
    listing = action == 'list'
    if path.endswith('.pth'):
        import torch
        if listing:
            return lambda: [(name, tuple(value.shape)) for name, value in torch.load(path, mmap=True).items()]
        network = torch_network()
        return lambda: network.load_state_dict(torch.load(path))
    if path.endswith('.h5'):
        if listing:
            import h5py

            def names():
                found = []
                with h5py.File(path) as file:
                    file.visititems(lambda name, item: found.append((name, getattr(item, 'shape', None))))
                return found
            return names
        network = keras_network()
        return lambda: network.load_weights(path)
    import tensorflow as tf
    if listing:
        return lambda: tf.train.list_variables(path)
    network = keras_network()

    def load():
        reader = tf.train.load_checkpoint(path)
        for variable in network.variables:
            variable.assign(reader.get_tensor(variable.name.split(':')[0]))
    return load


if action == 'write':
    write()
    print(json.dumps({'folder': path}))
else:
    work = prepared()
    before = status('VmRSS')
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    print(json.dumps({'seconds': seconds, 'memoryBytes': max(0, status('VmHWM') - before)}))
