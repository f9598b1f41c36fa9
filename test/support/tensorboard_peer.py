"""Reads and writes TensorBoard's event files with Python's TensorFlow, for the tests that hold Thaw's against them.

stdin: {"read": FILE} or {"write": FOLDER, "points": [[tag, step, value], ...]}.
stdout of a reading: {"versions", "scalars": [[tag, step, value]], "histograms": {tag: [numbers of buckets, num, sum]},
"nodes": {name: [op, inputs]}}; of a writing: {"files": [names]}. Each tag is written by the interface of TensorFlow 1 (a
simple value) into `one`, and by that of TensorFlow 2 (a tensor) into `two`.
"""
import json
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
import tensorflow as tf


def read(file):
    found = {'versions': [], 'scalars': [], 'histograms': {}, 'nodes': {}}
    for event in tf.compat.v1.train.summary_iterator(file):
        if event.file_version:
            found['versions'].append(event.file_version)
        if event.graph_def:
            graph = tf.compat.v1.GraphDef.FromString(event.graph_def)
            found['nodes'] = {node.name: [node.op, list(node.input)] for node in graph.node}
        for value in event.summary.value:
            if value.HasField('simple_value'):
                found['scalars'].append([value.tag, event.step, value.simple_value])
            if value.HasField('histo'):
                histogram = value.histo
                found['histograms'][value.tag] = [len(histogram.bucket), histogram.num, histogram.sum]
    return found


def write(folder, points):
    summary = tf.compat.v1.Summary
    with tf.Graph().as_default():
        writer = tf.compat.v1.summary.FileWriter(os.path.join(folder, 'one'))
        for tag, step, value in points:
            writer.add_summary(summary(value=[summary.Value(tag=tag, simple_value=value)]), step)
        writer.close()
    writer = tf.summary.create_file_writer(os.path.join(folder, 'two'))
    metadata = summary.Value().metadata
    metadata.plugin_data.plugin_name = 'scalars'
    with writer.as_default():
        for tag, step, value in points:
            tf.summary.write(tag, tf.constant(value, tf.float32), step=step, metadata=metadata)
        tf.summary.write('text', tf.constant('a remark'), step=1)
        tf.summary.write('several', tf.constant([1.0, 2.0]), step=1)
    writer.close()
    return {'files': [name for _, _, names in os.walk(folder) for name in names]}


asked = json.load(sys.stdin)
json.dump(read(asked['read']) if 'read' in asked else write(asked['write'], asked['points']), sys.stdout)
