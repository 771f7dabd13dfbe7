"""Writes the shipped file: the averaged weights in half precision, with calibrated scores and what the engine must know.

    python finish.py --checkpoint work/run/checkpoint.pt --output ../demo.safetensors --slope 0.567 --shift 0.576 --size 640

The class logit becomes slope * logit + shift, folded into the last class convolution: an increasing map, so the order of
masks stays and only what the thresholds 0.05 and 0.4 mean is settled.
"""

import argparse
import json

import torch
from safetensors.torch import save_file

METADATA = {
    "format": "pt",
    "names": json.dumps({"0": "object"}),
    "stride": "32",
    "license": "Apache-2.0",
    "description": "Demo weights: segments everything, trained from scratch on pictures drawn by a program",
    "variant": "yolov8n-seg, one class",
    "trained_with": "Weights/training (PyTorch, CPU)",
}


def calibrated(state, slope, shift):
    for level in range(3):
        weight, bias = (f"model.22.cv3.{level}.2.{part}" for part in ("weight", "bias"))
        state[weight] = state[weight] * slope
        state[bias] = state[bias] * slope + shift
    return state


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--checkpoint", required=True)
    arguments.add_argument("--output", default="../demo.safetensors")
    arguments.add_argument("--slope", type=float, default=1.0)
    arguments.add_argument("--shift", type=float, default=0.0)
    arguments.add_argument("--size", type=int, default=480)
    options = arguments.parse_args()
    state = torch.load(options.checkpoint, weights_only=True)
    step, state = state["step"], calibrated(state["average"], options.slope, options.shift)
    halves = {k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in state.items()}
    if not all(torch.isfinite(v).all() for v in halves.values()):
        raise SystemExit("a weight does not fit half precision")
    save_file(halves, options.output, {**METADATA, "imgsz": str(options.size)})
    print(f"{options.output}: step {step}, {sum(v.numel() for v in halves.values()):,} values")


if __name__ == "__main__":
    main()
