"""Random fields: the raw material of every texture, contour and shadow.

Making a good field is slow and moving one is quick, so a bank of tileable fields is made once per process
and every use takes another window of it, turned, stretched and zoomed at random.
"""

import cv2
import numpy as np

SIDE = 512


def normalised(field):
    field = field.astype(np.float32)
    return (field - field.mean()) / (field.std() + 1e-6)


def frequencies():
    y, x = np.meshgrid(np.fft.fftfreq(SIDE) * SIDE, np.fft.rfftfreq(SIDE) * SIDE, indexing="ij")
    return np.hypot(x, y)


def shaped_noise(rng, amplitude):
    """White noise whose spectrum is multiplied by `amplitude` (of the frequency in cycles per tile)."""
    spectrum = np.fft.rfft2(rng.standard_normal((SIDE, SIDE)))
    return normalised(np.fft.irfft2(spectrum * amplitude, s=(SIDE, SIDE)))


def cloud(rng, slope):
    """1/f^slope: photographs have about 1, smooth hills 2, grain 0."""
    f = frequencies()
    return shaped_noise(rng, np.where(f < 1, 0, 1 / np.maximum(f, 1) ** slope))


def ripple(rng, cycles):
    """Noise of about one wavelength: the origin of spots and labyrinths."""
    return shaped_noise(rng, np.exp(-(((frequencies() - cycles) / (0.25 * cycles)) ** 2)))


def cells(rng, count):
    """Voronoi cells of scattered points: (a grey per cell, distance to the nearest seam)."""
    points = rng.integers(0, SIDE, (count, 2))
    tiled = np.full((3 * SIDE, 3 * SIDE), 255, np.uint8)
    for dy in range(3):
        for dx in range(3):
            tiled[points[:, 1] + dy * SIDE, points[:, 0] + dx * SIDE] = 0
    _, index = cv2.distanceTransformWithLabels(tiled, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    middle = slice(SIDE, 2 * SIDE)
    # A point's nine copies carry nine labels; its place inside the tile names it whatever the copy.
    ys, xs = np.nonzero(tiled == 0)
    name = np.zeros(index.max() + 1, np.int64)
    name[index[ys, xs]] = (ys % SIDE) * SIDE + xs % SIDE
    owner = name[index]
    seam = np.zeros(owner.shape, np.uint8)
    seam[:, 1:] |= owner[:, 1:] != owner[:, :-1]
    seam[1:] |= owner[1:] != owner[:-1]
    distance = cv2.distanceTransform(1 - seam, cv2.DIST_L2, 3)[middle, middle]
    grey = rng.standard_normal(SIDE * SIDE)[owner[middle, middle]]
    return normalised(grey), normalised(np.minimum(distance, np.percentile(distance, 70)))


def fallen_leaves(rng, radius):
    """Opaque ellipses dropped on each other until nothing shows through: foliage, gravel, crowds."""
    field = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(int(6 * SIDE * SIDE / (np.pi * radius**2))):
        r = radius * min(rng.pareto(2.0) * 0.5 + 0.4, 4)
        x, y = rng.integers(0, SIDE, 2)
        axes = (max(int(r), 1), max(int(r * rng.uniform(0.3, 1)), 1))
        cv2.ellipse(field, (int(x), int(y)), axes, rng.uniform(0, 180), 0, 360, float(rng.standard_normal()), -1)
    return normalised(field)


def tufts(rng, length):
    """Short strokes of about one direction: fur, straw, grass."""
    field = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(4 * SIDE * SIDE // (length * 3)):
        x, y = rng.integers(0, SIDE, 2)
        angle = rng.normal(0, 0.25)
        tip = (int(x + length * np.cos(angle)), int(y + length * np.sin(angle)))
        cv2.line(field, (int(x), int(y)), tip, float(rng.standard_normal()), int(rng.integers(1, 3)))
    return normalised(field)


class NoiseBank:
    """Named families of fields; `window` cuts a fresh view of a random member."""

    def __init__(self, rng):
        self.rng = rng
        self.families = {
            "smooth": [cloud(rng, s) for s in (1.8, 2.0, 2.2, 2.5)],
            "cloud": [cloud(rng, s) for s in (1.0, 1.2, 1.4, 1.6)],
            "rough": [cloud(rng, s) for s in (0.4, 0.6, 0.8)],
            "grain": [cloud(rng, 0.0)],
            "ripple": [ripple(rng, c) for c in (12, 20, 32, 48)],
            "stones": [], "seams": [],
            "leaves": [fallen_leaves(rng, r) for r in (4, 7, 12, 20)],
            "tufts": [tufts(rng, n) for n in (8, 14, 24)],
        }
        for count in (60, 200, 600, 1500):
            grey, seam = cells(rng, count)
            self.families["stones"].append(grey)
            self.families["seams"].append(seam)

    def window(self, family, height, width, zoom=None, stretch=1.0, angle=None):
        return self.windows((family,), height, width, zoom, stretch, angle)[0]

    def windows(self, families, height, width, zoom=None, stretch=1.0, angle=None):
        """The same height x width view of one member of each family (members of one index belong together).

        zoom > 1 enlarges the structures, stretch lengthens them along `angle`.
        """
        rng = self.rng
        member = rng.integers(len(self.families[families[0]]))
        zoom = np.exp(rng.uniform(-0.7, 0.7)) if zoom is None else zoom
        angle = rng.uniform(0, 2 * np.pi) if angle is None else angle
        c, s = np.cos(angle), np.sin(angle)
        turn = np.array([[c / (zoom * stretch), s / (zoom * stretch)], [-s / zoom, c / zoom]])
        matrix = np.hstack([turn, rng.uniform(0, SIDE, (2, 1))]).astype(np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return [cv2.warpAffine(self.families[family][member], matrix, (width, height), flags=flags, borderMode=cv2.BORDER_WRAP)
                for family in families]
