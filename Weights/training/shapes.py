"""Outlines. Every shape is a list of parts, each an n x n picture of 0 / 255, later parts lying on earlier ones."""

import cv2
import numpy as np


def fill(n, points):
    mask = np.zeros((n, n), np.uint8)
    cv2.fillPoly(mask, [np.round(np.asarray(points) * 16).astype(np.int32)], 255, cv2.LINE_AA, shift=4)
    return mask


def ring(rng, harmonics, roughness, count=96):
    """A closed curve around 0 of radius about 1, from a few random harmonics."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    r = np.ones(count)
    for k in range(1, harmonics + 1):
        r += roughness / k**0.8 * rng.normal() * np.cos(k * t + rng.uniform(0, 2 * np.pi))
    r = np.clip(r, 0.15, None)
    return np.stack([r * np.cos(t), r * np.sin(t)], 1) / r.max()


def turned(rng, points, stretch=None):
    """Stretches and turns points around 0 and keeps them inside the unit disc."""
    points = points * [1, rng.uniform(0.3, 1) if stretch is None else stretch]
    a = rng.uniform(0, 2 * np.pi)
    points = points @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    return points / max(np.abs(points).max(), 1e-6)


def place(n, points):
    return n / 2 + points * (n / 2 - 1)


def blob(rng, n):
    return [fill(n, place(n, turned(rng, ring(rng, int(rng.integers(2, 12)), rng.uniform(0.05, 0.4)))))]


def rock(rng, n):
    points = turned(rng, rng.normal(0, 1, (int(rng.integers(5, 14)), 2)), rng.uniform(0.4, 1))
    return [fill(n, place(n, cv2.convexHull(points.astype(np.float32))[:, 0]))]


def box(rng, n):
    """A quadrilateral, upright or tumbled, sometimes drawn as a solid with two more faces."""
    w, h = sorted(rng.uniform(0.25, 1, 2))[:: rng.choice([1, -1])]
    corner = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) + rng.normal(0, 0.06, (4, 2))
    if rng.random() < 0.4:
        corner = turned(rng, corner, 1)
    front = corner / np.abs(corner).max()
    if rng.random() < 0.5:
        return [fill(n, place(n, front))]
    depth = np.array([rng.uniform(-0.6, 0.6), -rng.uniform(0.15, 0.6)])
    back = front + depth
    faces = [back[[0, 1]].tolist() + front[[1, 0]].tolist(), front.tolist()]
    side = (1, 2) if depth[0] > 0 else (3, 0)
    faces.insert(1, [front[side[0]], front[side[1]], back[side[1]], back[side[0]]])
    everything = np.concatenate([front, back])
    low, high = everything.min(0), everything.max(0)
    fit = lambda p: place(n, (np.asarray(p) - (low + high) / 2) * 2 / (high - low).max())
    return [fill(n, fit(f)) for f in faces]


def vessel(rng, n):
    """A turned profile: vase, cup, lamp, tower; sometimes with a collar."""
    y = np.linspace(-1, 1, 40)
    r = np.interp(y, np.linspace(-1, 1, 6), rng.uniform(0.15, 1, 6))
    r = cv2.GaussianBlur(r[:, None], (1, 9), 2)[:, 0] * rng.uniform(0.3, 0.8)
    outline = np.concatenate([np.stack([r, y], 1), np.stack([-r, y], 1)[::-1]])
    parts = [fill(n, place(n, outline))]
    if rng.random() < 0.5:
        cut = np.sort(rng.uniform(-1, 1, 2))
        band = np.zeros((n, n), np.uint8)
        top, bottom = place(n, cut).astype(int)
        band[max(top, 0):bottom] = 255
        parts.append(cv2.bitwise_and(parts[0], band))
    return parts


def ellipse(n, centre, radii, angle=0.0):
    t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    p = np.stack([radii[0] * np.cos(t), radii[1] * np.sin(t)], 1)
    c, s = np.cos(angle), np.sin(angle)
    return fill(n, place(n, p @ np.array([[c, s], [-s, c]]) + centre))


def limb(n, start, end, w0, w1):
    """A tapered capsule."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    along = (end - start) / (np.linalg.norm(end - start) + 1e-6)
    across = np.array([-along[1], along[0]])
    t = np.linspace(np.pi / 2, 3 * np.pi / 2, 9)
    cap = lambda c, w, flip: c + w * (np.cos(t)[:, None] * along + np.sin(t)[:, None] * across) * flip
    return fill(n, place(n, np.concatenate([cap(start, w0, 1), cap(end, w1, -1)])))


def union(parts):
    whole = parts[0].copy()
    for part in parts[1:]:
        np.maximum(whole, part, out=whole)
    return whole


def beast(rng, n):
    """Body, legs, neck, head, tail: one animal, sometimes with a head or legs of another colour."""
    f = rng.choice([-1, 1])
    length, girth = rng.uniform(0.35, 0.6), rng.uniform(0.15, 0.32)
    hip, shoulder = np.array([-f * length, rng.uniform(-0.1, 0.2)]), np.array([f * length * 0.7, rng.uniform(-0.25, 0.15)])
    body = [limb(n, hip, shoulder, girth * rng.uniform(0.7, 1.1), girth * rng.uniform(0.7, 1.1))]
    legs = []
    for root in (hip, shoulder):
        for _ in range(2):
            foot = root + [rng.normal(0, 0.15), rng.uniform(0.45, 0.8)]
            w = rng.uniform(0.04, 0.1)
            legs.append(limb(n, root, np.clip(foot, -0.97, 0.97), w * 1.6, w))
    head_at = np.clip(shoulder + [f * rng.uniform(0.1, 0.4), -rng.uniform(-0.1, 0.6)], -0.85, 0.85)
    body.append(limb(n, shoulder, head_at, girth * 0.6, 0.09))
    r = rng.uniform(0.1, 0.2)
    head = [ellipse(n, head_at, (r * rng.uniform(1, 1.6), r), rng.normal(0, 0.5))]
    head += [limb(n, head_at, head_at + [f * -0.05 * k, -r * rng.uniform(1.2, 2)], 0.05, 0.02) for k in (0, 1)]
    body.append(limb(n, hip, np.clip(hip + [-f * rng.uniform(0.1, 0.4), rng.uniform(-0.4, 0.5)], -1, 1), 0.05, 0.02))
    groups = [legs, body, head]
    if rng.random() < 0.5:
        return [union(legs + body + head)]
    if rng.random() < 0.5:
        return [union(legs + body), union(head)]
    return [union(g) for g in groups]


def person(rng, n):
    """Legs, trunk, arms, head, hair or hat: clothed in separate pieces."""
    lean = rng.normal(0, 0.08)
    seated = rng.random() < 0.3
    width = rng.uniform(0.13, 0.24)
    neck, hips = np.array([lean, -0.55]), np.array([0, 0.05])
    knee = 0.35 if seated else 0.5
    feet = [np.array([s * rng.uniform(0.05, 0.3) + (0.3 if seated else 0), 0.6 if seated else 0.95]) for s in (-1, 1)]
    legs = union([limb(n, hips + [s * 0.07, 0], [(hips[0] + foot[0]) / 2 + 0.1 * seated, knee], 0.11, 0.08) for s, foot in zip((-1, 1), feet)]
                 + [limb(n, [(hips[0] + foot[0]) / 2 + 0.1 * seated, knee], foot, 0.085, 0.05) for foot in feet])
    trunk = limb(n, neck + [0, 0.14], hips, width, width * rng.uniform(0.7, 1.1))
    arms, hands = [], []
    for s in (-1, 1):
        elbow = neck + [s * (width + rng.uniform(0, 0.15)), rng.uniform(0.1, 0.5)]
        hand = elbow + [rng.normal(0, 0.15), rng.uniform(-0.3, 0.3)]
        arms += [limb(n, neck + [s * width * 0.9, 0.1], elbow, 0.07, 0.06), limb(n, elbow, hand, 0.06, 0.045)]
        hands.append(ellipse(n, hand, (0.05, 0.05)))
    head_at = neck + [rng.normal(0, 0.03), -0.12]
    head = union([ellipse(n, head_at, (0.105, 0.14)), limb(n, neck, head_at, 0.06, 0.06)])
    hat = ellipse(n, head_at + [0, -0.09], (rng.uniform(0.1, 0.2), rng.uniform(0.05, 0.1)))
    order = [legs, union([trunk] + arms), union([head] + hands), hat]
    if rng.random() < 0.3:
        order[1:2] = [trunk, union(arms)]
    if rng.random() < 0.2:
        return [union(order)]
    if rng.random() < 0.3:  # a portrait: the upper half fills the frame
        return [cv2.resize(p[: n // 2, n // 4: n // 4 + n // 2], (n, n), interpolation=cv2.INTER_LINEAR) for p in order[1:]]
    return order


def twig(rng, n, at, angle, length, width, mask, depth):
    end = at + length * np.array([np.cos(angle), np.sin(angle)])
    np.maximum(mask, limb(n, at, end, width, width * 0.7), out=mask)
    if depth:
        for _ in range(int(rng.integers(2, 4))):
            twig(rng, n, at + (end - at) * rng.uniform(0.5, 1), angle + rng.normal(0, 0.6), length * rng.uniform(0.5, 0.8), width * 0.6, mask, depth - 1)


def tree(rng, n):
    """A trunk with twigs, with or without a ragged crown."""
    wood = np.zeros((n, n), np.uint8)
    twig(rng, n, np.array([rng.normal(0, 0.1), 0.98]), -np.pi / 2 + rng.normal(0, 0.1), rng.uniform(0.4, 0.7), rng.uniform(0.02, 0.08), wood, int(rng.integers(0, 4)))
    if rng.random() < 0.25:
        return [wood]
    crowns = [ellipse(n, rng.normal([0, -0.35], [0.25, 0.2]), rng.uniform(0.2, 0.45, 2)) for _ in range(int(rng.integers(1, 6)))]
    return [wood, union(crowns)] if rng.random() < 0.7 else [union([wood] + crowns)]


def flower(rng, n):
    t = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    petals = int(rng.integers(4, 14))
    r = rng.uniform(0.5, 0.8) + rng.uniform(0.1, 0.4) * np.abs(np.cos(petals * t / 2)) ** rng.uniform(0.5, 2)
    p = np.stack([r * np.cos(t), r * np.sin(t)], 1)
    whole = fill(n, place(n, turned(rng, p, rng.uniform(0.5, 1))))
    heart = ellipse(n, rng.normal(0, 0.05, 2), rng.uniform(0.12, 0.35, 2))
    return [whole, cv2.bitwise_and(whole, heart)] if rng.random() < 0.6 else [whole]


def streak(rng, n):
    """Something long and thin: a pole, a path, a stem, a river."""
    count = int(rng.integers(2, 6))
    points = np.stack([np.linspace(-1, 1, count), rng.normal(0, rng.uniform(0, 0.3), count)], 1)
    t = np.linspace(0, count - 1, 24)
    spine = turned(rng, np.stack([np.interp(t, range(count), points[:, k]) for k in (0, 1)], 1), 1)
    width = np.exp(rng.uniform(np.log(0.015), np.log(0.12)))
    return [union([limb(n, a, b, width, width) for a, b in zip(spine[:-1], spine[1:])])]


def house(rng, n):
    """Walls, roof, door and windows."""
    w, top, eave = rng.uniform(0.4, 0.9), rng.uniform(-0.9, -0.4), rng.uniform(-0.3, 0.2)
    wall = fill(n, place(n, np.array([[-w, eave], [w, eave], [w, 0.95], [-w, 0.95]])))
    peak = rng.uniform(0, w)
    roof = fill(n, place(n, np.array([[-w - 0.08, eave], [-peak, top], [peak, top], [w + 0.08, eave]])))
    openings = np.zeros((n, n), np.uint8)
    columns, rows = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    for i in range(columns):
        for j in range(rows):
            x, y = -w + (i + 0.5) * 2 * w / columns, eave + (j + 0.5) * (0.95 - eave) / rows
            rx, ry = 0.55 * w / columns, 0.3 * (0.95 - eave) / rows
            openings = np.maximum(openings, fill(n, place(n, np.array([[x - rx, y - ry], [x + rx, y - ry], [x + rx, y + ry], [x - rx, y + ry]]))))
    return [wall, roof, openings]


MENU = {blob: 5, rock: 4, box: 4, vessel: 3, beast: 4, person: 4, tree: 3, flower: 2, streak: 2, house: 1.5}


def any_shape(rng, n):
    kinds, weights = list(MENU), np.array(list(MENU.values()))
    return kinds[rng.choice(len(kinds), p=weights / weights.sum())](rng, n)


def bent(rng, bank, parts):
    """Moves every point of a shape by a smooth and a rough field: no natural outline is a formula's."""
    n = parts[0].shape[0]
    slow, fast = rng.exponential(0.03) * n, rng.exponential(0.006) * n
    if rng.random() < 0.25:
        fast = rng.uniform(0.008, 0.03) * n  # fur, foliage
    y, x = np.mgrid[:n, :n].astype(np.float32)
    for axis in (x, y):
        axis += slow * bank.window("smooth", n, n, zoom=n / 300) + fast * bank.window("cloud", n, n, zoom=max(n / 900, 0.25))
    return [cv2.remap(p, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT) for p in parts]
