"""Loads exported models in their own runtimes, for the tests that hold them to what Thaw predicts.

stdin: [{"folder", "twin": lines of Python that make torchvision's network as `model`, or null}, ..]
stdout: a list of {"difference", "twin"}: the largest difference of a probability on reference.npz, by predict.py and by the twin
"""
import json
import os
import pathlib
import runpy
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
import numpy as np

answers = []
for asked in json.load(sys.stdin):
    folder = pathlib.Path(asked['folder'])
    sys.path.insert(0, str(folder))
    sys.modules.pop('model', None)
    predict = runpy.run_path(str(folder / 'predict.py'))['predict']
    with np.load(folder / 'reference.npz') as reference:
        images, expected = reference['images'], reference['probabilities']
    difference = lambda: float(np.abs(predict(images) - expected).max())
    answer = {'difference': difference(), 'twin': None}
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
