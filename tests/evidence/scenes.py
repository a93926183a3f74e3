"""Pictures for the tests that look a little like photographs: light and dark at every scale."""

import io
from typing import Any

import numpy as np
from PIL import Image


def scene(seed: int, *, width: int = 480, height: int = 360) -> Image.Image:
    """Return a made-up view; another seed, another view."""
    random = np.random.default_rng(seed)
    across = np.fft.fftfreq(width)[None, :]
    scale = np.hypot(np.fft.fftfreq(height)[:, None], across)
    scale[0, 0] = 1
    light = np.fft.ifft2(np.fft.fft2(random.normal(size=(height, width))) / scale**1.2).real
    light = (light - light.mean()) / light.std()
    tint = random.uniform(-20, 20, size=3)
    pixels = 128 + 45 * light[:, :, None] + tint
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def saved(picture: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()
