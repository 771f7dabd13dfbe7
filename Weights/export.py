"""Turns a FastSAM or YOLOv8-seg checkpoint (.pt) into .safetensors with the same tensor names.

    python export.py FastSAM-s.pt FastSAM-s.safetensors

Needs PyTorch only. A checkpoint is a pickle of the model's classes; they are not needed for the tensors, so every class
that cannot be found (or should not be) is replaced by an empty shell that merely holds what was stored in it. Nothing of
the checkpoint is executed apart from PyTorch's own tensor builders.
"""

import argparse
import collections
import json
import pickle
import struct
import types

import torch

DTYPES = {torch.float16: "F16", torch.float32: "F32", torch.bfloat16: "BF16", torch.int64: "I64", torch.uint8: "U8"}
ALLOWED = {
    ("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_parameter"),
    ("torch", "Size"), ("torch", "device"), ("torch", "float16"), ("torch", "float32"),
    ("torch", "HalfStorage"), ("torch", "FloatStorage"), ("torch", "LongStorage"), ("torch", "BFloat16Storage"),
    ("builtins", "set"), ("__builtin__", "set"), ("builtins", "int"), ("builtins", "float"),
}


class Shell:
    """Stands for any class: takes whatever arguments and keeps the stored attributes."""

    def __init__(self, *arguments, **named):
        pass

    def __setstate__(self, state):
        self.__dict__.update(state if isinstance(state, dict) else {"state": state})

    # Subclasses of dict and list are filled item by item while unpickling.
    def __setitem__(self, key, value):
        self.__dict__.setdefault("items", {})[key] = value

    def append(self, value):
        self.__dict__.setdefault("elements", []).append(value)

    def extend(self, values):
        for value in values:
            self.append(value)


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) in ALLOWED:
            return super().find_class(module, name)
        return type(name, (Shell,), {"__module__": module})


def read(path):
    """The checkpoint's object graph, with shells instead of classes."""
    shelled = types.SimpleNamespace(Unpickler=Unpickler, load=None, __name__="shelled_pickle")
    return torch.load(path, map_location="cpu", pickle_module=shelled, weights_only=False)


def tensors(module, prefix=""):
    """A module's parameters and buffers under the names `state_dict()` would give them."""
    attributes = module.__dict__
    found = collections.OrderedDict()
    for kind in ("_parameters", "_buffers"):
        for name, value in attributes.get(kind, {}).items():
            if value is not None and name not in attributes.get("_non_persistent_buffers_set", ()):
                found[prefix + name] = value.detach()
    for name, child in attributes.get("_modules", {}).items():
        if child is not None:
            found.update(tensors(child, f"{prefix}{name}."))
    return found


def plain(value):
    """A namespace's shell or a dictionary, as a dictionary."""
    return value if isinstance(value, dict) else getattr(value, "__dict__", {})


def describe(checkpoint, model):
    """What the engine wants to know and tensors cannot tell, as strings."""
    attributes = plain(model)
    settings = {**plain(attributes.get("args")), **plain(checkpoint.get("train_args"))}
    names = attributes.get("names") or {0: "object"}
    names = dict(enumerate(names)) if isinstance(names, (list, tuple)) else names
    stride = attributes.get("stride")
    size = settings.get("imgsz") or 640
    return {
        "format": "pt",
        "names": json.dumps({str(k): str(v) for k, v in names.items()}),
        "imgsz": str(max(size) if isinstance(size, (list, tuple)) else size),
        "stride": str(int(stride.max()) if isinstance(stride, torch.Tensor) else 32),
        "license": str(checkpoint.get("license") or "AGPL-3.0 (https://ultralytics.com/license)"),
    }


def write_safetensors(path, state, metadata):
    """An 8-byte length, a JSON header, then the tensors end to end."""
    header, offset = {"__metadata__": metadata}, 0
    for name, value in state.items():
        size = value.numel() * value.element_size()
        header[name] = {"dtype": DTYPES[value.dtype], "shape": list(value.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in state.values():
            file.write(value.contiguous().flatten().view(torch.uint8).numpy().tobytes())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("checkpoint")
    arguments.add_argument("output")
    options = arguments.parse_args()
    checkpoint = read(options.checkpoint)
    model = (checkpoint.get("ema") or checkpoint.get("model")) if isinstance(checkpoint, dict) else checkpoint
    if model is None:
        raise SystemExit(f"{options.checkpoint} holds no model")
    # A state dict needs no walk.
    state = tensors(model) if isinstance(model, Shell) else collections.OrderedDict(model)
    metadata = describe(checkpoint if isinstance(checkpoint, dict) else {}, model)
    write_safetensors(options.output, state, metadata)
    print(f"{options.output}: {len(state)} tensors, {sum(v.numel() for v in state.values()):,} values, {metadata}")


if __name__ == "__main__":
    main()
