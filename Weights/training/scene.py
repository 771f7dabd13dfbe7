"""Draws one picture and the regions in it, back to front.

Every pixel ends with one label; a region is a set of labels. Sets overlap on purpose: a coat is a region,
and so is the person wearing it, and so is the row of people: whoever marks a picture stops at another level.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

import shapes
from textures import Palette, surface

LAST_LABEL = 250


@dataclass
class Scene:
    picture: np.ndarray  # height x width x 3, float
    labels: np.ndarray  # height x width, uint8; 0 is nothing
    groups: list = field(default_factory=list)  # sets of labels
    used: int = 0

    def new_label(self):
        self.used += 1
        return self.used

    @property
    def full(self):
        return self.used >= LAST_LABEL - 12


class Painter:
    def __init__(self, rng, bank, height, width):
        self.rng, self.bank = rng, bank
        self.height, self.width, self.side = height, width, max(height, width)
        self.palette = Palette(rng)
        self.light = rng.uniform(0, 2 * np.pi)
        self.busy = rng.uniform(0.4, 1.5)
        self.sharpness = np.exp(rng.uniform(np.log(0.35), np.log(1.3)))  # sigma of every outline, in pixels
        self.scene = Scene(np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.uint8))

    # Stuff: everything that has no outline of its own.

    def layout(self):
        """An integer map that divides the whole picture."""
        rng, h, w = self.rng, self.height, self.width
        kind = rng.choice(["one", "hills", "levels", "cells", "walls"], p=[0.12, 0.38, 0.2, 0.15, 0.15])
        if kind == "one":
            return np.zeros((h, w), int)
        if kind == "hills":
            return self.hills()
        if kind == "levels":
            noise = self.bank.window(rng.choice(["smooth", "smooth", "cloud"]), h, w, zoom=self.side / 400 * rng.uniform(0.8, 2.5))
            return np.digitize(noise, np.sort(rng.normal(0, 0.8, rng.integers(1, 4))))
        if kind == "cells":
            return self.cells(int(rng.integers(3, 14)))
        return self.walls()

    def hills(self):
        """Curves from side to side, one below the other: shore, skyline, ridges, fields."""
        rng, h, w = self.rng, self.height, self.width
        y = np.arange(h)[:, None]
        division = np.zeros((h, w), int)
        tilt = rng.normal(0, 0.08)
        for base in np.sort(rng.uniform(0.08, 0.92, rng.integers(1, 6))):
            rough = np.exp(rng.uniform(np.log(0.002), np.log(0.12)))
            family = rng.choice(["smooth", "cloud", "rough"], p=[0.5, 0.35, 0.15])
            line = self.bank.window(family, 1, w, zoom=self.side / 400 * rng.uniform(0.5, 3), angle=0.0)[0]
            division += y > h * (base + rough * line + tilt * np.linspace(-1, 1, w))
        if rng.random() < 0.12:
            division = cv2.resize(division.T.astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST).astype(int)
        return division

    def cells(self, count):
        rng, h, w = self.rng, self.height, self.width
        y, x = np.mgrid[:h, :w].astype(np.float32)
        bend = rng.uniform(0, 0.06) * self.side
        x += bend * self.bank.window("smooth", h, w)
        y += bend * self.bank.window("cloud", h, w)
        px, py = rng.uniform(0, w, count), rng.uniform(0, h, count)
        return np.argmin([(x - a) ** 2 + (y - b) ** 2 for a, b in zip(px, py)], axis=0)

    def walls(self):
        """Straight cuts: rooms, facades, tables."""
        rng, h, w = self.rng, self.height, self.width
        y, x = np.mgrid[:h, :w].astype(np.float32)
        division = np.zeros((h, w), int)
        for k in range(rng.integers(1, 5)):
            angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.15)
            at = rng.uniform(0.1, 0.9) * (w * abs(np.cos(angle)) + h * abs(np.sin(angle)))
            division += (x * np.cos(angle) + y * np.sin(angle) > at) << k
        return np.unique(division, return_inverse=True)[1].reshape(h, w)

    def background(self):
        scene, rng = self.scene, self.rng
        division = self.layout()
        colour = self.palette.colour()
        everything = set()
        for k in np.unique(division):
            label = scene.new_label()
            mask = division == k
            scene.labels[mask] = label
            self.lay(mask.astype(np.float32), self.material(colour, self.height, self.width, self.busy * rng.uniform(0.5, 1.2)))
            colour = self.palette.near(colour, rng.uniform(0.1, 0.7)) if rng.random() < 0.5 else self.palette.colour()
            everything.add(label)
            inner = self.patches(label)
            scene.groups += [{label}, {label} | inner]
        return everything

    def patches(self, label):
        """Sometimes a region holds another: a meadow its flowers' patch, a sky its clouds."""
        scene, rng = self.scene, self.rng
        if rng.random() > 0.2:
            return set()
        noise = self.bank.window("smooth", self.height, self.width, zoom=self.side / 400 * rng.uniform(0.5, 1.5))
        mask = (noise > rng.uniform(0.7, 1.6)) & (scene.labels == label)
        if mask.sum() < 0.003 * mask.size:
            return set()
        inner = scene.new_label()
        scene.labels[mask] = inner
        self.lay(mask.astype(np.float32), self.material(self.palette.colour(), self.height, self.width, self.busy))
        scene.groups.append({inner})
        return {inner}

    def material(self, colour, height, width, busy):
        return surface(self.rng, self.bank, self.palette, colour, height, width, self.side, busy)

    def lay(self, alpha, paint, y=0, x=0):
        """Covers the picture with `paint` where alpha is 1, with an edge as soft as the scene's."""
        h, w = alpha.shape
        if self.sharpness > 0.3:
            alpha = cv2.GaussianBlur(alpha, (0, 0), self.sharpness)
        under = self.scene.picture[y:y + h, x:x + w]
        under += (paint - under) * alpha[..., None]

    # Things.

    def thing(self, parts, cx, cy, colours=None, paints=None):
        """Draws a shape around (cx, cy) and returns its labels."""
        scene, rng = self.scene, self.rng
        n = parts[0].shape[0]
        x0, y0 = max(cx - n // 2, 0), max(cy - n // 2, 0)
        x1, y1 = min(cx - n // 2 + n, self.width), min(cy - n // 2 + n, self.height)
        if x1 - x0 < 3 or y1 - y0 < 3:
            return set()
        parts = [p[y0 - cy + n // 2:y1 - cy + n // 2, x0 - cx + n // 2:x1 - cx + n // 2] for p in parts]
        whole = shapes.union(parts)
        if (whole > 127).sum() < 12:
            return set()
        if rng.random() < 0.5:
            self.shadow(whole, y0, x0, n)
        parts = parts + self.decoration(whole)
        base = colours[0] if colours is not None else self.behind_or_new(y0, x0, whole)
        relief = self.relief(whole, n)
        labels, own = [], set()
        for k, part in enumerate(parts):
            colour = base if k == 0 else (colours[k % len(colours)] if colours is not None and k < len(colours) else
                                          self.palette.near(base, rng.uniform(0.2, 0.9)) if rng.random() < 0.4 else self.palette.colour())
            label = scene.new_label()
            paint = self.material(colour, y1 - y0, x1 - x0, self.busy)
            self.lay(part.astype(np.float32) / 255, paint * relief[..., None], y0, x0)
            scene.labels[y0:y1, x0:x1][part > 127] = label
            own.add(label)
        scene.groups += [{label} for label in own]
        if len(own) > 1:
            scene.groups.append(set(own))
        return own

    def behind_or_new(self, y, x, whole):
        """Things often wear the colour of what is behind them: the hard edges are the ones worth learning."""
        if self.rng.random() > 0.3:
            return self.palette.colour()
        h, w = whole.shape
        return self.palette.near(self.scene.picture[y:y + h, x:x + w][whole > 127].mean(0), self.rng.uniform(0.15, 0.5))

    def decoration(self, whole):
        """A patch on a thing: a stripe, a spot, a face, everything beyond a line."""
        rng = self.rng
        h, w = whole.shape
        if rng.random() > 0.3 or min(h, w) < 24:
            return []
        y, x = np.mgrid[:h, :w].astype(np.float32)
        kind = rng.integers(3)
        if kind == 0:
            angle = rng.uniform(0, 2 * np.pi)
            d = (x - w * rng.uniform(0.2, 0.8)) * np.cos(angle) + (y - h * rng.uniform(0.2, 0.8)) * np.sin(angle)
            patch = d > 0 if rng.random() < 0.5 else np.abs(d) < rng.uniform(0.04, 0.2) * min(h, w)
        elif kind == 1:
            patch = self.bank.window("smooth", h, w, zoom=min(h, w) / 300) > rng.uniform(0.2, 1)
        else:
            a, b = w * rng.uniform(0.1, 0.35), h * rng.uniform(0.1, 0.35)
            patch = ((x - w * rng.uniform(0.3, 0.7)) / a) ** 2 + ((y - h * rng.uniform(0.3, 0.7)) / b) ** 2 < 1
        return [np.where(patch, whole, 0).astype(np.uint8)]

    def relief(self, whole, n):
        """Brightness as if the shape were swollen and lit from the scene's side."""
        strength = self.rng.choice([0, self.rng.uniform(0.1, 0.9)], p=[0.25, 0.75])
        small = cv2.resize(whole, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        height = cv2.GaussianBlur(small, (0, 0), max(n * 0.25 * self.rng.uniform(0.05, 0.2), 0.6))
        gy, gx = np.gradient(height) if min(height.shape) > 1 else (height * 0, height * 0)
        slope = (gx * np.cos(self.light) + gy * np.sin(self.light)) * n * 0.06
        h, w = whole.shape
        return np.exp(np.clip(cv2.resize(slope.astype(np.float32), (w, h)) * strength, -1.2, 0.8))

    def shadow(self, whole, y, x, n):
        """Darkens the ground beside a thing before the thing covers it; a shadow is no region."""
        rng = self.rng
        dx, dy = -np.cos(self.light) * n * rng.uniform(0.02, 0.2), abs(np.sin(self.light)) * n * rng.uniform(0.02, 0.15)
        self.darken(whole, y, x, dx, dy, max(n * rng.uniform(0.005, 0.06), 0.5), rng.uniform(0.2, 0.75))

    def darken(self, whole, y, x, dx, dy, softness, depth):
        """Lays the shape's shadow (dx, dy) beside it; room is left around the shape for all of the shadow."""
        room = int(max(abs(dx), abs(dy)) + 3 * softness) + 1
        h, w = whole.shape
        move = np.array([[1, 0, dx + room], [0, 1, dy + room]], np.float32)
        soft = cv2.warpAffine(whole, move, (w + 2 * room, h + 2 * room)).astype(np.float32) / 255
        soft = cv2.GaussianBlur(soft, (0, 0), softness)
        top, left = max(y - room, 0), max(x - room, 0)
        under = self.scene.picture[top:y + h + room, left:x + w + room]
        soft = soft[top - y + room:, left - x + room:][:under.shape[0], :under.shape[1]]
        under *= (1 - depth * soft)[..., None]

    def size(self, low=0.03, high=0.9):
        return max(int(self.side * np.exp(self.rng.uniform(np.log(low), np.log(high)))), 8)

    def somewhere(self):
        return int(self.rng.uniform(-0.02, 1.02) * self.width), int(self.rng.uniform(-0.02, 1.02) * self.height)

    def single(self, low=0.03, high=0.9):
        parts = shapes.bent(self.rng, self.bank, shapes.any_shape(self.rng, self.size(low, high)))
        return self.thing(parts, *self.somewhere())

    def crowd(self):
        """Several of a kind, side by side or scattered: fruit, windows, sheep, people, pebbles."""
        scene, rng = self.scene, self.rng
        n = self.size(0.05, 0.25)
        kind = rng.choice(list(shapes.MENU))
        colours = [self.palette.colour() for _ in range(4)]
        cx, cy = self.somewhere()
        step = np.array([n * rng.uniform(0.5, 1.3), rng.normal(0, 0.2) * n])
        everyone = set()
        for k in range(int(rng.integers(3, 14))):
            if scene.full:
                break
            m = max(int(n * np.exp(rng.normal(0, 0.12))), 8)
            parts = shapes.bent(rng, self.bank, kind(rng, m))
            at = step * (k - 4) if rng.random() < 0.5 else rng.normal(0, 1.6 * n, 2)
            tones = [self.palette.near(c, 0.15) for c in colours]
            everyone |= self.thing(parts, int(cx + at[0]), int(cy + at[1]), tones)
        scene.groups.append(everyone)

    def window_frame(self):
        """Bars over everything: fences, blinds, window frames."""
        rng, h, w = self.rng, self.height, self.width
        mask = np.zeros((h, w), np.float32)
        gap, bar = rng.uniform(0.08, 0.3) * self.side, rng.uniform(0.006, 0.03) * self.side
        vertical = rng.random() < 0.5
        for k in range(int(rng.integers(2, 7))):
            a, slant = rng.uniform(0, gap) + k * gap, rng.normal(0, 0.03) * self.side
            line = [(int(a), 0), (int(a + slant), h)] if vertical else [(0, int(a)), (w, int(a + slant))]
            cv2.line(mask, line[0], line[1], 1.0, max(int(bar), 1), cv2.LINE_AA)
        label = self.scene.new_label()
        self.scene.labels[mask > 0.5] = label
        self.lay(mask, self.material(self.palette.colour(), h, w, 0.5 * self.busy))
        self.scene.groups.append({label})

    # Light and lens.

    def haze_and_blur(self):
        """Between the far and the near: what is behind may be pale or out of focus."""
        rng, picture = self.rng, self.scene.picture
        if rng.random() < 0.35:
            cv2.GaussianBlur(picture, (0, 0), np.exp(rng.uniform(np.log(0.5), np.log(8))) * self.side / 400, dst=picture)
        if rng.random() < 0.2:
            picture += (self.palette.colour() - picture) * rng.uniform(0.1, 0.5)

    def photograph(self):
        """Light over the whole, lens, sensor. Returns bytes (blue, green, red)."""
        rng, h, w = self.rng, self.height, self.width
        picture = self.scene.picture
        if rng.random() < 0.5:  # sun and shade cross the outlines
            shade = self.bank.window("smooth", h, w, zoom=self.side / 400 * rng.uniform(1, 3))
            if rng.random() < 0.4:
                shade = np.tanh(3 * shade)
            picture = picture * np.exp(rng.uniform(0.05, 0.4) * shade)[..., None]
        if rng.random() < 0.3:
            y, x = np.mgrid[-1:1:h * 1j, -1:1:w * 1j]
            picture = picture * (1 - rng.uniform(0.1, 0.4) * (x * x + y * y))[..., None]
        picture = picture * np.exp(rng.normal(0, 0.06, 3))  # colour of the light
        if rng.random() < 0.4:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.2))
        top = np.percentile(picture[::7, ::7], rng.uniform(95, 99.8)) + 1e-3
        picture = np.clip(picture / top * rng.uniform(0.7, 1.05), 0, None) ** rng.uniform(0.75, 1.3)
        if rng.random() < 0.3:  # the camera's own sharpening leaves halos
            picture = picture + rng.uniform(0.2, 0.8) * (picture - cv2.GaussianBlur(picture, (0, 0), 1.0))
        grain = rng.exponential(0.012)
        noise = self.bank.window("grain", h, w, zoom=1.0)[..., None] + 0.4 * rng.standard_normal((h, w, 3), np.float32)
        picture = picture + grain * noise * rng.choice([1.0, 0.6])
        return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def split_pieces(scene, smallest):
    """A stuff region in several pieces: each large piece is a region too."""
    for label in range(1, scene.used + 1):
        mask = (scene.labels == label).astype(np.uint8)
        if mask.sum() < 2 * smallest:
            continue
        count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        big = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] >= smallest]
        if len(big) < 2:
            continue
        names = {label}
        for k in big[1:]:
            if scene.used >= LAST_LABEL:
                break
            name = scene.new_label()
            scene.labels[pieces == k] = name
            names.add(name)
        scene.groups = [g | names if label in g else g for g in scene.groups]
        scene.groups += [{name} for name in names]


def draw(rng, bank, height, width):
    """One picture (bytes), its labels, and its regions as sets of labels."""
    painter = Painter(rng, bank, height, width)
    scene = painter.scene
    ground = painter.background()
    for _ in range(rng.poisson(1.2)):  # far things
        painter.single(0.1, 1.2)
    painter.haze_and_blur()
    for _ in range(rng.poisson(rng.choice([1, 4, 9]))):
        if scene.full:
            break
        if rng.random() < 0.13:
            painter.crowd()
        else:
            painter.single()
    if rng.random() < 0.04 and not scene.full:
        painter.window_frame()
    if len(ground) > 1:
        scene.groups.append(ground)
    split_pieces(scene, 0.002 * height * width)
    present = set(np.unique(scene.labels).tolist()) - {0}
    unique = {frozenset(g & present) for g in scene.groups} - {frozenset()}
    return painter.photograph(), scene.labels, sorted(sorted(g) for g in unique)
