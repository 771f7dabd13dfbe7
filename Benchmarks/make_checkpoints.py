"""Writes FastSAM-s and FastSAM-x checkpoints with random weights in the published shapes.

The time of a forward pass does not depend on what the weights are, as long as the activations stay
ordinary numbers. Fresh weights alone would let them fade or explode over a hundred layers, so batch
norm is calibrated on noise first. A file that is already there is left alone: to measure the
published weights, put them at FOLDER/s.pt and FOLDER/x.pt.

usage: make_checkpoints.py FOLDER
"""

import sys
from pathlib import Path

import torch
import ultralytics
from ultralytics.nn.tasks import SegmentationModel, yaml_model_load

# The published FastSAM-x spreads each box side over 26 bins, not over 16.
BINS = {"s": 16, "x": 26}


def calibrated(scale: str) -> SegmentationModel:
    """A seeded one-class model whose batch norm has seen noise."""
    torch.manual_seed(0)
    shape = yaml_model_load(f"yolov8{scale}-seg.yaml") | {"reg_max": BINS[scale]}
    model = SegmentationModel(shape, nc=1, verbose=False)
    norms = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain average over the batches below
    model.train()
    with torch.no_grad():
        for _ in range(2):
            model(torch.rand(1, 3, 320, 320))
    model.names = {0: "object"}
    return model.eval()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for scale in BINS:
        path = folder / f"{scale}.pt"
        if path.exists():
            continue
        arguments = {"task": "segment", "imgsz": 1024}
        model = calibrated(scale)
        model.args = arguments
        torch.save(
            {"model": model.half(), "ema": None, "epoch": -1, "train_args": arguments,
             "version": ultralytics.__version__}, path)
        print(path, sum(p.numel() for p in model.parameters()), "parameters")


if __name__ == "__main__":
    main()
