"""Feature extraction as a Keras user writes it: a frozen MobileNet once over every image, then a new head on its outputs.

Prints one JSON document; its caller takes the time of the whole process, import included.
"""
import argparse
import os
import time

started = time.perf_counter()
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
from answering import say

parser = argparse.ArgumentParser()
parser.add_argument('--dataset', required=True, help='a folder with train/ and val/, each with a folder for each class')
parser.add_argument('--weights', required=True)
parser.add_argument('--alpha', type=float, default=0.25)
parser.add_argument('--epochs', type=int, default=60)
parser.add_argument('--batch', type=int, default=32)
parser.add_argument('--lr', type=float, required=True)
parser.add_argument('--dropout', type=float, default=0.0)
parser.add_argument('--seed', type=int, default=1)
parser.add_argument('--keras', choices=['2', '3'], default='3')
options = parser.parse_args()
if options.keras == '2':
    import tf_keras as keras
else:
    import keras
import numpy as np

keras.utils.set_random_seed(options.seed)
imported = time.perf_counter()

base = keras.applications.MobileNet(
    input_shape=(224, 224, 3), alpha=options.alpha, include_top=False, weights=options.weights, pooling='avg')
base.trainable = False
loaded = time.perf_counter()


def features(split):
    """Features [images, channels] and labels; read, decoded and resized on all cores while the network runs."""
    images = keras.utils.image_dataset_from_directory(
        os.path.join(options.dataset, split), image_size=(224, 224), batch_size=32, shuffle=False,
        crop_to_aspect_ratio=True)
    labels = [images.class_names.index(os.path.basename(os.path.dirname(path))) for path in images.file_paths]
    batches = images.map(lambda image, label: keras.applications.mobilenet.preprocess_input(image))
    return base.predict(batches, verbose=0), np.array(labels)


train_features, train_labels = features('train')
validation = features('val')
computed = time.perf_counter()

head = keras.Sequential([
    keras.layers.Input(train_features.shape[1:]),
    *([keras.layers.Dropout(options.dropout)] if options.dropout else []),
    keras.layers.Dense(int(train_labels.max()) + 1),
])
head.compile(
    keras.optimizers.SGD(options.lr, momentum=0.9), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=['accuracy'])
history = head.fit(
    train_features, train_labels, options.batch, options.epochs, validation_data=validation, verbose=0).history
trained = time.perf_counter()
say({
    'bestValAccuracy': max(history['val_accuracy']),
    'finalValAccuracy': history['val_accuracy'][-1],
    'images': len(train_labels) + len(validation[1]),
    'timings': {
        'import': imported - started, 'load': loaded - imported, 'features': computed - loaded, 'train': trained - computed},
    'keras': keras.__version__,
})
