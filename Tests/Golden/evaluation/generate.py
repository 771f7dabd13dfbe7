"""Makes proposals.json (what pycocotools says of small, awkward data sets) and edges.json (what SciPy and scikit-image say of
small edge maps).

Run with: python Tests/Golden/evaluation/generate.py  (numpy, scipy, scikit-image, pycocotools)
"""

import contextlib
import copy
import datetime
import importlib.metadata
import io
import json
import pathlib

import numpy as np
from pycocotools import mask as run_lengths
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from scipy import ndimage, sparse
from scipy.io import savemat
from scipy.optimize import linear_sum_assignment
from skimage.morphology import thin

SEED = 20261123
LIMITS = [1, 10, 100, 1000]
HERE = pathlib.Path(__file__).parent


def encode(mask):
    code = run_lengths.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": code["size"], "counts": code["counts"].decode()}


def counts(mask):
    flat = mask.T.ravel().astype(np.int8)
    places = np.concatenate([[0], np.nonzero(np.diff(flat))[0] + 1, [flat.size]])
    lengths = np.diff(places).tolist()
    return [0] + lengths if flat[0] else lengths


def polygons(rng):
    """Corners in the picture, on pixel edges and middles, outside, repeated, crossing."""
    for index in range(60):
        width, height = (int(v) for v in rng.integers(1, 40, 2))
        corners = int(rng.integers(3, 9))
        spread = rng.uniform(0.6, 1.6)
        xy = (rng.random((corners, 2)) - 0.5) * spread + 0.5
        xy = xy * [width, height]
        if index % 4 == 1:
            xy = np.round(xy)
        if index % 4 == 2:
            xy = np.round(xy * 2) / 2
        if index % 10 == 3:
            xy[1] = xy[0]
        if index % 10 == 4:
            xy[:, 0] = xy[0, 0]
        if index % 10 == 5:
            xy += [0, height * 0.7]
        corners = np.round(xy, 3).ravel().tolist()
        code = run_lengths.frPyObjects([corners], height, width)[0]
        yield {"width": width, "height": height, "corners": corners, "counts": counts(run_lengths.decode(code))}


def blob(rng, height, width, radius):
    y, x = np.mgrid[:height, :width]
    cy, cx = rng.uniform(0, height), rng.uniform(0, width)
    angle, ratio = rng.uniform(0, np.pi), rng.uniform(0.4, 1)
    u = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
    v = (y - cy) * np.cos(angle) - (x - cx) * np.sin(angle)
    mask = u**2 + (v / ratio) ** 2 < radius**2
    return mask if mask.any() else np.indices((height, width)).sum(0) == 0


def shaken(rng, mask):
    """A mask that overlaps the given one more or less."""
    kind = rng.integers(0, 5)
    if kind == 0:
        return mask
    if kind == 1:
        return np.roll(mask, tuple(rng.integers(-4, 5, 2)), (0, 1))
    if kind == 2:
        return ndimage.binary_dilation(mask, iterations=int(rng.integers(1, 4)))
    if kind == 3:
        smaller = ndimage.binary_erosion(mask, iterations=int(rng.integers(1, 3)))
        return smaller if smaller.any() else mask
    return mask & (np.arange(mask.shape[1]) > rng.integers(0, mask.shape[1]))


def box_of(mask):
    return run_lengths.toBbox(run_lengths.encode(np.asfortranarray(mask.astype(np.uint8)))).tolist()


def dataset(rng, pictures, truths, proposals, categories, crowds=0.1, scores=50, boxes=True, sizes=(20, 200)):
    """A data set and results; few distinct `scores` make ties."""
    images, annotations, results = [], [], []
    for picture in range(pictures):
        height, width = (int(v) for v in rng.integers(*sizes, 2))
        picture_id = 3 + 7 * ((picture * 11) % pictures)
        images.append({"id": picture_id, "file_name": f"{picture_id:06}.jpg", "width": width, "height": height})
        masks = []
        for _ in range(rng.integers(int(picture == 0), truths + 1)):
            mask = blob(rng, height, width, rng.choice([4, 16, 18, 55, 80]))
            masks.append(mask)
            box, area = box_of(mask), float(mask.sum())
            if rng.random() < 0.15:
                area = float(rng.choice([1024, 9216]))  # at the ranges' limits
            crowd = rng.random() < crowds
            segmentation = encode(mask)
            style = rng.integers(0, 3)
            if style == 1:
                segmentation = {"size": [height, width], "counts": counts(mask)}
            elif style == 2 and not crowd:
                x, y, w, h = box
                segmentation = [[x, y, x + w * 0.7, y, x + w, y + h, x, y + h], [x + w / 2, y, x + w, y, x + w, y + h]]
            annotations.append({
                "id": len(annotations) + 1, "image_id": picture_id, "bbox": box, "area": area, "iscrowd": int(crowd),
                "category_id": int(rng.choice(categories)), "segmentation": segmentation,
            })
        for _ in range(rng.integers(proposals // 2 if picture == 0 else 0, proposals + 1)):
            mask = shaken(rng, masks[rng.integers(len(masks))]) if masks and rng.random() < 0.8 else blob(rng, height, width, 20)
            result = {
                "image_id": picture_id, "category_id": int(rng.choice(categories)),
                "score": round(float(rng.integers(1, scores)) / scores, 4), "segmentation": encode(mask),
            }
            if boxes:
                result["bbox"] = [round(v + float(rng.choice([0, 0, 0.25])), 2) for v in box_of(mask)]
            results.append(result)
    return {"images": images, "annotations": annotations, "categories": [{"id": c} for c in categories]}, results


def stats(truth, results, kind, by_category):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = copy.deepcopy(truth)
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(copy.deepcopy(results)), kind)
        evaluation.params.maxDets = LIMITS
        evaluation.params.useCats = int(by_category)
        evaluation.evaluate()
        evaluation.accumulate()
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]

    def mean(values):
        values = values[values > -1]
        return float(values.mean()) if values.size else None

    best, areas = [], []
    categories = sorted(c["id"] for c in truth["categories"])
    for picture in evaluation.params.imgIds:
        groups = categories if by_category else [-1]
        for category in groups:
            chosen = [category] if by_category else categories
            gts = [g for c in chosen for g in evaluation._gts[picture, c]]
            if gts:
                ious = np.array(evaluation.ious[picture, category])
                found = ious.max(0) if ious.size else np.zeros(len(gts))
                best += [float(b) for b, g in zip(found, gts) if not g["iscrowd"]]
                areas += [g["area"] for g in gts if not g["iscrowd"]]
    best, areas = np.array(best), np.array(areas)
    ranges = evaluation.params.areaRng
    return {
        "averagePrecision": [mean(precision[:, :, :, a, 2]) for a in range(4)],
        "precisionAtHalf": mean(precision[0, :, :, 0, 2]),
        "precisionAtThreeQuarters": mean(precision[5, :, :, 0, 2]),
        "averageRecall": [[mean(recall[:, :, a, m]) for m in range(len(LIMITS))] for a in range(4)],
        "meanBestOverlap": [mean(best[(areas >= low) & (areas <= high)]) if len(best) else None for low, high in ranges],
        "halfCovered": mean((best >= 0.5).astype(float)) if len(best) else None,
    }


def proposal_cases(rng):
    cases = {
        "one picture": dataset(rng, 1, 3, 3, [1]),
        "several pictures": dataset(rng, 9, 8, 30, [1]),
        "ties": dataset(rng, 8, 6, 40, [1], scores=3),
        "crowds": dataset(rng, 8, 6, 25, [1], crowds=0.5),
        "no crowd, large pictures": dataset(rng, 5, 6, 20, [1], crowds=0, sizes=(150, 260)),
        "categories": dataset(rng, 9, 9, 30, [2, 5, 18], scores=9),
        "masks without boxes": dataset(rng, 6, 6, 25, [1], boxes=False),
        "more than a hundred": dataset(rng, 2, 5, 330, [1], sizes=(30, 60)),
        "more than a thousand": dataset(rng, 1, 9, 1400, [1], scores=100, sizes=(24, 30)),
    }
    truth, results = dataset(rng, 4, 5, 10, [1])
    cases["nothing marked"] = ({**truth, "annotations": []}, results)
    cases["one proposal altogether"] = (truth, results[:1])
    cases["only crowds"] = ({**truth, "annotations": [{**a, "iscrowd": 1} for a in truth["annotations"]]}, results)
    for name, (truth, results) in cases.items():
        yield {
            "name": name, "truth": json.dumps(truth), "results": json.dumps(results),
            "expected": {
                f"{measure} {'by' if by_category else 'any'} category": stats(truth, results, kind, by_category)
                for measure, kind in (("boxes", "bbox"), ("masks", "segm")) for by_category in (False, True)
            },
        }


def correspondence(first, second, radius):
    """Two maps' pixels, one to one, within the radius: how many pairs at most, and the least sum of distances of so many."""
    a, b = np.argwhere(first), np.argwhere(second)
    if not len(a) or not len(b):
        return 0, 0.0
    distance = np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1))
    near = distance <= radius
    pairs = sparse.csgraph.maximum_bipartite_matching(sparse.csr_matrix(near), perm_type="column")
    cost = np.where(near, distance, 1e6)
    rows, columns = linear_sum_assignment(cost)
    kept = near[rows, columns]
    assert kept.sum() == (pairs >= 0).sum()
    return int(kept.sum()), float(distance[rows, columns][kept].sum())


def lines(rng, height, width, count):
    image = np.zeros((height, width), bool)
    for _ in range(count):
        start, end = rng.uniform(0, [height, width], (2, 2))
        steps = int(np.abs(end - start).max()) + 2
        path = np.linspace(start, end, steps).astype(int)
        image[path[:, 0], path[:, 1]] = True
    return image


def bits(image):
    return ["".join("#" if v else "." for v in row) for row in image]


def edge_cases(rng):
    for index in range(12):
        height, width = (int(v) for v in rng.integers(12, 40, 2))
        first = lines(rng, height, width, 4)
        second = np.roll(first, tuple(rng.integers(-2, 3, 2)), (0, 1)) | lines(rng, height, width, 1)
        if index == 0:
            second[:] = False
        if index == 1:
            first = rng.random((height, width)) < 0.4
            second = rng.random((height, width)) < 0.4
        radius = float([1, 1.5, 2.2, 4.3367][index % 4])
        found, cost = correspondence(first, second, radius)
        thick = ndimage.binary_dilation(first, iterations=index % 3)
        yield {
            "first": bits(first), "second": bits(second), "radius": radius, "pairs": found, "leastSum": cost,
            "thick": bits(thick), "thin": bits(thin(thick)),
        }


def summary_case(rng):
    """Counts of three pictures at many thresholds, and the benchmark's figures of them, from their definitions."""
    thresholds = 99
    counts = []
    for _ in range(3):
        predicted = np.sort(rng.integers(50, 900, thresholds))[::-1]
        right = (predicted * np.clip(np.linspace(0.3, 0.95, thresholds) + rng.normal(0, 0.01, thresholds), 0, 1)).astype(int)
        wanted = int(rng.integers(1000, 2000))
        found = np.minimum(wanted, (right * rng.uniform(1.2, 1.9)).astype(int))
        counts.append({"predicted": predicted.tolist(), "right": right.tolist(), "wanted": [wanted] * thresholds, "found": found.tolist()})

    def curve(c):
        recall = np.array(c["found"]) / np.maximum(np.array(c["wanted"]), 1e-12)
        precision = np.array(c["right"]) / np.maximum(np.array(c["predicted"]), 1e-12)
        return recall, precision

    def best(recall, precision):
        """The best F on the curve, straight between neighbours in 100 steps."""
        part = np.linspace(0, 1, 100)
        r = recall[:-1, None] * (1 - part) + recall[1:, None] * part
        p = precision[:-1, None] * (1 - part) + precision[1:, None] * part
        return float((2 * r * p / np.maximum(r + p, 1e-12)).max())

    total = {key: np.sum([c[key] for c in counts], 0) for key in counts[0]}
    recall, precision = curve(total)
    chosen = {key: 0 for key in total}
    for c in counts:
        r, p = curve(c)
        place = int(np.argmax(2 * r * p / np.maximum(r + p, 1e-12)))
        for key in chosen:
            chosen[key] += c[key][place]
    r, p = chosen["found"] / chosen["wanted"], chosen["right"] / chosen["predicted"]
    distinct, first = np.unique(recall, return_index=True)
    at = np.arange(101) / 100
    inside = (at >= distinct[0]) & (at <= distinct[-1])
    ap = np.interp(at[inside], distinct, precision[first]).sum() / 100
    levels, place = np.unique(precision, return_index=True)
    r50 = np.interp(max(levels[0], 0.5), levels, recall[place])
    return {"counts": counts, "ods": best(recall, precision), "ois": float(2 * r * p / (r + p)), "ap": float(ap), "r50": float(r50)}


def boundary_file(rng):
    """What BSDS500 ships: a cell of structs with `Segmentation` and `Boundaries`, compressed."""
    maps = [lines(rng, 17, 23, n) for n in (2, 3)]
    cell = np.empty((1, 2), object)
    for i, m in enumerate(maps):
        cell[0, i] = {"Segmentation": np.full(m.shape, i + 1, np.uint16), "Boundaries": m.astype(bool)}
    savemat(HERE / "boundaries.mat", {"groundTruth": cell}, do_compression=True)
    savemat(HERE / "plain.mat", {"groundTruth": cell}, do_compression=False)
    return [bits(m) for m in maps]


def write(name, document):
    text = json.dumps(document, separators=(",", ":"))
    (HERE / name).write_text(text.replace('{"name"', '\n{"name"') + "\n")


def main():
    rng = np.random.default_rng(SEED)
    write("proposals.json", {
        "overlaps": COCOeval(iouType="bbox").params.iouThrs.tolist(), "polygons": list(polygons(rng)),
        "cases": list(proposal_cases(rng)),
    })
    write("edges.json", {"maps": list(edge_cases(rng)), "summary": summary_case(rng), "boundaries": boundary_file(rng)})
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("numpy", "scipy", "scikit-image", "pycocotools"))
    (HERE / "PROVENANCE.md").write_text(f"Generated by `generate.py` on {datetime.date.today()} with seed {SEED}: {versions}.\n")


main()
