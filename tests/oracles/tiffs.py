"""TIFF files as scientific software writes them: floats, and channels beside the colours.

    pip install tifffile==2026.3.3 numpy
    python tests/oracles/tiffs.py     # from the repository's root

Writes tests/fixtures/tiff/*, which tests/data_pictures.test.ts reads. Each is 4 × 3 pixels whose
red, green and blue are 200, 100 and 20 times the column, of 255.
"""

import pathlib

import numpy as np
import tifffile

FOLDER = pathlib.Path("tests/fixtures/tiff")
FOLDER.mkdir(parents=True, exist_ok=True)
rgb = np.zeros((3, 4, 3), np.uint8)
rgb[..., 0], rgb[..., 1], rgb[..., 2] = 200, 100, 20 * np.arange(4)
floats = (rgb / 255).astype(np.float32)
beside = lambda image, *values: np.concatenate(
    [image] + [np.full(image.shape[:2] + (1,), value, image.dtype) for value in values], -1)


def save(name, image, photometric="rgb", **options):
    tifffile.imwrite(FOLDER / f"{name}.tif", image, photometric=photometric,
                     planarconfig="contig" if image.ndim == 3 else None, metadata=None, **options)


save("float32", floats)
save("float16", floats.astype(np.float16))
save("float_alpha", beside(floats, 0.5), extrasamples=["unassalpha"])
save("float_extra", beside(floats, 0.5, 9), extrasamples=["unspecified"] * 2)
save("grey_float", floats[..., 0], photometric="minisblack")
save("infrared", beside(rgb, 10), extrasamples=["unspecified"])
save("infrared_big", beside(rgb, 10), extrasamples=["unspecified"], bigtiff=True)
save("infrared_msb", beside(rgb, 10), extrasamples=["unspecified"], byteorder=">")
save("alpha", beside(rgb, 128), extrasamples=["unassalpha"])
save("two_extra", beside(rgb, 255, 128), extrasamples=["unspecified"] * 2)
save("alpha_extra", beside(rgb, 128, 7), extrasamples=(2, 0))
save("two_extra16", beside(rgb.astype(np.uint16) * 257, 9, 9), extrasamples=["unspecified"] * 2)
save("grey_extra", beside(rgb[..., :1], 9, 9, 9, 9), photometric="minisblack")
save("nan", np.where(rgb == 60, np.nan, floats).astype(np.float32))
save("to_255", rgb.astype(np.float32))
save("lab", floats, photometric="cielab")
save("int32", rgb.astype(np.int32))
