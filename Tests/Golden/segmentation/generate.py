"""Makes segmentation.json: what the references answer on small closed-form heads.

`ultralytics` answers through its own code. `official` is written here from the description of the
FastSAM repository's behaviour, independently of the Swift code. Inputs are integer formulas that
SegmentationTests/ClosedFormHead.swift repeats, so that no input is stored.

Run from anywhere:  python generate.py
Needs: torch, ultralytics==8.4.190, pycocotools
"""

import datetime
import json
import math
import pathlib
from types import SimpleNamespace

import numpy as np
import pycocotools.mask
import torch
import torch.nn.functional as F
import torchvision
import ultralytics
from ultralytics.models.fastsam import FastSAMPredictor
from ultralytics.utils.nms import non_max_suppression

H, W, BINS, PROTOTYPES = 64, 96, 8, 8
IMAGES = [(150, 90), (96, 60), (30, 20)]  # width, height; each is letterboxed to 64x96
CONFIDENCE, IOU = 0.3, 0.7


def unit(count, seed):
    """`count` floats in 0..<1 that float32 holds exactly."""
    i = (np.arange(count, dtype=np.uint64) + np.uint64(seed * 100003)) * np.uint64(2654435761)
    i ^= i >> np.uint64(15)
    i = (i * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    i ^= i >> np.uint64(13)
    return torch.from_numpy((i & np.uint64(0xFFFF)).astype(np.float32) / 65536)


def head(classes):
    """Raw maps of three levels, and the prototypes."""
    levels = []
    for level, stride in enumerate((8, 16, 32)):
        h, w = H // stride, W // stride
        boxes = unit(4 * BINS * h * w, 10 * level + 1).view(1, 4 * BINS, h, w) * 4 - 2
        scores = unit(classes * h * w, 10 * level + 2).view(1, classes, h, w) * 8 - 6
        coefficients = unit(PROTOTYPES * h * w, 10 * level + 3).view(1, PROTOTYPES, h, w) * 2 - 1
        levels.append((stride, boxes, scores, coefficients))
    y, x = torch.meshgrid(torch.arange(H // 4), torch.arange(W // 4), indexing="ij")
    maps = []
    for k in range(PROTOTYPES):
        a, b = 5 * k % 23, 7 * k % 16
        maps.append(((x - a) ** 2 + (y - b) ** 2).float() / 32 - (k % 4) - 0.5)
    return levels, torch.stack(maps)[None]


def decode(levels):
    """1 x (4 + nc + nm) x A."""
    columns = []
    for stride, boxes, scores, coefficients in levels:
        h, w = boxes.shape[2:]
        bins = torch.arange(BINS, dtype=torch.float32)
        sides = (boxes.view(4, BINS, h * w).softmax(1) * bins[None, :, None]).sum(1)
        y, x = torch.meshgrid(torch.arange(h) + 0.5, torch.arange(w) + 0.5, indexing="ij")
        centres = torch.stack([x.reshape(-1), y.reshape(-1)])
        low, high = centres - sides[:2], centres + sides[2:]
        columns.append(
            torch.cat(
                [
                    (low + high) / 2 * stride,
                    (high - low) * stride,
                    scores.view(scores.shape[1], -1).sigmoid(),
                    coefficients.view(PROTOTYPES, -1),
                ]
            )
        )
    return torch.cat(columns, 1)[None]


def rle(mask):
    return pycocotools.mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()


def listed(boxes, masks):
    return {
        "boxes": [[float(v) for v in row] for row in boxes],
        "codes": [rle(m) for m in masks],
    }


# -- ultralytics ----------------------------------------------------------------------------------


def ultralytics_result(predictions, prototypes, width, height, retina):
    predictor = FastSAMPredictor(
        overrides=dict(conf=CONFIDENCE, iou=IOU, retina_masks=retina, imgsz=W, mode="predict")
    )
    predictor.model = SimpleNamespace(names={0: "object"}, end2end=False)
    predictor.batch = [["x.png"]]
    picture = np.zeros((height, width, 3), np.uint8)
    with torch.no_grad():
        result = predictor.postprocess(
            (predictions.clone(), prototypes.clone()), torch.zeros(1, 3, H, W), [picture]
        )[0]
    return predictor, result


def points(width, height):
    """Prompts: points with labels, and boxes."""
    u = unit(400, 77).double()
    prompts = []
    for i in range(12):
        count = 1 + i % 3
        at = [[float(u[20 * i + 2 * j]) * (width - 1), float(u[20 * i + 2 * j + 1]) * (height - 1)]
              for j in range(count)]
        prompts.append({"points": at, "labels": [1 if j == 0 or i % 2 else 0 for j in range(count)]})
    for i in range(8):
        x1, y1, x2, y2 = (float(v) for v in u[300 + 4 * i : 304 + 4 * i])
        prompts.append({"boxes": [[min(x1, x2) * width, min(y1, y2) * height,
                                   max(x1, x2) * width * 0.8 + width * 0.19,
                                   max(y1, y2) * height * 0.8 + height * 0.19]]})
    return prompts


def ultralytics_case(predictions, prototypes, width, height, size):
    predictor, result = ultralytics_result(predictions, prototypes, width, height, size == "full")
    rows = result.boxes.data.numpy()
    answers = []
    for prompt in points(width, height):
        chosen = predictor.prompt(
            [result], points=prompt.get("points"), labels=prompt.get("labels"),
            bboxes=prompt.get("boxes"))[0].boxes.data.numpy()
        ids = [int(np.flatnonzero((rows == row).all(1))[0]) for row in chosen]
        answers.append({**prompt, "ids": sorted(ids)})
    return {**listed(rows, result.masks.data.numpy()), "prompts": answers}


# -- official, from its description ---------------------------------------------------------------


def bilinear(maps, size):
    return F.interpolate(maps[None], size, mode="bilinear", align_corners=False)[0]


def inside(boxes, h, w):
    x, y = torch.arange(w)[None, None], torch.arange(h)[None, :, None]
    x1, y1, x2, y2 = (boxes[:, i, None, None] for i in range(4))
    return (x >= x1) & (x < x2) & (y >= y1) & (y < y2)


def official_case(predictions, prototypes, width, height, size):
    p = predictions[0].T
    p = p[p[:, 4] > CONFIDENCE]
    p = p[p[:, 4].argsort(descending=True, stable=True)]
    corners = torch.cat([p[:, :2] - p[:, 2:4] / 2, p[:, :2] + p[:, 2:4] / 2], 1)
    kept = torchvision.ops.nms(corners, p[:, 4], IOU)[:300]
    boxes, scores, coefficients = corners[kept], p[kept, 4], p[kept, 5:]
    boxes[boxes[:, 0] < 20, 0] = 0
    boxes[boxes[:, 1] < 20, 1] = 0
    boxes[boxes[:, 2] > W - 20, 2] = W
    boxes[boxes[:, 3] > H - 20, 3] = H
    shared = (boxes[:, 2].clamp(max=W) - boxes[:, 0]) * (boxes[:, 3].clamp(max=H) - boxes[:, 1])
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    boxes[shared / (area + W * H - shared) > 0.9] = torch.tensor([0.0, 0.0, W, H])

    gain = min(H / height, W / width)
    left, top = round((W - width * gain) / 2 - 0.1), round((H - height * gain) / 2 - 0.1)
    back = (boxes - torch.tensor([left, top, left, top])) / gain
    back[:, 0::2] = back[:, 0::2].clamp(0, width)
    back[:, 1::2] = back[:, 1::2].clamp(0, height)

    h, w = prototypes.shape[2:]
    logits = (coefficients @ prototypes[0].view(PROTOTYPES, -1)).view(-1, h, w)
    if size == "full":
        g = min(h / height, w / width)
        px, py = (w - width * g) / 2, (h - height * g) / 2
        cut = logits[:, int(py) : int(h - py), int(px) : int(w - px)]
        masks = (bilinear(cut, (height, width)) * inside(back, height, width)) > 0
    else:
        masks = bilinear(logits * inside(boxes * 0.25, h, w), (H, W)) > 0
    masks = masks.numpy()

    mh, mw = masks.shape[1:]
    answers = []
    for prompt in points(width, height):
        if "points" in prompt:
            scaled = [(int(x * mw / width), int(y * mh / height)) for x, y in prompt["points"]]
            canvas = np.zeros((mh, mw), bool)
            for mask in sorted(masks, key=lambda m: m.sum(), reverse=True):
                for (x, y), label in zip(scaled, prompt["labels"]):
                    if mask[y, x]:
                        canvas[mask] = label == 1
            answers.append({**prompt, "merged": rle(canvas), "area": int(canvas.sum())})
        else:
            b = prompt["boxes"][0]
            if (mh, mw) != (height, width):
                b = [int(v * n / m) for v, n, m in zip(b, (mw, mh) * 2, (width, height) * 2)]
            x1, y1, x2, y2 = (round(v) for v in b)
            within = masks[:, max(y1, 0) : min(y2, mh), max(x1, 0) : min(x2, mw)].sum((1, 2))
            total = (min(x2, mw) - max(x1, 0)) * (min(y2, mh) - max(y1, 0)) + masks.sum((1, 2))
            answers.append({**prompt, "ids": [int(np.argmax(within / (total - within)))]})
    rows = torch.cat([back, scores[:, None], torch.zeros(len(scores), 1)], 1)
    return {**listed(rows, masks), "prompts": answers}


# -- all ------------------------------------------------------------------------------------------

torch.manual_seed(0)
levels, prototypes = head(1)
predictions = decode(levels)
cases = []
for width, height in IMAGES:
    for profile, run in (("ultralytics", ultralytics_case), ("official", official_case)):
        for size in ("full", "network"):
            cases.append(
                {"width": width, "height": height, "profile": profile, "masks": size,
                 **run(predictions, prototypes, width, height, size)})

many, _ = head(5)
rows = non_max_suppression(decode(many), 0.25, 0.5, nc=5)[0]
golden = {
    "provenance": {
        "date": datetime.date.today().isoformat(),
        "seed": "closed form",
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "ultralytics": ultralytics.__version__,
    },
    "confidence": CONFIDENCE,
    "iou": IOU,
    "cases": cases,
    "classes": [[float(v) for v in row[:6]] for row in rows],
    "predictions": [float(v) for v in predictions[0, :, ::17].reshape(-1)],
}
path = pathlib.Path(__file__).with_name("segmentation.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.stat().st_size, "bytes;", [len(c["boxes"]) for c in cases], len(golden["classes"]))
