"""Judges weights on photographs with human segmentations (BSDS500 as COCO-style files, one per picture).

    python evaluate.py --weights ../demo.safetensors --data PATH --size 640 --confidence 0.05 --iou 0.8

For every region that at least two people marked, the best IoU over all masks of the picture: its mean, and how often it
reaches a half. The photographs are only looked at here; nothing is trained or drawn with them.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from pycocotools import mask as run_lengths

from inference import load, masks_of, predict


def regions(path, votes=2):
    found = json.loads(path.read_text())["annotations"]
    return [run_lengths.decode(a["segmentation"]) for a in found if a["votes"] >= votes]


def best_overlaps(masks, wanted):
    """For each wanted region the IoU of the mask that fits it best."""
    wanted = torch.from_numpy(np.stack(wanted)).flatten(1).float()
    if not len(masks):
        return np.zeros(len(wanted))
    masks = masks.flatten(1).float()
    inner = wanted @ masks.T
    return (inner / (wanted.sum(1)[:, None] + masks.sum(1) - inner)).amax(1).numpy()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--weights", required=True)
    arguments.add_argument("--data", type=Path, required=True, help="folder with images/ and annotations/")
    arguments.add_argument("--size", type=int, nargs="+", default=[640])
    arguments.add_argument("--confidence", type=float, nargs="+", default=[0.05])
    arguments.add_argument("--iou", type=float, nargs="+", default=[0.8], help="one for each confidence")
    arguments.add_argument("--every", type=int, default=1, help="judge every n-th picture")
    arguments.add_argument("--threads", type=int, default=1)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    network = load(options.weights)
    results = {}
    for path in sorted((options.data / "images").iterdir())[::options.every]:
        wanted = regions(options.data / "annotations" / f"{path.stem}.json")
        picture = cv2.imread(str(path))
        if not wanted:
            continue
        for size in options.size:
            prediction = predict(network, picture, size)
            for setting in zip(options.confidence, options.iou):
                masks, _ = masks_of(prediction, picture.shape[:2], *setting)
                overlaps, counts, areas = results.setdefault((size, *setting), ([], [], []))
                overlaps.extend(best_overlaps(masks, wanted))
                counts.append(len(masks))
                areas.extend(w.mean() for w in wanted)
    for (size, confidence, iou), (overlaps, counts, areas) in results.items():
        best, areas = np.array(overlaps), np.sqrt(areas)
        by_size = " ".join(f"{best[(areas >= low) & (areas < high)].mean():.3f}"
                           for low, high in ((0, 0.06), (0.06, 0.12), (0.12, 0.25), (0.25, 1.1)))
        print(f"size {size} confidence {confidence} iou {iou}: mean best IoU {best.mean():.4f} recall@0.5 {(best >= 0.5).mean():.4f}"
              f" masks a picture {np.mean(counts):.1f} (fewest {min(counts)}); small to large {by_size}")


if __name__ == "__main__":
    main()
