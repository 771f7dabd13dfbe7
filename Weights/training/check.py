"""Compares our network file with the reference implementation, if that is installed (`pip install ultralytics`).

Nothing of the reference is used in training: this only shows that the same weights mean the same function in both.

    python check.py [--weights ../demo.safetensors]
"""

import argparse

import torch

from inference import load
from yolov8_seg import YOLOv8Seg, anchors, corners


def shaken_network():
    """Random weights whose normalisation has seen data, so that no layer is trivially zero or one."""
    torch.manual_seed(3)
    network = YOLOv8Seg()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.5
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.2)
    with torch.no_grad():
        for _ in range(4):
            network(torch.rand(2, 3, 128, 128))
    return network.eval()


def reference(state):
    from ultralytics.nn.tasks import SegmentationModel
    model = SegmentationModel("yolov8n-seg.yaml", nc=1, verbose=False)
    model.load_state_dict(state, strict=True)
    return model.eval()


@torch.no_grad()
def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--weights")
    options = arguments.parse_args()
    network = load(options.weights) if options.weights else shaken_network()
    x = torch.rand(1, 3, 192, 256)
    bins, logits, coefficients, prototypes = network(x)
    box = corners(network.model[22].dfl(bins), *anchors(192, 256)).transpose(1, 2)
    ours = torch.cat([(box[:, :2] + box[:, 2:]) / 2, box[:, 2:] - box[:, :2], logits.sigmoid(), coefficients], 1)
    theirs = reference(network.state_dict())(x)[0]
    rows, masks = theirs if isinstance(theirs, (tuple, list)) else (theirs, None)
    for name, a, b in (("predictions", ours, rows), ("prototypes", prototypes, masks)):
        print(name, tuple(a.shape), "largest difference", (a - b).abs().max().item())


if __name__ == "__main__":
    main()
