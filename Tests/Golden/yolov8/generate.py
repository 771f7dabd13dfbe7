"""Makes yolov8.json: what ultralytics' SegmentationModel computes for two tiny YOLOv8-seg networks.

Weights and input are integer formulas of each tensor's name that the tests repeat (SyntheticNumbers,
TinyYOLOv8), so no number of them is stored. The sums are done in double precision. Of each value the
file keeps its shape, largest magnitude, a checksum that weighs every element by its place, and a few
elements.

Run from anywhere:  python generate.py
Needs: torch, ultralytics==8.4.190
"""

import datetime
import json
import math
import pathlib
import platform

import numpy as np
import torch
import ultralytics
from ultralytics.nn.tasks import SegmentationModel

HEIGHT, WIDTH = 64, 96

# Few channels, no multiple of 16 among them but one, so that every block has empty lanes.
NETWORKS = {
    "nc1-bins16": dict(nc=1, bins=16, prototypes=8, hidden=24, stages=[8, 16, 24, 40, 48], neck=[40, 24, 40, 48],
                       repeats=[1, 2, 1, 1], neckRepeats=[1, 1, 2, 1]),
    "nc3-bins5": dict(nc=3, bins=5, prototypes=6, hidden=16, stages=[8, 8, 16, 24, 56], neck=[24, 8, 24, 40],
                      repeats=[1, 1, 2, 1], neckRepeats=[1, 2, 1, 1]),
}


def hashed(name):
    """FNV-1a in 32 bits."""
    value = 2166136261
    for byte in name.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def unit(count, seed):
    """`count` multiples of 2^-16 in 0..<1."""
    i = (np.arange(count, dtype=np.uint64) + np.uint64(seed)) * np.uint64(2654435761)
    i &= np.uint64(0xFFFFFFFF)
    i ^= i >> np.uint64(15)
    i = (i * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    i ^= i >> np.uint64(13)
    return (i & np.uint64(0xFFFF)).astype(np.float64) / 65536


def numbers(name, shape):
    u = unit(math.prod(shape), hashed(name))
    if name.endswith("dfl.conv.weight"):
        u = np.arange(u.size, dtype=np.float64)
    elif name.endswith("running_var") or name.endswith("bn.weight"):
        u = 0.5 + u
    elif len(shape) == 4:
        # Unit variance times what SiLU takes away.
        fan_in = shape[0] if name.endswith("upsample.weight") else math.prod(shape[1:])
        u = (2 * u - 1) * math.sqrt(6 / fan_in)
    else:
        u = (2 * u - 1) * 0.25
    return torch.from_numpy(u.astype(np.float32)).view(shape)


def description(n):
    c1, c2, c3, c4, c5 = n["stages"]
    m4, n3, n4, n5 = n["neck"]
    r, k = n["repeats"], n["neckRepeats"]
    return {
        "nc": n["nc"], "reg_max": n["bins"],
        "backbone": [
            [-1, 1, "Conv", [c1, 3, 2]], [-1, 1, "Conv", [c2, 3, 2]], [-1, r[0], "C2f", [c2, True]],
            [-1, 1, "Conv", [c3, 3, 2]], [-1, r[1], "C2f", [c3, True]], [-1, 1, "Conv", [c4, 3, 2]],
            [-1, r[2], "C2f", [c4, True]], [-1, 1, "Conv", [c5, 3, 2]], [-1, r[3], "C2f", [c5, True]],
            [-1, 1, "SPPF", [c5, 5]],
        ],
        "head": [
            [-1, 1, "nn.Upsample", [None, 2, "nearest"]], [[-1, 6], 1, "Concat", [1]], [-1, k[0], "C2f", [m4]],
            [-1, 1, "nn.Upsample", [None, 2, "nearest"]], [[-1, 4], 1, "Concat", [1]], [-1, k[1], "C2f", [n3]],
            [-1, 1, "Conv", [n3, 3, 2]], [[-1, 12], 1, "Concat", [1]], [-1, k[2], "C2f", [n4]],
            [-1, 1, "Conv", [n4, 3, 2]], [[-1, 9], 1, "Concat", [1]], [-1, k[3], "C2f", [n5]],
            [[15, 18, 21], 1, "Segment", [n["nc"], n["prototypes"], n["hidden"]]],
        ],
    }


def summary(name, value):
    value = value.double()
    flat = value.flatten().numpy()
    weights = 2 * unit(flat.size, hashed(name)) - 1
    places = [(2 * i + 1) * flat.size // 16 for i in range(8)]
    return {
        "name": name, "shape": list(value.shape), "largest": float(np.abs(flat).max()),
        "checksum": float((flat * weights).sum() / math.sqrt(flat.size)),
        "elements": [float(flat[i]) for i in places],
    }


def tensors(result):
    if torch.is_tensor(result):
        return [result]
    if isinstance(result, dict):
        result = result.values()
    return [t for part in result for t in tensors(part)] if hasattr(result, "__iter__") else []


def network(name, n):
    model = SegmentationModel(description(n), ch=3, nc=n["nc"], verbose=False).eval()
    state = model.state_dict()
    keys = [k for k in state if not k.endswith("num_batches_tracked")]
    for key in keys:
        state[key].copy_(numbers(key, state[key].shape))
    values = {}
    for i, module in enumerate(model.model[:22]):
        module.register_forward_hook(lambda _, __, out, i=i: values.__setitem__(f"model.{i}", out))
    head = model.model[22]
    for level in range(3):
        for branch, modules in (("boxes", head.cv2), ("classes", head.cv3), ("coefficients", head.cv4)):
            modules[level].register_forward_hook(
                lambda _, __, out, k=f"{branch}.{level}": values.__setitem__(k, out.clone()))
    head.proto.register_forward_hook(lambda _, __, out: values.__setitem__("prototypes", out))
    # A picture of bytes, so that it can also come from a file.
    levels = np.floor(256 * unit(3 * HEIGHT * WIDTH, hashed("input"))).astype(np.float32)
    picture = (torch.from_numpy(levels) / 255).double().view(1, 3, HEIGHT, WIDTH)
    with torch.no_grad():
        result = model.double()(picture)
    rows = 4 + n["nc"] + n["prototypes"]
    anchors = sum(HEIGHT // s * (WIDTH // s) for s in (8, 16, 32))
    predictions = next(t for t in tensors(result) if tuple(t.shape) == (1, rows, anchors))
    for part, begin, end in (("boxes", 0, 4), ("scores", 4, 4 + n["nc"]), ("coefficients", 4 + n["nc"], rows)):
        values[f"predictions.{part}"] = predictions[:, begin:end].contiguous()
    return {
        "name": name, **{k: v for k, v in n.items()},
        "parameters": sum(p.numel() for p in model.parameters()),
        "tensors": [f"{k} {'×'.join(map(str, state[k].shape))}" for k in keys],
        "values": [summary(k, v) for k, v in values.items()],
    }


def main():
    folder = pathlib.Path(__file__).parent
    networks = [network(name, n) for name, n in NETWORKS.items()]
    document = {"height": HEIGHT, "width": WIDTH, "networks": networks}
    text = json.dumps(document, ensure_ascii=False, indent=0).replace("\n", " ")
    (folder / "yolov8.json").write_text(text.replace('{ "name"', '\n{ "name"') + "\n")
    (folder / "PROVENANCE.md").write_text(
        f"Made by generate.py on {datetime.date.today()} with torch {torch.__version__}, "
        f"ultralytics {ultralytics.__version__}, numpy {np.__version__}, Python {platform.python_version()}; "
        "numbers are hashes of names, no seed.\n")
    for n in networks:
        print(n["name"], n["parameters"], [(v["name"], round(v["largest"], 3)) for v in n["values"]])


if __name__ == "__main__":
    main()
