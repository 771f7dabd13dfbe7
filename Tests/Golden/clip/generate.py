"""Writes the golden data of CLIPTests.

    python generate.py      # needs torch, torchvision, open_clip, transformers, safetensors, ftfy

Weights are random (seeded) in two tiny models made by the original libraries: `open_clip` for OpenAI's
names (FP16 TorchScript, as OpenAI publishes) and `transformers` for Hugging Face's. The merges are trained
here, on the sentences below. Versions, date and seed are stamped in PROVENANCE.md.
"""

import collections
import datetime
import gzip
import json
import pathlib
import random
import shutil
import tempfile
import zipfile

import ftfy
import numpy
import open_clip
import open_clip.tokenizer
import regex
import safetensors.torch
import torch
import torchvision
import transformers
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Normalize, Resize, ToTensor

HERE = pathlib.Path(__file__).parent
SEED = 20261122
MERGES = 86
CONTEXT = 24
SIZE = 32
PICTURES = [(40, 32), (32, 57), (33, 90), (7, 5), (200, 64)]
PROMPTS = ["a dog", "The large RED car&hellip;", "", "Don't stop!", "a photo of the cat on the chair " * 9]

SENTENCES = """
a photo of a dog on the street
the large red car is parked near the old house
two cats that sit on a chair and look at the bird
there are people in the photo, and they wear red and blue
the other one's there; they're the ones that don't stop
an orange cat's ear, a green tree and the street of the city
"""


# MARK: Tokens


def train_merges(count):
    """Byte-pair merges of the sentences, most frequent pair first (ties: the smaller pair)."""
    alphabet = open_clip.tokenizer.bytes_to_unicode()
    words = collections.Counter()
    for word in regex.findall(r"\p{L}+|'s|'re|'t", SENTENCES.lower()):
        symbols = [alphabet[b] for b in word.encode()]
        words[tuple(symbols[:-1] + [symbols[-1] + "</w>"])] += 1
    merges = []
    while len(merges) < count:
        pairs = collections.Counter()
        for word, times in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += times
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        merged = collections.Counter()
        for word, times in words.items():
            out, i = [], 0
            while i < len(word):
                if word[i : i + 2] == best:
                    out.append(word[i] + word[i + 1])
                    i += 2
                else:
                    out.append(word[i])
                    i += 1
            merged[tuple(out)] += times
        words = merged
    return merges


class Tokenizer(open_clip.tokenizer.SimpleTokenizer):
    """open_clip's copy of OpenAI's tokenizer with OpenAI's own names for start and end."""

    def __init__(self, merges):
        with tempfile.NamedTemporaryFile(suffix=".gz") as file:
            file.write(gzip.compress(merges.strip().encode()))
            file.flush()
            super().__init__(file.name, context_length=CONTEXT)
        start, end = "<|startoftext|>", "<|endoftext|>"
        self.encoder[start] = self.encoder.pop("<start_of_text>")
        self.encoder[end] = self.encoder.pop("<end_of_text>")
        self.cache = {start: start, end: end}
        self.pat = regex.compile(
            r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+""",
            regex.IGNORECASE,
        )


WORDS = """a the dog cat's don't I'll we've they're SHE'D I'm Running red, & foo_bar caf\u00e9 nai\u0308ve
\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3 \u1f48\u0394\u03a5\u03a3\u03a3\u0395\u038e\u03a3 stra\u00dfe \u0130stanbul \u01c4 \u01c5 \u0149
\ufb01sh \ufb02u\ufb03e\ufb06 \u65e5\u672c\u8a9e \uff83\uff7d\uff84 \uff76\uff9e\uff77 \ud55c\uad6d \uffa1 \u041f\u0440\u0438\u0432\u0435\u0442 \u05e9\u05dc\u05d5\u05dd \u0639\u0631\u0628\u064a
\u0939\u093f\u0928\u094d\u0926\u0940 \U0001f600 \U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308 \U0001f1e9\U0001f1ea \u00bd \u2167 \u0663\u0664
\u201cquoted\u201d \u2018single\u2019 \u201elow\u201c \u00abfr\u00bb \u2026 \u2014 \u2015 <b>bold</b> <|startoftext|> <|endoftext|> <|ENDOFTEXT|>
'\u017f \uff2c\uff2f\uff35\uff24\u3000 http://x.y/?a=1&b=2 \u212aelvin \u0345 \u0391\u0345 x\ufeffy \x1b[31mred\x1b[0m \x85 \x1c""".split(" ")
ENTITIES = """&amp; &ampx &lt;b&gt; &notit; &not &hellip; &EACUTE; &SZLIG; &COPY; &#65; &#x41 &#128; &#x9f; &#0;
&#xD800; &#1114112; &#59; &amp;amp; &amp;eacute; &amp;amp;lt; &ThickSpace; &NotEqualTilde; &nosuch; &; &# &#x; & &#13; &#1;
&CounterClockwiseContourIntegral; &frac12 &FRAC12; &nbsp;""".split()
SAMPLES = """sch\u00f6n|\u201cquotes\u201d \u2014 dashes|na\u00efve caf\u00e9 \u00e0 la mode|\u65e5\u672c\u8a9e|\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440|\u03b5\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac|\U0001f600 emoji|l\u2019\u00e9t\u00e9\u2026|\u00a35 \u20ac10|\u00e0s \u00e0quele|\u0141\u00f3d\u017a|\u0627\u0644\u0639\u0631\u0628\u064a\u0629|\u2122 \u00ae \u00a9""".split("|")
CODECS = ["latin-1", "sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250",
          "sloppy-windows-1253", "sloppy-windows-1254", "sloppy-windows-1257", "iso-8859-2", "macroman", "cp437"]


def strings(rng):
    yield from WORDS + ENTITIES + SENTENCES.split("\n")
    yield from ["", "   ", "\n\n", "a" * 300, "!?" * 100, "Dog & <b>&amp;</b>\n&amp;", "\u039f\u03a3. \u03a3", "\r\n\r\x0b\x0c"]
    for _ in range(60):
        yield " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, 8)))
    for _ in range(60):
        yield "".join(rng.choice(ENTITIES + WORDS + [" ", "<", "\n"]) for _ in range(rng.randint(2, 5)))
    for _ in range(120):
        text = " ".join(rng.choice(SAMPLES + WORDS) for _ in range(rng.randint(1, 3)))
        for _ in range(rng.choice([1, 1, 2])):
            try:
                text = text.encode().decode(rng.choice(CODECS), "replace")
            except UnicodeError:
                pass
        kind = rng.random()
        if kind < 0.2:
            text = text.replace("\xa0", " ")
        elif kind < 0.35:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice("?\ufffd\x1a ") + text[at + 1 :]
        elif kind < 0.5:
            text += " " + rng.choice(SAMPLES)
        yield text
    ranges = [(0, 0x17F), (0x80, 0x24F), (0x300, 0x4FF), (0x2000, 0x22FF), (0xFF00, 0xFFEF), (0x1F300, 0x1F6FF)]
    for _ in range(80):
        pools = rng.sample(ranges, rng.randint(1, 2))
        yield "".join(chr(rng.randint(*rng.choice(pools))) for _ in range(rng.randint(1, 12)))


# MARK: Pictures


def picture(width, height):
    y, x, c = numpy.meshgrid(range(height), range(width), range(3), indexing="ij")
    return Image.fromarray(((x * 7 + y * 13 + c * 31 + (x * y) % 17 * 5) % 256).astype(numpy.uint8))


def preprocessed():
    transform = Compose([
        Resize(SIZE, interpolation=InterpolationMode.BICUBIC), CenterCrop(SIZE), ToTensor(),
        Normalize((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    ])
    return torch.stack([transform(picture(*size)) for size in PICTURES])


# MARK: Models


def disturb(model):
    """Random values also where the libraries begin with zeros and ones."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                parameter.add_(torch.randn_like(parameter) * 0.1)


def normalized(rows):
    rows = getattr(rows, "pooler_output", rows)
    return (rows / rows.norm(dim=-1, keepdim=True)).contiguous()


def openai(vocabulary, pixels, tokens):
    """A TorchScript archive in half precision, as OpenAI's `ViT-B-32.pt`; the answers in single."""
    config = dict(
        embed_dim=24, quick_gelu=True,
        vision_cfg=dict(layers=1, width=64, head_width=64, patch_size=8, image_size=SIZE, mlp_ratio=1.0),
        text_cfg=dict(context_length=CONTEXT, vocab_size=vocabulary, width=64, heads=1, layers=2, mlp_ratio=1.0),
    )
    model = open_clip.CLIP(**config).eval()
    disturb(model)
    model = model.half().float()
    with torch.no_grad():
        images, texts = normalized(model.encode_image(pixels)), normalized(model.encode_text(tokens))
    model.half()
    for name, value in [("input_resolution", SIZE), ("context_length", CONTEXT), ("vocab_size", vocabulary)]:
        model.__dict__.pop(name, None)
        model.register_buffer(name, torch.tensor(value))
    with torch.no_grad():
        traced = torch.jit.trace(model, (pixels[:1].half(), tokens[:1]), check_trace=False)
    traced.save(HERE / "openai.pt")
    strip(HERE / "openai.pt")
    return images, texts


def strip(path):
    """Leaves out of an archive what tells where its sources lay on the disk; `torch.jit.load` does without."""
    with zipfile.ZipFile(path) as archive:
        entries = [(i, archive.read(i)) for i in archive.infolist() if not i.filename.endswith(".debug_pkl")]
    with zipfile.ZipFile(path, "w") as archive:
        for info, data in entries:
            archive.writestr(info, data, compress_type=info.compress_type)
    torch.jit.load(path)


def hugging_face(vocabulary, pixels, tokens):
    common = dict(hidden_act="gelu", num_attention_heads=4)
    config = transformers.CLIPConfig(
        projection_dim=20,
        vision_config=dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, image_size=SIZE,
                           patch_size=8, **common),
        text_config=dict(hidden_size=24, intermediate_size=40, num_hidden_layers=2, vocab_size=vocabulary,
                         max_position_embeddings=CONTEXT, bos_token_id=vocabulary - 2,
                         eos_token_id=vocabulary - 1, **common),
    )
    model = transformers.CLIPModel(config).eval()
    disturb(model)
    with torch.no_grad():
        images = normalized(model.get_image_features(pixel_values=pixels))
        texts = normalized(model.get_text_features(input_ids=tokens))
    folder = HERE / "huggingface"
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    return images, texts


if __name__ == "__main__":
    torch.manual_seed(SEED)
    merges = train_merges(MERGES)
    text = "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges)
    tokenizer = Tokenizer(text)
    assert tokenizer.vocab_size == 514 + MERGES
    cases = [
        {"text": s, "clean": open_clip.tokenizer._clean_lower(s), "tokens": tokenizer.encode(s)}
        for s in dict.fromkeys(strings(random.Random(SEED)))
    ]
    (HERE / "tokens.json").write_text(
        "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")

    pixels, tokens = preprocessed(), tokenizer(PROMPTS)
    expected = {"pixels": pixels}
    for name, make in [("openai", openai), ("huggingface", hugging_face)]:
        expected[f"{name}.images"], expected[f"{name}.texts"] = make(tokenizer.vocab_size, pixels, tokens)
    safetensors.torch.save_file(expected, HERE / "expected.safetensors")
    for folder in [HERE, HERE / "huggingface"]:
        (folder / "merges.txt").write_text(text, encoding="utf-8")

    versions = {m.__name__: m.__version__ for m in [torch, torchvision, open_clip, transformers, ftfy]}
    (HERE / "PROVENANCE.md").write_text(
        f"Generated by `generate.py` on {datetime.date.today()} with seed {SEED}: "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
        + f", Pillow {Image.__version__}, regex {regex.__version__}.\n")
