"""Colours and surfaces. A surface is a height x width x 3 picture in 0 ... 1 (blue, green, red)."""

import cv2
import numpy as np

# Hue (degrees), its spread, saturation range and how often: what landscapes, skin, walls and cloth look like.
NATURAL = [
    (95, 25, 0.15, 0.60, 4),   # leaves and grass
    (35, 12, 0.15, 0.60, 5),   # earth, wood, straw, fur
    (20, 8, 0.25, 0.65, 2),    # skin, brick, rust
    (212, 14, 0.10, 0.70, 3),  # sky, water, denim
    (40, 30, 0.00, 0.10, 4),   # stone, cloud, asphalt
    (215, 25, 0.00, 0.14, 2),  # snow, shadow, metal
    (180, 180, 0.30, 0.90, 1.5),  # anything painted
]


def from_hsv(hue, saturation, value):
    pixel = np.array([[[hue % 360, np.clip(saturation, 0, 1), np.clip(value, 0.02, 1)]]], np.float32)
    return cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0]


class Palette:
    """The colours of one scene: a few families under one light, so that neighbours are often alike."""

    def __init__(self, rng):
        self.rng = rng
        weights = np.array([family[4] for family in NATURAL], float)
        picks = rng.choice(len(NATURAL), rng.integers(2, 6), p=weights / weights.sum())
        self.families = [NATURAL[i] for i in picks]
        self.key = rng.uniform(0.25, 0.75)  # a dark or a light scene
        self.spread = rng.uniform(0.08, 0.3)
        self.vividness = rng.uniform(0.3, 1.1)

    def colour(self):
        rng = self.rng
        hue, spread, low, high, _ = self.families[rng.integers(len(self.families))]
        value = np.clip(rng.normal(self.key, self.spread), 0.04, 0.98)
        return from_hsv(rng.normal(hue, spread), rng.uniform(low, high) * self.vividness, value)

    def near(self, colour, distance):
        """Another colour hardly or clearly different from `colour`."""
        step = self.rng.normal(0, 1, 3) * 0.4 + self.rng.normal(0, 1)
        return np.clip(colour * np.exp(distance * step) + self.rng.normal(0, 0.15 * distance, 3), 0.01, 1).astype(np.float32)


def stripes(rng, bank, height, width, side):
    """Bent waves: zebra, sand, cloth, furrows; sometimes with hard edges."""
    angle, length = rng.uniform(0, np.pi), side * np.exp(rng.uniform(np.log(0.012), np.log(0.12)))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    phase = (x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / length)
    wave = np.sin(phase + bank.window("smooth", height, width) * rng.uniform(0, 3))
    return np.tanh(wave * rng.uniform(1, 6)) if rng.random() < 0.5 else wave


def masonry(rng, height, width, side):
    """Rows of bricks, tiles or windows, slightly turned."""
    angle = rng.normal(0, 0.15)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
    row = max(side * np.exp(rng.uniform(np.log(0.02), np.log(0.15))), 4)
    column = row * rng.uniform(0.5, 2.5)
    offset = 0.5 * column * (np.floor(v / row) % 2) if rng.random() < 0.6 else 0
    a, b = (u + offset) / column % 1, v / row % 1
    gap = rng.uniform(0.06, 0.35)
    brick = ((a > gap * row / column) & (b > gap)).astype(np.float32)
    tone = np.sin(np.floor((u + offset) / column) * 12.9898 + np.floor(v / row) * 78.233) * 43758.5453 % 1
    return (brick * 2 - 1) + brick * (tone - 0.5) * rng.uniform(0, 1.5)


def bumps(rng, bank, height, width, zoom):
    """A rough ground lit from one side: rock faces, folds of cloth, waves."""
    ground = bank.window(rng.choice(["cloud", "smooth", "ripple", "leaves"]), height + 2, width + 2, zoom, rng.uniform(1, 3))
    a = rng.uniform(0, 2 * np.pi)
    slope = np.cos(a) * (ground[1:-1, 2:] - ground[1:-1, :-2]) + np.sin(a) * (ground[2:, 1:-1] - ground[:-2, 1:-1])
    return slope / (slope.std() + 1e-3)


def pattern(rng, bank, height, width, side):
    """One field of about unit size: what varies across a surface."""
    zoom = side / 400 * np.exp(rng.uniform(-0.9, 0.7))
    kind = rng.choice(
        ["plain", "cloud", "rough", "grain", "flow", "spots", "stones", "leaves", "tufts", "stripes", "masonry", "bumps"],
        p=[0.10, 0.13, 0.10, 0.04, 0.10, 0.07, 0.08, 0.12, 0.08, 0.05, 0.03, 0.10])
    if kind == "plain":
        return 0.3 * bank.window("smooth", height, width, zoom)
    if kind in ("cloud", "rough", "grain", "leaves"):
        stretch = rng.choice([1.0, rng.uniform(1, 4)])
        return bank.window(kind, height, width, zoom, stretch)
    if kind == "bumps":
        return bumps(rng, bank, height, width, zoom)
    if kind == "flow":
        return bank.window(rng.choice(["rough", "cloud", "ripple"]), height, width, zoom, rng.uniform(3, 12))
    if kind == "spots":
        sharp = rng.uniform(1, 6)
        return np.tanh(sharp * (bank.window("ripple", height, width, zoom, rng.uniform(1, 2)) - rng.normal(0, 0.5)))
    if kind == "stones":
        tones, seams = bank.windows(("stones", "seams"), height, width, zoom)
        return rng.uniform(0.2, 1) * tones + rng.uniform(0.2, 1) * seams
    if kind == "tufts":
        return bank.window("tufts", height, width, zoom, rng.uniform(1, 2))
    if kind == "stripes":
        return stripes(rng, bank, height, width, side).astype(np.float32)
    return masonry(rng, height, width, side).astype(np.float32)


def surface(rng, bank, palette, colour, height, width, side, busy=1.0):
    """`colour` as a material: its brightness follows one pattern, its hue another, and light falls off across it."""
    contrast = busy * np.exp(rng.uniform(np.log(0.03), np.log(0.55)))
    main = pattern(rng, bank, height, width, side)
    if rng.random() < 0.4:
        main = 0.8 * main + 0.5 * pattern(rng, bank, height, width, side)
    # Whatever the pattern, nothing real is quite even: a little 1/f detail lies on every surface.
    detail = rng.uniform(0, 0.12) * bank.window(rng.choice(["cloud", "rough"]), height, width, side / 400)
    picture = colour * np.exp(contrast * np.clip(main, -2.5, 2.5) + detail)[..., None]
    if rng.random() < 0.5:  # a second colour shows through
        other = palette.near(colour, rng.uniform(0.1, 0.8)) if rng.random() < 0.7 else palette.colour()
        share = rng.uniform(0.1, 0.6) * min(1, busy * 3 * contrast + 0.1)
        family = rng.choice(["cloud", "smooth", "leaves", "rough"])
        blend = main if rng.random() < 0.4 else bank.window(family, height, width)
        picture += (other - colour) * (share / (1 + np.exp(-2 * blend)))[..., None]
    if rng.random() < 0.6:
        angle, slope = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.25)
        ramp = np.linspace(-1, 1, width)[None] * np.cos(angle) + np.linspace(-1, 1, height)[:, None] * np.sin(angle)
        picture *= np.exp(slope * ramp)[..., None]
    return np.clip(picture, 0, 1.3).astype(np.float32)
