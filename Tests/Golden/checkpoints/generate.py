"""Writes the small weights files that CheckpointsTests reads.

Every tensor is a ramp that the test computes for itself (`ramp`): element i of a tensor with seed s is
((7 i + s) mod 31 - 15) / 8, exact in every floating type. Nothing is random.

    python generate.py          # needs torch and safetensors; versions are stamped in PROVENANCE.md
"""

import datetime
import hashlib
import os
import pathlib
import types
import zipfile

import safetensors
import safetensors.torch
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent


def ramp(shape, seed, dtype=torch.float32):
    count = torch.Size(shape).numel()
    return (((7 * torch.arange(count) + seed) % 31 - 15) / 8).reshape(shape).to(dtype)


def fill(module):
    """Gives the k-th entry of the state dict seed k."""
    for seed, tensor in enumerate(module.state_dict().values()):
        if tensor.is_floating_point():
            tensor.copy_(ramp(tensor.shape, seed))
        else:
            tensor.fill_(seed)
    return module


class Conv(nn.Module):
    """Convolution, norm, activation, as the networks of this family name them."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.act = nn.SiLU()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.m = nn.ModuleList([Conv(4, 4), nn.Conv2d(4, 2, 1)])
        self.register_buffer("anchors", torch.zeros(3), persistent=False)
        # As the heads of 2023 did: an unbound method, which the pickle spells as a call of getattr.
        self.detect = Conv.forward

    def forward(self, x):
        for m in self.m:
            x = m(x)
        return x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(Conv(3, 4), Head())
        self.names = {0: "object", 1: "naïve"}
        self.args = types.SimpleNamespace(imgsz=320, task="segment")

    def forward(self, x):
        return self.model(x)


class Tower(nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = nn.Sequential(nn.Linear(3, 2), nn.Identity(), nn.Linear(2, 2))
        self.logit_scale = nn.Parameter(torch.ones([]))
        self.register_buffer("context_length", torch.tensor(77))

    def forward(self, x):
        return self.visual(x) * self.logit_scale


def repack(source, target, compression):
    """Writes the same archive anew, its entries stored or deflated."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            copy = zipfile.ZipInfo(info.filename)
            copy.compress_type = compression
            new.writestr(copy, old.read(info))


def repack_zip64(source, target):
    """Writes the same archive with every number in its 64-bit place only."""
    zipfile.ZIP64_LIMIT, saved = -1, zipfile.ZIP64_LIMIT
    repack(source, target, zipfile.ZIP_STORED)
    zipfile.ZIP64_LIMIT = saved
    content = bytearray(pathlib.Path(target).read_bytes())
    content[-14:-2] = b"\xff" * 12  # counts, size and offset in the old end record
    pathlib.Path(target).write_bytes(content)


def main():
    os.chdir(HERE)
    notes = {"license": "none", "version": "1", "date": "2026"}

    # A whole model in half precision, as published checkpoints are.
    torch.save(
        {"epoch": -1, "model": fill(Net()).half(), "ema": None, "train_args": {"imgsz": [64, 96]}, **notes},
        "model-half.pt",
    )
    # Unstripped: the averaged weights count, the model may be gone; newer pickle protocol.
    torch.save({"model": None, "ema": fill(Net()), **notes}, "ema-only.pt", pickle_protocol=4)

    # A state dict with every type, views of one storage, channels last, transposed, scalar, empty.
    base = ramp([24], 3)
    state = {
        "f64": ramp([2, 3], 0, torch.float64),
        "f32": ramp([2, 3], 1, torch.float32),
        "f16": ramp([2, 3], 2, torch.float16),
        "bf16": ramp([2, 3], 3, torch.bfloat16),
        "i64": torch.arange(-3, 3),
        "i32": torch.arange(-3, 3, dtype=torch.int32),
        "i16": torch.arange(-3, 3, dtype=torch.int16),
        "i8": torch.arange(-3, 3, dtype=torch.int8),
        "u8": torch.arange(250, 256, dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(1.5),
        "empty": torch.zeros(0, 3),
        "view.whole": base,
        "view.tail": base[20:],
        "view.transposed": base.reshape(4, 6).t(),
        "view.column": base.reshape(4, 6)[:, 2],
        "channels_last": ramp([2, 3, 2, 2], 5).contiguous(memory_format=torch.channels_last),
    }
    torch.save(state, "state-dict.pt")
    safetensors.torch.save_file(
        {k: v.contiguous().clone() for k, v in state.items()},
        "library.safetensors",
        {"format": "pt", "imgsz": "[64, 96]", "names": '{"0": "ob\\"ject", "1": "na\\u00efve \\ud83d\\ude00"}'},
    )
    torch.save({"state_dict": {"a": {"b": ramp([2], 0)}, "list": [ramp([2], 1)]}}, "nested.pt")

    torch.jit.save(torch.jit.script(fill(Tower()).half()), "script.pt")

    repack("nested.pt", "compressed.pt", zipfile.ZIP_DEFLATED)
    repack_zip64("nested.pt", "zip64.pt")
    torch.save(torch.zeros(1), "legacy.pt", _use_new_zipfile_serialization=False)

    files = sorted(p for p in HERE.iterdir() if p.suffix in (".pt", ".safetensors"))
    (HERE / "SHA256SUMS").write_text(
        "".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in files)
    )
    (HERE / "PROVENANCE.md").write_text(
        f"Generated by `generate.py` on {datetime.date.today()} with torch {torch.__version__}, "
        f"safetensors {safetensors.__version__}; no randomness.\n\n"
        + "".join(f"- `{p.name}`: {p.stat().st_size} bytes\n" for p in files)
    )


if __name__ == "__main__":
    with torch.no_grad():
        main()
