"""Images as Pillow writes and resizes them: python test/golden/images.py writes images.json beside this file.

pip install pillow numpy
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

draw = np.random.default_rng(0)
image = Image.fromarray(draw.integers(0, 256, (13, 17, 4)).astype("uint8"), "RGBA")
colour = image.convert("RGB")
grey = colour.convert("L")


def encoded(picture, form="PNG", **options):
    out = io.BytesIO()
    picture.save(out, form, **options)
    return base64.b64encode(out.getvalue()).decode()


def pixels(picture):
    return np.asarray(picture).reshape(-1).astype(int).tolist()


sixteen = Image.fromarray((np.arange(13 * 17).reshape(13, 17) * 250).astype("uint16"))
palette = colour.convert("P", palette=Image.Palette.ADAPTIVE, colors=11)
bits = grey.convert("1")
kinds = {
    "one bit": (encoded(bits), pixels(bits.convert("L"))),
    "grey": (encoded(grey), pixels(grey)),
    "grey and alpha": (encoded(image.convert("LA")), pixels(image.convert("LA"))),
    "palette": (encoded(palette), pixels(palette.convert("RGB"))),
    "colour": (encoded(colour), pixels(colour)),
    "colour and alpha": (encoded(image), pixels(image)),
    "sixteen bits": (encoded(sixteen), [round(v / 257) for v in pixels(sixteen)]),
}
sizes = [(5, 7), (26, 34), (13, 4), (1, 1), (40, 3)]
result = {
    "kinds": kinds,
    "webp": encoded(colour, "WEBP", lossless=True),
    "jpeg": encoded(Image.new("RGB", (8, 6), (200, 40, 90)), "JPEG", quality=95),
    "resized": {f"{h}x{w}": pixels(grey.resize((w, h), Image.Resampling.BILINEAR)) for h, w in sizes},
}
(Path(__file__).parent / "images.json").write_text(json.dumps(result))
