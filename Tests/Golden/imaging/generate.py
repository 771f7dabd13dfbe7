"""Writes golden.json: what OpenCV, Pillow, torchvision and ultralytics make of small pictures.

Run it where they are installed; the tests need only its output. Encoded files are stored whole (they
are tiny), pixels as CRC-32, the pictures to resize as a closed form that the tests repeat.
"""

import base64, datetime, io, json, math, pathlib, random, struct, zlib

import cv2, numpy as np, PIL, torch, torchvision, ultralytics
from PIL import Image
from torchvision import transforms
from ultralytics.utils import ops

SEED = 20260101
rnd = random.Random(SEED)
noise = np.random.default_rng(SEED)


def crc(array):
    return zlib.crc32(np.ascontiguousarray(array).tobytes())


def pattern(width, height):
    """The picture that `Image.pattern` in the tests makes."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    return (((x * 37) ^ (y * 101)) + c * 67 + (x * y >> 3)).astype(np.uint8)


# --- files to decode ------------------------------------------------------------------------------


def jpeg(picture, **options):
    out = io.BytesIO()
    Image.fromarray(picture, options.pop("mode", None)).save(out, "JPEG", **options)
    return out.getvalue()


def tiff_with_orientation(value, big):
    e = ">" if big else "<"
    return (
        (b"MM\0*" if big else b"II*\0")
        + struct.pack(e + "IH", 8, 2)
        + struct.pack(e + "HHII", 0x100, 4, 1, 77)
        + struct.pack(e + "HHIHH", 0x112, 3, 1, value, 0)
        + struct.pack(e + "I", 0)
    )


def chunk(kind, content):
    return (
        struct.pack(">I", len(content)) + kind + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def samples(rows, depth):
    """Rows of whole numbers as PNG packs them."""
    if depth == 16:
        return [row.reshape(-1).astype(">u2").tobytes() for row in rows]
    if depth == 8:
        return [row.reshape(-1).astype(np.uint8).tobytes() for row in rows]
    bits = lambda v: (v.reshape(-1, 1) >> np.arange(depth - 1, -1, -1)) & 1
    return [np.packbits(bits(row).reshape(-1).astype(np.uint8)).tobytes() for row in rows]


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(width, height, kind, depth, interlaced, chunks=(), late_chunks=()):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    colours = min(1 << depth, 200)
    limit = colours if kind == 3 else 1 << depth
    pixels = noise.integers(0, limit, (height, width, channels))
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    raw = b""
    for x, y, dx, dy in passes:
        part = pixels[y::dy, x::dx]
        if part.size:
            raw += b"".join(b"\0" + row for row in samples(part, depth))
    palette = [(b"PLTE", noise.integers(0, 256, colours * 3, dtype=np.uint8).tobytes())]
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    before = [(b"IHDR", header)] + [c for c in chunks if c[0] != b"tRNS"]
    before += palette * (kind == 3) + [c for c in chunks if c[0] == b"tRNS"]
    every = before + [(b"IDAT", zlib.compress(raw))] + list(late_chunks) + [(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*c) for c in every)


def files():
    rgb = pattern(33, 27)
    yield "jpeg 4:2:0", jpeg(rgb, quality=80, subsampling=2)
    yield "jpeg 4:2:2", jpeg(rgb, quality=60, subsampling=1)
    yield "jpeg 4:4:4", jpeg(rgb, quality=95, subsampling=0)
    yield "jpeg 1×1", jpeg(pattern(1, 1), quality=80)
    yield "jpeg 2×3 4:2:0", jpeg(pattern(2, 3), quality=80, subsampling=2)
    yield "jpeg progressive", jpeg(rgb, quality=80, progressive=True)
    yield "jpeg grey", jpeg(np.ascontiguousarray(rgb[..., 0]), quality=80)
    cmyk = np.dstack([rgb, pattern(33, 27)[::-1, :, 1]])
    yield "jpeg CMYK", jpeg(np.ascontiguousarray(cmyk), quality=80, mode="CMYK")
    for value in range(10):
        tiff = tiff_with_orientation(value, big=value % 2 == 0)
        yield f"jpeg orientation {value}", jpeg(pattern(13, 7), quality=75, exif=b"Exif\0\0" + tiff)
    yield "jpeg 1 wide, orientation 6", jpeg(
        pattern(1, 9), exif=b"Exif\0\0" + tiff_with_orientation(6, True))
    for kind, depth in [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2),
                        (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)]:
        for interlaced in (False, True):
            extra = [(b"gAMA", struct.pack(">I", 45455))] if interlaced else []
            if kind == 3:
                extra.append((b"tRNS", b"\0\x80"))
            if kind == 0:
                extra.append((b"tRNS", b"\0\1"))
            if kind == 2:
                extra.append((b"tRNS", b"\0\1\0\2\0\3"))
            yield f"png kind {kind} depth {depth} {'Adam7' if interlaced else ''}", png(
                11, 7, kind, depth, interlaced, extra)
    exif = (b"eXIf", tiff_with_orientation(8, False))
    yield "png orientation 8", png(5, 3, 2, 8, False, [exif])
    yield "png orientation 8 after the pixels", png(5, 3, 2, 8, False, [], [exif])


def decoded(content):
    rgb = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    return {"width": rgb.shape[1], "height": rgb.shape[0], "crc": crc(rgb)}


# --- sizes to resize to ---------------------------------------------------------------------------


def sizes(count):
    fixed = [(1, 1, 1, 1), (1, 1, 9, 5), (9, 5, 1, 1), (8, 6, 4, 3), (7, 5, 14, 10), (90, 2, 7, 9),
             (2, 90, 9, 7), (64, 48, 64, 20), (64, 48, 20, 48), (17, 13, 17, 13), (3, 2, 2, 3)]
    yield from fixed
    for _ in range(count - len(fixed)):
        limit = rnd.choice([6, 25, 90])
        yield tuple(rnd.randint(1, limit) for _ in range(4))


def bilinear(w, h, W, H):
    return crc(cv2.resize(pattern(w, h), (W, H), interpolation=cv2.INTER_LINEAR))


def bicubic(w, h, W, H):
    return crc(np.array(Image.fromarray(pattern(w, h)).resize((W, H), Image.BICUBIC)))


def clip(w, h, side):
    steps = transforms.Compose([
        transforms.Resize(side, interpolation=transforms.InterpolationMode.BICUBIC),
        transforms.CenterCrop(side)])
    return crc(np.array(steps(Image.fromarray(pattern(w, h)))))


# --- letterboxes ----------------------------------------------------------------------------------


def letterbox(w, h, target, minimal):
    """REFERENCE: r = min(H/h, W/w); sides round(side*r); pads halved with -0.1 and +0.1."""
    r = min(target / h, target / w)
    content_w, content_h = max(round(w * r), 1), max(round(h * r), 1)
    dw, dh = target - content_w, target - content_h
    if minimal:
        dw, dh = dw % 32, dh % 32
    left, right, top, bottom = (round(dw / 2 - 0.1), round(dw / 2 + 0.1),
                                round(dh / 2 - 0.1), round(dh / 2 + 0.1))
    picture = pattern(w, h)
    if (content_w, content_h) != (w, h):
        picture = cv2.resize(picture, (content_w, content_h), interpolation=cv2.INTER_LINEAR)
    picture = cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_CONSTANT,
                                 value=(114,) * 3)
    H, W = picture.shape[:2]
    tensor = (torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1))).float() / 255).numpy()

    boxes = noise.uniform(-0.1, 1.1, (3, 4)).astype(np.float32) * np.float32(max(W, H))
    ultra = ops.scale_boxes((H, W), torch.from_numpy(boxes.copy()), (h, w)).numpy()
    g = min(H / h, W / w)
    official = torch.from_numpy(boxes.copy())
    official[:, [0, 2]] -= round((W - w * g) / 2 - 0.1)
    official[:, [1, 3]] -= round((H - h * g) / 2 - 0.1)
    official /= g
    official[:, [0, 2]] = official[:, [0, 2]].clamp(0, w)
    official[:, [1, 3]] = official[:, [1, 3]].clamp(0, h)

    bits = lambda a: a.view(np.uint32).reshape(-1).tolist()
    return {
        "picture": [w, h], "target": target, "minimal": minimal,
        "content": [content_w, content_h], "pads": [left, top, right, bottom],
        "crc": crc(tensor), "boxes": bits(boxes),
        "ultralytics": bits(ultra), "official": bits(official.numpy()),
        "ultralyticsCrop": ultralytics_crop(w, h, W, H), "officialCrop": official_crop(w, h, W, H),
    }


def ultralytics_crop(w, h, W, H):
    """Checked against `ops.process_mask_native`: the masks it makes are those of this crop."""
    g = min(H / h, W / w)
    pads = (H - max(round(h * g), 1)) | (W - max(round(w * g), 1))
    f = 4 // math.gcd(4, pads | (pads >> 1))
    mw, mh = W // 4, H // 4
    G = min(f * mh / h, f * mw / w)
    cw, ch = max(round(w * G), 1), max(round(h * G), 1)
    left, top = round((f * mw - cw) / 2 - 0.1), round((f * mh - ch) / 2 - 0.1)

    prototypes, coefficients = torch.randn(4, mh, mw), torch.randn(2, 4)
    whole = torch.tensor([[0.0, 0.0, w, h]] * 2)
    theirs = ops.process_mask_native(prototypes, coefficients, whole, (h, w)).bool()
    logits = (coefficients @ prototypes.view(4, -1)).view(1, 2, mh, mw)
    if f > 1:
        logits = torch.nn.functional.interpolate(logits, scale_factor=f, mode="bilinear")
    logits = logits[..., top : top + ch, left : left + cw]
    ours = torch.nn.functional.interpolate(logits, (h, w), mode="bilinear")[0] > 0
    assert (ours == theirs).all(), (w, h, W, H)
    return [f, left, top, cw, ch]


def official_crop(w, h, W, H):
    mw, mh = W // 4, H // 4
    g = min(mh / h, mw / w)
    x, y = (mw - w * g) / 2, (mh - h * g) / 2
    return [1, int(x), int(y), max(int(mw - x) - int(x), 1), max(int(mh - y) - int(y), 1)]


def letterboxes():
    fixed = [(1072, 603, 160), (641, 100, 96), (300, 3, 64), (3, 300, 64), (1, 1, 32), (64, 64, 64),
             (100, 64, 64), (42, 64, 64), (63, 99, 128)]
    for w, h, target in fixed:
        yield letterbox(w, h, target, True)
    yield letterbox(100, 64, 96, False)
    for _ in range(20):
        yield letterbox(rnd.randint(1, 200), rnd.randint(1, 200), rnd.choice([32, 96, 160]),
                        rnd.random() < 0.8)


torch.manual_seed(SEED)
golden = {
    "provenance": {
        "generator": "Tests/Golden/imaging/generate.py", "date": datetime.date.today().isoformat(),
        "seed": SEED, "opencv": cv2.__version__, "pillow": PIL.__version__, "torch": torch.__version__,
        "torchvision": torchvision.__version__, "ultralytics": ultralytics.__version__,
    },
    "files": [
        {"name": name, "content": base64.b64encode(content).decode(), **decoded(content)}
        for name, content in files()
    ],
    "bilinear": [[*size, bilinear(*size)] for size in sizes(120)],
    "bicubic": [[*size, bicubic(*size)] for size in sizes(120)],
    "clip": [[w, h, 24, clip(w, h, 24)] for w, h in
             [(24, 24), (25, 24), (24, 25), (31, 77), (77, 31), (10, 17), (90, 23), (23, 180)]],
    "letterboxes": list(letterboxes()),
}
lines = ",\n".join(
    f' "{key}": ' + (json.dumps(value, ensure_ascii=False) if key == "provenance" else
                     "[\n  " + ",\n  ".join(json.dumps(v, ensure_ascii=False) for v in value) + "]")
    for key, value in golden.items())
pathlib.Path(__file__).with_name("golden.json").write_text("{\n" + lines + "\n}\n")
