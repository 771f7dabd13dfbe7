"""Exports the checkpoints to ONNX (for OpenVINO and ONNX Runtime) and to ncnn, in FP32.

usage: export_models.py FOLDER    reads FOLDER/checkpoints, writes FOLDER/models
"""

import shutil
import sys
from pathlib import Path

from ultralytics import YOLO

MODELS = [("s", 640), ("s", 1024), ("x", 640)]


def main() -> None:
    folder = Path(sys.argv[1])
    target = folder / "models"
    target.mkdir(exist_ok=True)
    for name, size in MODELS:
        checkpoint = folder / "checkpoints" / f"{name}.pt"
        for kind, path in [("onnx", target / f"{name}-{size}.onnx"),
                           ("ncnn", target / f"{name}-{size}.ncnn")]:
            if path.exists():
                continue
            settings = {"simplify": True, "opset": 17} if kind == "onnx" else {}
            shutil.move(YOLO(checkpoint).export(format=kind, imgsz=size, **settings), path)


if __name__ == "__main__":
    main()
