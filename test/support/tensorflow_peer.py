"""Computes expressions and their gradients with Python's TensorFlow, for the tests that hold Thaw's ops against them.

stdin: a JSON list of {"expression", "inputs": [{"shape", "values"}], "projection"}; an expression names its inputs a, b, c.
The gradient is that of the sum of the output times the projection, which is as long as the output.
stdout: a JSON list of {"shape", "output", "gradients"} with flat lists of numbers, row-major.
"""
import json
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
import keras
import tensorflow as tf


def flat(tensor):
    return tf.reshape(tensor, [-1]).numpy().tolist()


def compute(case):
    inputs = [tf.constant(given['values'], tf.float32, given['shape']) for given in case['inputs']]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = eval(case['expression'], {'tf': tf, 'keras': keras, **dict(zip('abc', inputs))})
        loss = tf.reduce_sum(tf.reshape(output, [-1]) * tf.constant(case['projection'], tf.float32))
    gradients = tape.gradient(loss, inputs)
    return {'shape': output.shape.as_list(), 'output': flat(output), 'gradients': [flat(one) for one in gradients]}


json.dump([compute(case) for case in json.load(sys.stdin)], sys.stdout)
