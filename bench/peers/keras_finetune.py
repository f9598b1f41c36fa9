"""Fine-tuning and training from scratch as a Keras user writes them; prints one JSON document."""
import argparse
import os

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
from answering import say

parser = argparse.ArgumentParser()
parser.add_argument('--dataset', required=True, help='a folder with train/ and val/, each with a folder for each class')
parser.add_argument('--weights', help='without it the network starts from its initialisers')
parser.add_argument('--trainable', nargs='*', default=[], metavar='PART',
                    help='parts of layer names, _12 and _13; none trains everything')
parser.add_argument('--alpha', type=float, default=0.25)
parser.add_argument('--epochs', type=int, default=15)
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

keras.utils.set_random_seed(options.seed)
base = keras.applications.MobileNet(
    input_shape=(224, 224, 3), alpha=options.alpha, include_top=False, weights=options.weights, pooling='avg')
if options.trainable:
    for layer in base.layers:
        layer.trainable = any(layer.name.endswith(part) or f'{part}_' in layer.name for part in options.trainable)


def images(split):
    """[batch, 224, 224, 3] in [-1, 1], decoded once and kept in memory."""
    read = keras.utils.image_dataset_from_directory(
        os.path.join(options.dataset, split), image_size=(224, 224), batch_size=None, shuffle=False,
        crop_to_aspect_ratio=True)
    read = read.map(lambda image, label: (keras.applications.mobilenet.preprocess_input(image), label)).cache()
    return read.shuffle(10_000, seed=options.seed).batch(options.batch) if split == 'train' else read.batch(options.batch)


output = keras.layers.Dropout(options.dropout)(base.output) if options.dropout else base.output
model = keras.Model(base.input, keras.layers.Dense(2)(output))
model.compile(
    keras.optimizers.SGD(options.lr, momentum=0.9), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=['accuracy'])
history = model.fit(images('train'), epochs=options.epochs, validation_data=images('val'), verbose=0).history
say({
    'bestValAccuracy': max(history['val_accuracy']), 'finalValAccuracy': history['val_accuracy'][-1],
    'keras': keras.__version__,
})
