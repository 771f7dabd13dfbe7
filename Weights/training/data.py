"""Training samples: a random window of a rendered picture, recoloured, with the regions still visible in it."""

import json
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

MOST_REGIONS = 40
SMALLEST_AREA = 30  # pixels of the window
PROTOTYPE_STRIDE = 4
PADDING = 114  # the grey that fills a picture up to the network's size


def window(rng, picture, labels, size):
    """A square of the picture at a random scale, sometimes larger than the picture."""
    side = np.exp(rng.uniform(np.log(size / 1.6), np.log(min(size / 0.4, 470))))
    across, down = (int(side * np.exp(rng.normal(0, 0.08))) for _ in range(2))
    h, w = labels.shape
    x = int(rng.uniform(min(0, w - across), max(0, w - across) + 1))
    y = int(rng.uniform(min(0, h - down), max(0, h - down) + 1))
    view = np.full((down, across, 3), PADDING, np.uint8)
    names = np.zeros((down, across), np.uint8)
    source = np.s_[max(y, 0):min(y + down, h), max(x, 0):min(x + across, w)]
    target = np.s_[max(-y, 0):max(-y, 0) + source[0].stop - source[0].start, max(-x, 0):max(-x, 0) + source[1].stop - source[1].start]
    view[target], names[target] = picture[source], labels[source]
    smooth = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    return cv2.resize(view, (size, size), interpolation=smooth), cv2.resize(names, (size, size), interpolation=cv2.INTER_NEAREST)


def recoloured(rng, picture):
    """Another exposure, contrast, white balance; sometimes grey, sometimes other hues."""
    if rng.random() < 0.06:
        picture = np.repeat(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[..., None], 3, 2)
    elif rng.random() < 0.3:
        hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
        hsv[..., 0] = (hsv[..., 0].astype(int) + int(rng.normal(0, 12))) % 180
        hsv[..., 1] = cv2.convertScaleAbs(hsv[..., 1], alpha=rng.uniform(0.4, 1.5))
        picture = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    tone = np.linspace(0, 1, 256)[:, None] ** np.exp(rng.normal(0, 0.2))
    tone = tone * np.exp(rng.normal(0, 0.15) + rng.normal(0, 0.05, 3)) + rng.normal(0, 0.03)
    table = (np.clip(tone, 0, 1) * 255).astype(np.uint8).reshape(256, 1, 3)
    return cv2.LUT(picture, table)


def visible_regions(rng, labels, groups):
    """Boxes (K x 4, pixels) and coverage of the prototype grid (K x S x S, 0 ... 255) of the regions in a window."""
    size = labels.shape[0]
    count = np.bincount(labels.ravel(), minlength=256)
    seen = sorted({tuple(k for k in g if count[k]) for g in groups} - {()})
    seen = [g for g in seen if SMALLEST_AREA <= count[list(g)].sum() <= 0.97 * labels.size]
    if len(seen) > MOST_REGIONS:
        seen = [seen[k] for k in rng.choice(len(seen), MOST_REGIONS, replace=False)]
    boxes, masks = [], []
    for group in seen:
        table = np.zeros(256, np.uint8)
        table[list(group)] = 255
        mask = table[labels]
        x, y, w, h = cv2.boundingRect(mask)
        boxes.append((x, y, x + w, y + h))
        masks.append(cv2.resize(mask, (size // PROTOTYPE_STRIDE,) * 2, interpolation=cv2.INTER_AREA))
    return boxes, masks


class Batches(IterableDataset):
    """An endless stream of batches. New pictures are taken up as they appear in the folders.

    `sizes` lists (side, batch): small windows are cheap and many, large ones teach boxes wider than a small window.
    """

    def __init__(self, folders, sizes, seed):
        self.folders, self.sizes, self.seed = [Path(f) for f in folders], sizes, seed

    def pictures(self):
        return sorted(p for folder in self.folders for p in folder.glob("*.json"))

    def shuffled(self, rng):
        while True:
            known = self.pictures()
            for k in rng.permutation(len(known)):
                yield known[k]

    def __iter__(self):
        cv2.setNumThreads(1)
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        paths = self.shuffled(rng)
        while True:
            size, count = self.sizes[rng.integers(len(self.sizes))]
            yield collate([self.sample(rng, next(paths), size) for _ in range(count)])

    def sample(self, rng, path, size):
        picture, labels = cv2.imread(str(path.with_suffix(".jpg"))), cv2.imread(str(path.with_suffix(".png")), cv2.IMREAD_UNCHANGED)
        picture, labels = window(rng, picture, labels, size)
        if rng.random() < 0.5:
            picture, labels = picture[:, ::-1], np.ascontiguousarray(labels[:, ::-1])
        picture = recoloured(rng, np.ascontiguousarray(picture))
        boxes, masks = visible_regions(rng, labels, json.loads(path.read_text()))
        side = size // PROTOTYPE_STRIDE
        return (torch.from_numpy(picture[..., ::-1].transpose(2, 0, 1).copy()),
                torch.tensor(boxes, dtype=torch.float32).view(-1, 4),
                torch.from_numpy(np.array(masks, np.uint8).reshape(-1, side, side)))


def collate(samples):
    """Pads the regions of all samples to the same number; a padded region has an empty box."""
    most = max(max(len(s[1]) for s in samples), 1)
    side = samples[0][2].shape[-1]
    boxes = torch.zeros(len(samples), most, 4)
    masks = torch.zeros(len(samples), most, side, side, dtype=torch.uint8)
    for k, (_, b, m) in enumerate(samples):
        boxes[k, :len(b)], masks[k, :len(m)] = b, m
    return torch.stack([s[0] for s in samples]), boxes, masks
