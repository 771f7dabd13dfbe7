"""Draws the sample picture: a lake below hills, with a house, trees, a vase and fruit on a table in front.

    python draw_sample.py --output ../sample.jpg

The same tools as the training pictures, but composed by hand and under one seed.
"""

import argparse

import cv2
import numpy as np

import shapes
from noise import NoiseBank
from scene import Painter

HEIGHT, WIDTH = 640, 960


def rgb(text):
    """'#rrggbb' as the painter's blue, green, red in 0 ... 1."""
    return np.array([int(text[k:k + 2], 16) / 255 for k in (5, 3, 1)], np.float32)


class Canvas:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.bank = NoiseBank(self.rng)
        self.painter = Painter(self.rng, self.bank, HEIGHT, WIDTH)
        self.painter.sharpness = 0.8
        self.painter.light = np.pi * 1.15
        self.y, self.x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)

    def paint(self, colour, family, contrast, zoom=1.0, stretch=1.0, angle=0.0):
        """One colour with a named texture over the whole canvas."""
        field = self.bank.window(family, HEIGHT, WIDTH, zoom, stretch, angle)
        return rgb(colour) * np.exp(contrast * np.clip(field, -2.5, 2.5))[..., None]

    def sky(self, horizon):
        t = np.clip(self.y / horizon, 0, 1)[..., None]
        sky = rgb("#3f7fc4") * (1 - t) + rgb("#dcebf2") * t
        cloud = self.bank.window("smooth", HEIGHT, WIDTH, 1.6, 2.2, 0.0) + 0.35 * self.bank.window("cloud", HEIGHT, WIDTH, 1.5, 2.0, 0.0)
        veil = np.clip((cloud - 0.9) * 1.2, 0, 1)[..., None] * np.clip(1.4 - self.y / horizon, 0, 1)[..., None]
        self.painter.scene.picture[:] = sky + (rgb("#f6f4ee") - sky) * veil

    def below(self, base, roughness, family, paint, zoom=2.0):
        line = base + roughness * self.bank.window(family, 1, WIDTH, zoom, angle=0.0)[0]
        self.painter.lay((self.y > line).astype(np.float32), paint)

    def solid(self, parts, x, y, paints, swell=0.7, shade=0.45, drop=(0.12, 0.05)):
        """A thing with a cast shadow and rounded shading."""
        n = parts[0].shape[0]
        x0, y0 = x - n // 2, y - n // 2
        cut = np.s_[max(y0, 0):min(y0 + n, HEIGHT), max(x0, 0):min(x0 + n, WIDTH)]
        inner = np.s_[cut[0].start - y0:cut[0].stop - y0, cut[1].start - x0:cut[1].stop - x0]
        whole = shapes.union(parts)[inner]
        self.painter.darken(whole, cut[0].start, cut[1].start, drop[0] * n, drop[1] * n, 0.03 * n, shade)
        small = cv2.resize(whole, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        height = cv2.GaussianBlur(small, (0, 0), 0.04 * n)
        gy, gx = np.gradient(height)
        slope = (gx * np.cos(self.painter.light) + gy * np.sin(self.painter.light)) * -n * 0.08 * swell
        relief = np.exp(np.clip(cv2.resize(slope, whole.shape[::-1]), -0.9, 0.5))[..., None]
        for part, paint in zip(parts, paints):
            self.painter.lay(part[inner].astype(np.float32) / 255, paint[cut] * relief, cut[0].start, cut[1].start)


def crown(canvas, n, x, y, colour):
    rng = canvas.rng
    trunk = shapes.limb(n, [0, 0.98], [0, 0], 0.07, 0.05)
    leaves = shapes.union([shapes.ellipse(n, rng.normal([0, -0.3], [0.22, 0.16]), rng.uniform(0.3, 0.42, 2)) for _ in range(6)])
    leaves = shapes.bent(rng, canvas.bank, [leaves])[0]
    canvas.solid([trunk, leaves], x, y, [canvas.paint("#5b4330", "tufts", 0.12), canvas.paint(colour, "leaves", 0.22, 0.8)], 0.9, 0.35)


def house(canvas, n, x, y):
    at = lambda points: shapes.fill(n, shapes.place(n, np.array(points)))
    wall = at([[-0.7, -0.1], [0.7, -0.1], [0.7, 0.8], [-0.7, 0.8]])
    roof = at([[-0.85, -0.08], [-0.45, -0.7], [0.45, -0.7], [0.85, -0.08]])
    panes = shapes.union([at([[a, 0.1], [a + 0.24, 0.1], [a + 0.24, 0.4], [a, 0.4]]) for a in (-0.52, 0.28)])
    door = at([[-0.13, 0.2], [0.13, 0.2], [0.13, 0.8], [-0.13, 0.8]])
    paints = [canvas.paint(c, "rough", 0.04) for c in ("#e9dcc0", "#a8452f", "#3c4a5a", "#6b3f26")]
    canvas.solid([wall, roof, panes, door], x, y, paints, 0.2, 0.3)


def fruit(canvas, n, x, y, colour, squash=1.0):
    body = shapes.ellipse(n, (0, 0.05), (0.9 * squash, 0.85))
    stem = shapes.limb(n, [0, -0.72], [0.08, -0.98], 0.05, 0.04)
    canvas.solid([stem, body], x, y, [canvas.paint("#4a3a22", "rough", 0.05), canvas.paint(colour, "rough", 0.05)], 1.3, 0.5, (0.1, 0.06))


def vase(canvas, n, x, y):
    profile = np.array([[0.17, -0.35], [0.13, -0.2], [0.2, 0.0], [0.36, 0.3], [0.36, 0.55], [0.25, 0.85], [0.22, 0.95]])
    t = np.linspace(0, len(profile) - 1, 40)
    r, h = (np.interp(t, range(len(profile)), cv2.GaussianBlur(profile, (1, 3), 0.8)[:, k]) for k in (0, 1))
    body = shapes.fill(n, shapes.place(n, np.concatenate([np.stack([r, h], 1), np.stack([-r, h], 1)[::-1]])))
    band = np.where((np.arange(n)[:, None] > n * 0.66) & (np.arange(n)[:, None] < n * 0.74), body, 0).astype(np.uint8)
    rng = canvas.rng
    heads = [(-0.45, -0.6), (0.05, -0.78), (0.42, -0.52)]
    stems = shapes.union([shapes.limb(n, [0, -0.3], h, 0.015, 0.015) for h in heads])
    canvas.solid([stems], x, y, [canvas.paint("#3f6b2f", "rough", 0.05)], 0, 0.1)
    for (hx, hy), colour in zip(heads, ("#e8b53a", "#d9577a", "#f0e6da")):
        m = int(n * 0.36)
        t = np.linspace(0, 2 * np.pi, 160, endpoint=False)
        r = 0.6 + 0.38 * np.abs(np.cos(4 * t + rng.uniform(0, 3)))
        petals = shapes.fill(m, shapes.place(m, np.stack([r * np.cos(t), r * np.sin(t)], 1)))
        canvas.solid([petals, shapes.ellipse(m, (0, 0), (0.26, 0.26))], int(x + hx * n / 2), int(y + hy * n / 2),
                     [canvas.paint(colour, "cloud", 0.06), canvas.paint("#6a4a1c", "rough", 0.15)], 0.6, 0.3, (0.03, 0.03))
    canvas.solid([body, band], x, y, [canvas.paint("#2f6f87", "cloud", 0.05), canvas.paint("#e4dcc6", "rough", 0.04)], 1.0, 0.45)


def draw(seed):
    canvas = Canvas(seed)
    canvas.sky(250)
    canvas.below(205, 26, "cloud", canvas.paint("#8fa3b8", "cloud", 0.08, 1.2), 3.0)
    canvas.below(245, 16, "smooth", canvas.paint("#5f7f63", "leaves", 0.10, 0.6), 2.0)
    canvas.below(278, 1, "smooth", canvas.paint("#6f9fc0", "rough", 0.07, 1.0, 8.0, 0.0))
    canvas.below(345, 9, "smooth", canvas.paint("#7fa046", "tufts", 0.12, 0.9, 1.0, np.pi / 2), 3.0)
    house(canvas, 150, 590, 320)
    crown(canvas, 210, 90, 300, "#476f2c")
    crown(canvas, 170, 800, 310, "#6f8a2e")
    crown(canvas, 130, 890, 325, "#3f6530")
    table = canvas.y > 470
    canvas.painter.lay(table.astype(np.float32), canvas.paint("#a8743f", "rough", 0.10, 1.2, 14.0, 0.0))
    canvas.painter.lay((np.abs(canvas.y - 474) < 4).astype(np.float32), canvas.paint("#c89358", "rough", 0.04))
    cloth = shapes.fill(420, shapes.place(420, np.array([[-0.75, -0.28], [0.95, -0.22], [0.8, 0.35], [-0.95, 0.3]])))
    canvas.solid([cloth], 590, 565, [canvas.paint("#e8e2d4", "smooth", 0.05)], 0.2, 0.3, (0.01, 0.01))
    vase(canvas, 330, 330, 400)
    fruit(canvas, 110, 560, 520, "#c23b2e")
    fruit(canvas, 104, 655, 530, "#d99a2b")
    fruit(canvas, 96, 600, 575, "#7f9f35", 0.95)
    fruit(canvas, 88, 800, 545, "#7a3550")
    picture = canvas.painter.scene.picture * (1 + 0.012 * np.random.default_rng(seed).standard_normal((HEIGHT, WIDTH, 1)))
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--output", default="../sample.jpg")
    arguments.add_argument("--seed", type=int, default=11)
    options = arguments.parse_args()
    cv2.imwrite(options.output, draw(options.seed), [cv2.IMWRITE_JPEG_QUALITY, 84])


if __name__ == "__main__":
    main()
