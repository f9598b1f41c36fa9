"""Writes TensorFlow graphs as people publish them, with what TensorFlow computes by them: `graph_models.py FOLDER`."""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

folder = sys.argv[1]
tf.random.set_seed(1)
SIZE = 24
images = np.random.default_rng(1).uniform(-1, 1, [2, SIZE, SIZE, 3]).astype(np.float32)
expected = {}


def keep(name, output, classes=None):
    values = np.asarray(output)
    expected[name] = {"shape": list(values.shape[1:]), "values": [float(value) for value in values.reshape(-1)]}


def network(keras):
    layers = keras.layers
    x = inputs = keras.Input([SIZE, SIZE, 3])
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="conv1")(x)
    x = layers.BatchNormalization(name="conv1_bn")(x)
    x = layers.ReLU(6.0, name="conv1_relu")(x)
    x = layers.DepthwiseConv2D(3, padding="same", name="conv2")(x)
    y = layers.Conv2D(8, 1, activation="swish", name="conv3")(x)
    x = layers.Add(name="sum")([x, y])
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.3, name="dropout")(x)
    x = layers.Dense(5, activation="softmax", name="predictions")(x)
    model = keras.Model(inputs, x)
    rng = np.random.default_rng(2)
    model.set_weights([rng.uniform(0.2, 0.9, w.shape).astype(np.float32) for w in model.get_weights()])
    return model


import keras
import tf_keras

# Keras 3, exported for serving.
model = network(keras)
model.export(f"{folder}/keras3", verbose=False)
keep("keras3", model(images, training=False))

# Keras 2's own SavedModel, which has several signatures and can train.
model = network(tf_keras)
model.save(f"{folder}/keras2", save_format="tf")
keep("keras2", model(images, training=False))

# A bare module whose signature gives a map of features.
class Module(tf.Module):
    def __init__(self):
        self.kernel = tf.Variable(np.random.default_rng(3).normal(size=[3, 3, 3, 4]).astype(np.float32), name="kernel")

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, name="image")])
    def serve(self, image):
        return {"map": tf.nn.relu(tf.nn.conv2d(image, self.kernel, 2, "SAME"))}


module = Module()
tf.saved_model.save(module, f"{folder}/module", signatures=module.serve)
keep("module", module.serve(tf.constant(images))["map"])

# A module with large constants beside its variable: one within a function that is called twice, one from outside of it.
class Constants(tf.Module):
    def __init__(self):
        random = np.random.default_rng(7)
        self.kernel = tf.Variable(random.normal(size=[3, 3, 3, 140]).astype(np.float32), name="kernel")
        self.inner = (random.normal(size=[140, 140]) / 20).astype(np.float32)
        self.outer = tf.constant((random.normal(size=[140, 130]) / 20).astype(np.float32))

    @tf.function
    def mixed(self, rows):
        return tf.nn.relu(tf.matmul(rows, tf.constant(self.inner)))

    @tf.function(input_signature=[tf.TensorSpec([None, SIZE, SIZE, 3], tf.float32, name="image")])
    def serve(self, image):
        rows = tf.reduce_mean(tf.nn.conv2d(image, self.kernel, 2, "SAME"), [1, 2])
        return {"rows": tf.matmul(self.mixed(self.mixed(rows)), self.outer)}


module = Constants()
tf.saved_model.save(module, f"{folder}/constants", signatures=module.serve)
keep("constants", module.serve(tf.constant(images))["rows"])

# TensorFlow 1: a graph that was frozen, and the SavedModel that it was frozen from.
v1 = tf.compat.v1
with tf.Graph().as_default() as graph, v1.Session() as session:
    x = v1.placeholder(tf.float32, [None, SIZE, SIZE, 3], name="input")
    training = v1.placeholder_with_default(False, [], name="is_training")
    kernel = v1.get_variable("net/conv/weights", [3, 3, 3, 6], initializer=v1.random_normal_initializer(seed=3), use_resource=False)
    bias = v1.get_variable("net/conv/biases", [6], initializer=v1.random_normal_initializer(seed=4), use_resource=True)
    y = tf.nn.relu6(tf.nn.bias_add(tf.nn.conv2d(x, kernel, 2, "SAME"), bias), name="net/relu")
    scale = v1.get_variable("net/bn/gamma", [6], initializer=v1.random_uniform_initializer(0.5, 1.5, seed=5))
    y, _, _ = v1.nn.fused_batch_norm(y, scale, tf.zeros([6]), tf.fill([6], 0.3), tf.fill([6], 1.7), is_training=False, name="net/bn")
    features = tf.reduce_mean(y, [1, 2], name="net/pool")
    weights = v1.get_variable("net/logits/weights", [6, 4], initializer=v1.random_normal_initializer(seed=6))
    logits = tf.identity(tf.matmul(features, weights), name="net/logits")
    session.run(v1.global_variables_initializer())
    keep("frozen", session.run(logits, {x: images}))
    keep("frozen_features", session.run(features, {x: images}))
    keep("version1", session.run(logits, {x: images}))
    v1.saved_model.simple_save(session, f"{folder}/version1", {"image": x}, {"logits": logits})
    frozen = v1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["net/logits"])
    with open(f"{folder}/frozen.pb", "wb") as file:
        file.write(frozen.SerializeToString())

# Hostile ones.
with tf.Graph().as_default() as graph:
    x = v1.placeholder(tf.float32, [None, SIZE, SIZE, 3], name="input")
    secret = tf.strings.length(tf.io.read_file("/etc/hostname"))
    w = tf.constant(np.ones([3, 3, 3, 4], np.float32), name="weights")
    y = tf.nn.conv2d(x, w, 1, "SAME") + tf.cast(secret, tf.float32)
    tf.identity(y, name="output")
    with open(f"{folder}/reads_file.pb", "wb") as file:
        file.write(graph.as_graph_def().SerializeToString())

np.save(f"{folder}/images.npy", images)
with open(f"{folder}/expected.json", "w") as file:
    json.dump({"size": SIZE, "images": [float(value) for value in images.reshape(-1)], "outputs": expected}, file)
