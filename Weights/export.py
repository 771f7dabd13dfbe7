#!/usr/bin/env python3
"""Writes the weights of a FastSAM or YOLOv8-seg .pt file as .safetensors, with the same names.

    python Weights/export.py FastSAM-s.pt FastSAM-s.safetensors

`fastsam weights import` does the same without Python; this is the way out where it refuses a file.
Needs PyTorch only: neither ultralytics nor safetensors. Classes that the pickle names are not
imported: each becomes an empty stand-in, so nothing in the file is executed.
"""

import json
import os
import pickle
import struct
import sys
import types

import torch

NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
    torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8",
    torch.uint8: "U8", torch.bool: "BOOL",
}  # fmt: skip

# All that the tensors themselves need.
REAL = {
    ("collections", "OrderedDict"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch", "Size"),
    ("builtins", "set"),
    ("__builtin__", "set"),
}


class StandIn:
    """Takes whatever arguments and state a pickle has for a class."""

    def __new__(cls, *arguments, **named):
        return object.__new__(cls)

    def __init__(self, *arguments, **named):
        pass

    def __setstate__(self, state):
        if isinstance(state, dict):
            self.__dict__.update(state)

    def append(self, _):
        pass

    def __setitem__(self, _, __):
        pass


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) in REAL or (module == "torch" and name.endswith("Storage")):
            return super().find_class(module, name)
        return type(name, (StandIn,), {})


def tensors(node, prefix=""):
    """Yields names and tensors as the state dict of the model has them."""
    if isinstance(node, torch.Tensor):
        yield prefix, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from tensors(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(node, StandIn) and "_modules" in node.__dict__:
        hidden = node.__dict__.get("_non_persistent_buffers_set", ())
        parts = dict(node._parameters)
        parts.update((k, v) for k, v in node._buffers.items() if k not in hidden)
        yield from tensors({k: v for k, v in parts.items() if v is not None}, prefix)
        yield from tensors(dict(node._modules), prefix)


def main(source, target):
    reader = types.SimpleNamespace(Unpickler=Unpickler, load=None, __name__="pickle")
    content = torch.load(source, map_location="cpu", pickle_module=reader, weights_only=False)
    top = content if isinstance(content, dict) else {"model": content}
    model = top.get("ema") or top.get("model") or top
    found = {name: tensor.detach().contiguous() for name, tensor in tensors(model)}
    if not found:
        sys.exit(f"{source}: holds no tensors")

    metadata = {k: v for k, v in top.items() if isinstance(v, str)} | {"format": "pt"}
    arguments = top.get("train_args") or getattr(model, "args", None)
    arguments = arguments if isinstance(arguments, dict) else getattr(arguments, "__dict__", {})
    if "imgsz" in arguments:
        metadata["imgsz"] = json.dumps(arguments["imgsz"])
    names = getattr(model, "names", None)
    if names:
        metadata["names"] = json.dumps(names if isinstance(names, dict) else dict(enumerate(names)))

    # Largest elements first, so that every tensor lies on a multiple of its element's size.
    header, offset = {"__metadata__": metadata}, 0
    order = sorted(found, key=lambda name: -found[name].element_size())
    for name in order:
        tensor = found[name]
        end = offset + tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, end],
        }  # fmt: skip
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % 64)
    with open(target + ".part", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in order:
            file.write(found[name].reshape(-1).view(torch.uint8).numpy().tobytes())
    os.replace(target + ".part", target)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
