"""Makes regions.json: what OpenCV, SciPy and pycocotools say about small, awkward masks.

Run with: python Tests/Golden/regions/generate.py  (numpy, opencv-python, scipy, pycocotools)
"""

import datetime
import importlib.metadata
import json
import pathlib

import cv2
import numpy as np
from pycocotools import mask as coco
from scipy import ndimage

SEED = 20


def rings(h, w):
    m = np.zeros((h, w), bool)
    for i in range((min(h, w) + 1) // 2):
        m[i : h - i, i : w - i] = i % 2 == 0
    return m


def shapes(rng, h, w):
    m = np.zeros((h, w), np.uint8)
    for v in range(5):
        center = (int(rng.integers(0, w)), int(rng.integers(0, h)))
        axes = (int(rng.integers(1, w // 3 + 2)), int(rng.integers(1, h // 2 + 2)))
        cv2.ellipse(m, center, axes, float(rng.integers(0, 180)), 0, 360, (v + 1) % 2, -1)
    return m > 0


def masks(rng):
    yield "nothing", np.zeros((7, 9), bool)
    yield "everything", np.ones((66, 65), bool)
    yield "one pixel of one", np.ones((1, 1), bool)
    yield "checkerboard", np.indices((9, 67)).sum(0) % 2 == 0
    yield "nested rings", rings(21, 35)
    yield "bottom to top of the next column", np.tile(np.arange(9)[:, None] % 8 == 0, (1, 6))
    for h, w in [(1, 130), (70, 1), (2, 64), (64, 63)]:
        yield f"noise {h}x{w}", rng.random((h, w)) < 0.5
    for h, w in [(40, 64), (33, 65), (65, 127), (20, 128)]:
        yield f"shapes {h}x{w}", shapes(rng, h, w)
    smooth = ndimage.gaussian_filter(rng.standard_normal((60, 90)), 2)
    yield "blobs", smooth > 0
    yield "sparse holes", rng.random((31, 66)) > 0.06


def encode(m):
    return coco.encode(np.asfortranarray(m.astype(np.uint8)))["counts"].decode()


def counts(m):
    flat = m.T.ravel().astype(np.int8)
    places = np.concatenate([[0], np.nonzero(np.diff(flat))[0] + 1, [flat.size]])
    lengths = np.diff(places).tolist()
    return [0] + lengths if flat[0] else lengths


def components(m, connectivity):
    _, labels = cv2.connectedComponents(m.astype(np.uint8), connectivity=connectivity)
    structure = np.ones((3, 3)) if connectivity == 8 else None
    assert labels.max() == ndimage.label(m, structure=structure)[1]
    order = list(dict.fromkeys(labels[m].tolist()))
    return [encode(labels == label) for label in order]


def contours(m, mode, method):
    found, hierarchy = cv2.findContours(m.astype(np.uint8), mode, method)
    return [
        {"parent": int(hierarchy[0][i][3]), "points": contour.ravel().tolist()}
        for i, contour in enumerate(found)
    ]


def remove_small(m, limit, holes):
    """SAM's rule, from its description: 8-connected; islands keep the largest if all are small."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((m ^ holes).astype(np.uint8), connectivity=8)
    sizes = stats[1:, cv2.CC_STAT_AREA]
    small = [i + 1 for i, size in enumerate(sizes) if size < limit]
    if not small:
        return m
    if holes:
        return m | np.isin(labels, small)
    if len(small) == len(sizes):
        small.remove(1 + int(np.argmax(sizes)))
    return m & ~np.isin(labels, small)


def morphology(m, operation, radius):
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    return encode(cv2.morphologyEx(m.astype(np.uint8), operation, kernel))


def facts(name, m):
    modes = {"external": cv2.RETR_EXTERNAL, "components": cv2.RETR_CCOMP, "tree": cv2.RETR_TREE}
    rows, columns = np.nonzero(m)
    return {
        "name": name,
        "height": m.shape[0],
        "width": m.shape[1],
        "compressed": encode(m),
        "counts": counts(m),
        "area": int(m.sum()),
        "box": coco.toBbox(coco.encode(np.asfortranarray(m.astype(np.uint8)))).astype(int).tolist(),
        "centroid": [columns.mean(), rows.mean()] if m.any() else [],
        "four": components(m, 4),
        "eight": components(m, 8),
        "contours": {
            key: contours(m, mode, cv2.CHAIN_APPROX_SIMPLE) for key, mode in modes.items()
        },
        "allPoints": contours(m, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE),
        "filled": encode(ndimage.binary_fill_holes(m)),
        "noIslands": encode(remove_small(m, 12, False)),
        "noHoles": encode(remove_small(m, 12, True)),
        "dilated": [morphology(m, cv2.MORPH_DILATE, r) for r in (1, 2, 7)],
        "eroded": [morphology(m, cv2.MORPH_ERODE, r) for r in (1, 2, 7)],
        "opened": [morphology(m, cv2.MORPH_OPEN, r) for r in (1, 2, 7)],
        "closed": [morphology(m, cv2.MORPH_CLOSE, r) for r in (1, 2, 7)],
    }


def main():
    rng = np.random.default_rng(SEED)
    packages = ["numpy", "opencv-python", "opencv-python-headless", "scipy", "pycocotools"]
    versions = {}
    for package in packages:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    document = {
        "generated": datetime.date.today().isoformat(),
        "seed": SEED,
        "versions": versions,
        "masks": [facts(name, m) for name, m in masks(rng)],
    }
    path = pathlib.Path(__file__).with_name("regions.json")
    path.write_text(json.dumps(document, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")


main()
