#!/bin/sh
# Makes FOLDER ready for Benchmarks/run.py: a Python environment with the peers at fixed versions,
# checkpoints with random weights, and their ONNX and ncnn exports. Needs Python 3.10 or newer with its
# module venv, 8 GB of disk (most of it what PyTorch brings for GPUs) and some ten minutes. What is
# there already is kept.
#
# usage: Benchmarks/setup.sh FOLDER
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 FOLDER" >&2
  exit 64
fi
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
python="$folder/python/bin/python"

# The versions below are the ones measured: ultralytics is not to fetch others.
export YOLO_AUTOINSTALL=false

mkdir -p "$folder"
[ -x "$python" ] || python3 -m venv "$folder/python"
"$python" -m pip install --quiet \
  torch==2.15.0 torchvision==0.29.2 ultralytics==8.4.190 \
  onnx==1.23.2 onnxslim==0.1.98 onnxruntime==1.31.1 openvino==2026.4.1 \
  ncnn==1.0.20261020 pnnx==20260526 psutil==7.2.2 safetensors==0.8.0 \
  segment-anything==1.0

"$python" "$here/make_checkpoints.py" "$folder/checkpoints"
"$python" "$here/export_models.py" "$folder"
