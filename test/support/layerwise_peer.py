"""Pretrains dense layers one after the other with Keras, for the test that holds Thaw's own against it.

stdin: {"inputs": [images][values], "layers": [{"kernel", "bias", "decode_kernel", "decode_bias"}], "steps", "learningRate",
"momentum"}; each step is one batch of all inputs.
stdout: {"losses": [layers][steps], "layers": as given, after training}
"""
import json
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
import keras
import numpy as np

given = json.load(sys.stdin)
inputs = np.array(given['inputs'], 'float32')
losses, layers = [], []
for weights in given['layers']:
    values = {name: np.array(value, 'float32') for name, value in weights.items()}
    encoder = keras.layers.Dense(values['bias'].size, activation='relu')
    decoder = keras.layers.Dense(values['decode_bias'].size)
    model = keras.Sequential([keras.Input((inputs.shape[1],)), encoder, decoder])
    encoder.set_weights([values['kernel'], values['bias']])
    decoder.set_weights([values['decode_kernel'], values['decode_bias']])
    optimizer = keras.optimizers.SGD(given['learningRate'], momentum=given['momentum'])
    model.compile(optimizer=optimizer, loss='mean_squared_error')
    losses.append([float(model.train_on_batch(inputs, inputs)) for _ in range(given['steps'])])
    kernel, bias = encoder.get_weights()
    decode_kernel, decode_bias = decoder.get_weights()
    trained = {'kernel': kernel, 'bias': bias, 'decode_kernel': decode_kernel, 'decode_bias': decode_bias}
    layers.append({name: value.tolist() for name, value in trained.items()})
    # What the next layer is to give again.
    inputs = np.asarray(encoder(inputs))

json.dump({'losses': losses, 'layers': layers}, sys.stdout)
