"""Renders training pictures: NNNNNN.jpg, NNNNNN.png (labels) and NNNNNN.json (regions as lists of labels).

    python render.py --output work/pictures --first 0 --count 12000

Picture k depends on k alone, so several processes can share the work and an interrupted run continues.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from noise import NoiseBank
from scene import draw

SHAPES = [(288, 432), (432, 288), (320, 416), (384, 384)]
PICTURES_PER_BANK = 250


def render(folder, index, bank):
    rng = np.random.default_rng([2024, index])
    bank.rng = rng
    picture, labels, regions = draw(rng, bank, *SHAPES[rng.choice(4, p=[0.55, 0.2, 0.1, 0.15])])
    stem = folder / f"{index:06d}"
    cv2.imwrite(str(stem.with_suffix(".jpg")), picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 98))])
    cv2.imwrite(str(stem.with_suffix(".png")), labels)
    # The list of regions comes last: a picture without it is unfinished.
    stem.with_suffix(".json").write_text(json.dumps(regions))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--output", type=Path, default=Path("work/pictures"))
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--count", type=int, default=12000)
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    options.output.mkdir(parents=True, exist_ok=True)
    bank, drawn_with = None, None
    for index in range(options.first, options.first + options.count):
        if (options.output / f"{index:06d}.json").exists():
            continue
        if drawn_with != index // PICTURES_PER_BANK:
            drawn_with = index // PICTURES_PER_BANK
            bank = NoiseBank(np.random.default_rng([7, drawn_with]))
        render(options.output, index, bank)


if __name__ == "__main__":
    main()
