"""Opens every file of a folder as Pillow does, for the test that holds Thaw's decoding against it.

stdin: {"folder", "side"}
stdout: {name: {"pixels": base64 of [side, side, 3] uint8, "mode", "profile": bool} or {"problem": text}}: upright, over
white, RGB. Grey of 16 bits, of which Pillow makes no RGB that people would look at, is scaled here: that of PNG by 65535, as
its specification says, and that of TIFF by the fewest bits, 8 or more, that hold its largest value.
"""
import base64
import json
import os
import sys
import warnings

import numpy as np
from PIL import Image, ImageOps

warnings.simplefilter('ignore')
Image.MAX_IMAGE_PIXELS = 20_000_000


def eight_bits(image, format):
    values = np.asarray(image).astype(np.float64)
    largest = 65535 if format == 'PNG' else 2 ** max(8, int(values.max()).bit_length()) - 1
    return Image.fromarray(np.clip(np.rint(values * 255 / largest), 0, 255).astype(np.uint8))


def opened(path, side):
    image = Image.open(path)
    mode, format = image.mode, image.format
    image.load()
    profile = image.info.get('icc_profile') is not None
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith('I'):
        image = eight_bits(image, format)
    if 'transparency' in image.info or image.mode in ('RGBA', 'LA', 'PA'):
        white = Image.new('RGBA', image.size, 'white')
        white.alpha_composite(image.convert('RGBA'))
        image = white
    pixels = image.convert('RGB').resize((side, side), Image.Resampling.BILINEAR)
    return {'pixels': base64.b64encode(pixels.tobytes()).decode(), 'mode': mode, 'profile': profile}


asked = json.load(sys.stdin)
answers = {}
for folder, _, names in os.walk(asked['folder']):
    for name in names:
        path = os.path.join(folder, name)
        relative = os.path.relpath(path, asked['folder']).replace(os.sep, '/')
        try:
            answers[relative] = opened(path, asked['side'])
        except Exception as error:
            answers[relative] = {'problem': str(error)}
json.dump(answers, sys.stdout)
