"""What the network is asked for.

Assignment and class target follow TOOD (Feng et al. 2021): an anchor stands for a region if it both believes in it and
fits it. Two changes suit "segment everything": an anchor may only stand for a region that *contains its centre* (boxes
of neighbouring regions overlap nearly everywhere, their masks do not), and the class target measures box *and* mask,
so that the score ranks masks. Boxes: CIoU (Zheng et al. 2019) and DFL (Li et al. 2020). Masks: YOLACT (Bolya et al. 2019).
"""

import math

import torch
import torch.nn.functional as F

from yolov8_seg import BINS, STRIDES, anchors, corners

ANCHORS_PER_REGION = 10
SCORE_POWER, FIT_POWER = 0.5, 6.0
MASKS_PER_PICTURE = 48
GAINS = {"box": 7.5, "dfl": 1.5, "class": 1.0, "mask": 5.0}


def overlap(a, b):
    """IoU of boxes of any broadcastable shapes (... x 4)."""
    size = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(0)
    inner = size[..., 0] * size[..., 1]
    area = lambda r: (r[..., 2] - r[..., 0]) * (r[..., 3] - r[..., 1])
    return inner / (area(a) + area(b) - inner + 1e-7)


def complete_iou(a, b):
    """IoU less the distance of the centres and the difference in aspect."""
    iou = overlap(a, b)
    hull = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    gap = (a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) / 2
    distance = gap.square().sum(-1) / (hull.square().sum(-1) + 1e-7)
    (aw, ah), (bw, bh) = (a[..., 2:] - a[..., :2]).unbind(-1), (b[..., 2:] - b[..., :2]).unbind(-1)
    aspect = (4 / math.pi**2) * (torch.atan(bw / (bh + 1e-7)) - torch.atan(aw / (ah + 1e-7))).square()
    with torch.no_grad():
        weight = aspect / (1 - iou + aspect + 1e-7)
    return iou - distance - weight * aspect


def cover_at_centres(masks):
    """How much of each region lies under each anchor's centre (N x K x A): the four prototype cells that meet there."""
    rows = []
    for stride in STRIDES:
        step = stride // 4
        first = step // 2 - 1
        four = sum(masks[:, :, first + dy::step, first + dx::step] for dy in (0, 1) for dx in (0, 1)) / 4
        rows.append(four.flatten(2))
    return rows


def candidates(masks):
    """Anchors whose centre is in the region; of a region too thin for that, those that come nearest. Per level."""
    allowed = []
    for cover in cover_at_centres(masks):
        best = cover.amax(-1, keepdim=True)
        allowed.append((cover >= torch.minimum(best * 0.9, torch.full_like(best, 0.5))) & (cover > 0.05))
    return torch.cat(allowed, -1)


@torch.no_grad()
def assign(scores, boxes, regions, masks):
    """For each anchor the region it stands for and how well (both N x A); fit is 0 where it stands for nothing."""
    fit = overlap(regions[:, :, None], boxes[:, None])  # N x K x A
    present = (regions[..., 2] > regions[..., 0])[..., None]
    allowed = candidates(masks) & present
    metric = scores[:, None].pow(SCORE_POWER) * fit.pow(FIT_POWER) * allowed
    # A tiny constant keeps a region's candidates in play before anything fits it.
    metric = metric + 1e-9 * allowed
    top = metric.topk(ANCHORS_PER_REGION, -1)
    chosen = torch.zeros_like(metric).scatter_(-1, top.indices, top.values)
    # An anchor wanted by several regions goes to the one it fits best.
    owner = (fit * (chosen > 0)).argmax(1)  # N x A
    taken = chosen.gather(1, owner[:, None])[:, 0]
    fit = fit.gather(1, owner[:, None])[:, 0]
    return owner, taken, fit


def class_targets(owner, taken, quality, regions_count):
    """TOOD's normalisation: a region's best anchor is asked for the best quality, the others for their share of it."""
    n, a = owner.shape
    best_metric = torch.zeros(n, regions_count).scatter_reduce_(1, owner, taken, "amax")
    best_quality = torch.zeros(n, regions_count).scatter_reduce_(1, owner, quality * (taken > 0), "amax")
    return taken / (best_metric.gather(1, owner) + 1e-9) * best_quality.gather(1, owner)


@torch.no_grad()
def mask_quality(coefficients, prototypes, targets, boxes):
    """IoU of P masks with their regions on a grid of half the prototypes' size, inside the predicted boxes."""
    small = F.avg_pool2d(prototypes[None], 2)[0]
    wanted = F.avg_pool2d(targets[None], 2)[0]
    drawn = ((coefficients @ small.flatten(1)).view(len(boxes), *small.shape[1:]) > 0).float()
    drawn *= inside(boxes / 8, *small.shape[1:])
    inner = (drawn * wanted).sum((1, 2))
    return inner / (drawn.sum((1, 2)) + wanted.sum((1, 2)) - inner + 1e-6)


def inside(boxes, height, width):
    """1 in each box, 0 around it (P x height x width); boxes are in cells."""
    x, y = torch.arange(width) + 0.5, torch.arange(height) + 0.5
    column = (x >= boxes[:, None, 0]) & (x < boxes[:, None, 2])
    row = (y >= boxes[:, None, 1]) & (y < boxes[:, None, 3])
    return (row[:, :, None] & column[:, None]).float()


def mask_loss(coefficients, prototypes, targets, boxes):
    """Cross entropy inside the box, each region counting alike, and the Dice distance."""
    height, width = prototypes.shape[1:]
    logits = (coefficients @ prototypes.flatten(1)).view(-1, height, width)
    crop = inside(boxes / 4 + torch.tensor([-0.5, -0.5, 0.5, 0.5]), height, width)
    entropy = F.binary_cross_entropy_with_logits(logits, targets, reduction="none") * crop
    entropy = entropy.sum((1, 2)) / (crop.sum((1, 2)) + 1e-6)
    drawn = logits.sigmoid() * crop
    dice = 1 - (2 * (drawn * targets).sum((1, 2)) + 1) / (drawn.sum((1, 2)) + targets.sum((1, 2)) + 1)
    return entropy + dice


def spread_pick(owner, wanted):
    """At most MASKS_PER_PICTURE of the wanted anchors, small regions as likely as large ones."""
    index = wanted.nonzero()[:, 0]
    if len(index) <= MASKS_PER_PICTURE:
        return index
    share = 1 / torch.bincount(owner[index]).float()[owner[index]]
    return index[torch.multinomial(share, MASKS_PER_PICTURE)]


def loss(output, regions, masks):
    """Weighted sum and its parts, for the network's raw output and the regions of a batch."""
    bins, logits, coefficients, prototypes = (t.float() for t in output)
    logits = logits[:, 0]
    height, width = masks.shape[2] * 4, masks.shape[3] * 4
    centres, strides = anchors(height, width)
    distribution = bins.view(len(bins), 4, BINS, -1)
    sides = (distribution.softmax(2) * torch.arange(BINS, dtype=torch.float32)[:, None]).sum(2)
    boxes = corners(sides, centres, strides)
    masks = masks.float() / 255

    owner, taken, fit = assign(logits.detach().sigmoid(), boxes.detach(), regions, masks)
    positive = taken > 0
    quality = fit.clone()
    mask_terms = []
    mixes, prototypes = coefficients.transpose(1, 2).unbind(0), prototypes.unbind(0)
    for k in range(len(boxes)):
        index = positive[k].nonzero()[:, 0]
        if not len(index):
            continue
        shape = mask_quality(mixes[k][index], prototypes[k], masks[k, owner[k, index]], boxes[k, index].detach())
        quality[k, index] = (fit[k, index] * shape).sqrt()
        index = spread_pick(owner[k], positive[k])
        mask_terms.append(mask_loss(mixes[k][index], prototypes[k], masks[k, owner[k, index]], regions[k, owner[k, index]]))
    target = class_targets(owner, taken, quality, regions.shape[1])
    total = target.sum().clamp(min=1)

    weight = target[positive]
    goal = regions.gather(1, owner[..., None].expand(-1, -1, 4))[positive]
    at, stride = centres.expand(len(boxes), -1, -1)[positive], strides.expand(len(boxes), -1)[positive]
    box_term = ((1 - complete_iou(boxes[positive], goal)) * weight).sum() / total
    distance = (torch.cat([at - goal[:, :2], goal[:, 2:] - at], 1) / stride[:, None]).clamp(0, BINS - 1.01)
    low = distance.long()
    share = distance - low
    chosen = distribution.permute(0, 3, 1, 2)[positive].log_softmax(-1)  # P x 4 x BINS
    between = chosen.gather(2, low[..., None])[..., 0] * (1 - share) + chosen.gather(2, low[..., None] + 1)[..., 0] * share
    dfl_term = -(between.mean(1) * weight).sum() / total
    class_term = F.binary_cross_entropy_with_logits(logits, target, reduction="sum") / total
    mask_term = torch.cat(mask_terms).mean() if mask_terms else boxes.sum() * 0
    parts = {"box": box_term, "dfl": dfl_term, "class": class_term, "mask": mask_term}
    return sum(GAINS[name] * value for name, value in parts.items()), {k: v.item() for k, v in parts.items()}
