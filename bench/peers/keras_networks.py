"""The networks that both sides run, in Keras: each with a new head over the mean of its features."""
APPLICATIONS = {
    'mobilenet_v1_0.25': ('MobileNet', {'alpha': 0.25}),
    'mobilenet_v1': ('MobileNet', {}),
    'mobilenet_v2': ('MobileNetV2', {}),
    'resnet50': ('ResNet50', {}),
    'inception_v3': ('InceptionV3', {}),
    'vgg16': ('VGG16', {}),
}

# The first layer of each network's last part.
LAST_PARTS = {
    'mobilenet_v1': 'conv_dw_13',
    'resnet50': 'conv5_block1_1_conv',
}


def network(keras, name, size, classes, activation=None):
    """`keras` is the module of Keras 3 or of Keras 2."""
    keras.utils.set_random_seed(1)
    application, arguments = APPLICATIONS[name]
    base = getattr(keras.applications, application)(
        input_shape=(size, size, 3), include_top=False, weights=None, pooling='avg', **arguments)
    return keras.Model(base.input, keras.layers.Dense(classes, activation=activation)(base.output))


def freeze_below(model, layer):
    """Leaves that layer trainable, and all above it."""
    trainable = False
    for each in model.layers:
        trainable = trainable or each.name == layer
        each.trainable = trainable
    if not trainable:
        raise LookupError(f'{model.name} has no layer {layer}.')
