"""Loads exported models in their own runtimes, for the tests that hold them to what Thaw predicts.

stdin: [{"folder", "twin": lines of Python that make torchvision's network as `model`, or null}, ..]
stdout: a list of {"difference", "twin"}: the largest difference of a probability on reference.npz, by predict.py and by the twin;
of a SavedModel also {"files"}, that of PNG files by the signature that takes files from what predict.py makes of them. What is not
as its format wants it ends the program.
"""
import json
import os
import pathlib
import runpy
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
import numpy as np



def of_files(program, images):
    """What serving_default makes of files, held to predict.py; the class that it names is held to the likeliest."""
    import io
    from PIL import Image

    contents, pixels = [], []
    for image in images:
        file = io.BytesIO()
        Image.fromarray(image).save(file, 'png')
        contents.append(file.getvalue())
        pixels.append(program['load_image'](file))
    expected = program['predict'](np.stack(pixels))
    found = program['MODEL'].signatures['serving_default'](image_bytes=program['tf'].constant(contents))
    names = [name.decode() for name in found['class'].numpy()]
    assert names == [program['CLASSES'][best] for best in found['probabilities'].numpy().argmax(1)], names
    return float(np.abs(found['probabilities'].numpy() - expected).max())


def check_onnx(folder):
    import onnx

    onnx.checker.check_model(str(folder / 'model.onnx'), full_check=True)


answers = []
for asked in json.load(sys.stdin):
    folder = pathlib.Path(asked['folder'])
    sys.path.insert(0, str(folder))
    sys.modules.pop('model', None)
    if (folder / 'model.onnx').exists():
        check_onnx(folder)
    program = runpy.run_path(str(folder / 'predict.py'))
    predict = program['predict']
    with np.load(folder / 'reference.npz') as reference:
        images, expected = reference['images'], reference['probabilities']
    difference = lambda: float(np.abs(predict(images) - expected).max())
    answer = {'difference': difference(), 'twin': None}
    if (folder / 'saved_model.pb').exists():
        answer['files'] = of_files(program, images)
    if asked['twin']:
        import torch
        import torchvision

        names = {'torch': torch, 'torchvision': torchvision}
        exec('\n'.join(asked['twin']), names)
        best = torch.load(folder / 'model_best.pth.tar', weights_only=True)
        assert sorted(best) == ['arch', 'best_acc1', 'epoch', 'state_dict'], best.keys()
        names['model'].load_state_dict(best['state_dict'])
        predict.__globals__['MODEL'] = names['model'].eval()
        answer |= {'twin': difference(), 'arch': best['arch'], 'epoch': best['epoch'], 'accuracy': best['best_acc1']}
    sys.path.pop(0)
    answers.append(answer)
json.dump(answers, sys.stdout)
