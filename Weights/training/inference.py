"""From a picture to masks, as the engine does it: letterbox, network, NMS, masks at the picture's size."""

import cv2
import numpy as np
import torch
from safetensors.torch import load_file

from yolov8_seg import YOLOv8Seg, anchors, corners

MOST_MASKS = 300


def load(path):
    """A network from exported weights (.safetensors) or from the running average of a training checkpoint."""
    state = load_file(path) if str(path).endswith(".safetensors") else torch.load(path, weights_only=True)["average"]
    network = YOLOv8Seg()
    network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    return network.eval()


def letterbox(picture, size):
    """Scales the longer side to `size` and pads to whole strides with grey: (picture, (top, left, height, width) inside)."""
    h, w = picture.shape[:2]
    scale = size / max(h, w)
    nh, nw = max(round(h * scale), 1), max(round(w * scale), 1)
    if (nh, nw) != (h, w):
        picture = cv2.resize(picture, (nw, nh), interpolation=cv2.INTER_LINEAR)
    down, across = -nh % 32, -nw % 32
    top, left = round(down / 2 - 0.1), round(across / 2 - 0.1)
    picture = cv2.copyMakeBorder(picture, top, down - top, left, across - left, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    return picture, (top, left, nh, nw)


def suppress(boxes, scores, most_overlap):
    """Indices of the boxes that no better one covers, best first."""
    order = torch.argsort(scores, descending=True, stable=True)
    boxes = boxes[order].numpy()
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    alive, kept = np.ones(len(boxes), bool), []
    for k in range(len(boxes)):
        if not alive[k]:
            continue
        kept.append(k)
        if len(kept) == MOST_MASKS:
            break
        size = np.clip(np.minimum(boxes[k, 2:], boxes[:, 2:]) - np.maximum(boxes[k, :2], boxes[:, :2]), 0, None)
        inner = size[:, 0] * size[:, 1]
        alive &= inner <= most_overlap * (area[k] + area - inner)
    return order[kept]


@torch.inference_mode()
def predict(network, picture, size):
    """Everything the network says about a picture (blue, green, red bytes), before any threshold."""
    padded, place = letterbox(picture, size)
    x = torch.from_numpy(padded[..., ::-1].transpose(2, 0, 1).copy())[None].float() / 255
    bins, logits, coefficients, prototypes = network(x)
    sides = network.model[22].dfl(bins)
    boxes = corners(sides, *anchors(*padded.shape[:2]))[0]
    return boxes, logits[0, 0].sigmoid(), coefficients[0].T, prototypes[0], place


@torch.inference_mode()
def masks_of(prediction, shape, confidence, most_overlap):
    """Masks (P x height x width, bool) and scores of what passes the thresholds, best first."""
    boxes, scores, coefficients, prototypes, (top, left, nh, nw) = prediction
    sure = (scores > confidence).nonzero()[:, 0]
    kept = sure[suppress(boxes[sure], scores[sure], most_overlap)]
    logits = (coefficients[kept] @ prototypes.flatten(1)).view(len(kept), *prototypes.shape[1:]).numpy()
    gain_y, gain_x = nh / shape[0], nw / shape[1]
    edges = (boxes[kept] - torch.tensor([left, top, left, top])) / torch.tensor([gain_x, gain_y] * 2)
    edges = edges.ceil().int().clamp(torch.tensor(0), torch.tensor(shape[::-1] * 2)).tolist()
    masks = np.zeros((len(kept), *shape), bool)
    for mask, field, (x1, y1, x2, y2) in zip(masks, logits, edges):
        if x2 <= x1 or y2 <= y1:
            continue
        # Picture pixel -> prototype cell, both by their centres; only the box is ever looked at.
        inverse = np.array([[gain_x / 4, 0, (gain_x * (x1 + 0.5) + left) / 4 - 0.5],
                            [0, gain_y / 4, (gain_y * (y1 + 0.5) + top) / 4 - 0.5]], np.float32)
        view = cv2.warpAffine(field, inverse, (x2 - x1, y2 - y1), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
        mask[y1:y2, x1:x2] = view > 0
    return torch.from_numpy(masks), scores[kept]
