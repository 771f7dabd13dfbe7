"""One engine in a process of its own that runs once for each line on standard input.

Answers each line with {"wall_ms": …, "cpu_ms": …}; the first answer comes unasked, when the engine
is loaded and warm, and tells its version and the settings in force. `fastsam bench --paced` speaks
the same way, so that run.py treats all alike.

usage: peer.py ENGINE FOLDER MODEL SIZE THREADS        openvino, onnxruntime, ncnn or torch
       peer.py ultralytics FOLDER MODEL SIZE THREADS PICTURE CONFIDENCE MAX_DETECTIONS
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Callable

Run = Callable[[], object]


def noise(size: int):
    import numpy

    return numpy.random.default_rng(1).random((1, 3, size, size), dtype=numpy.float32)


def openvino(folder: Path, model: str, size: int, threads: int) -> tuple[Run, str]:
    import openvino

    compiled = openvino.Core().compile_model(folder / "models" / f"{model}-{size}.onnx", "CPU", {
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
    })
    request, image = compiled.create_infer_request(), noise(size)
    return lambda: request.infer([image], share_inputs=True, share_outputs=True), "f32, latency hint"


def onnxruntime(folder: Path, model: str, size: int, threads: int) -> tuple[Run, str]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        folder / "models" / f"{model}-{size}.onnx", options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: noise(size)}
    return lambda: session.run(None, feed), "all graph optimisations"


def ncnn(folder: Path, model: str, size: int, threads: int) -> tuple[Run, str]:
    import ncnn

    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    files = folder / "models" / f"{model}-{size}.ncnn"
    net.load_param(str(files / "model.ncnn.param"))
    net.load_model(str(files / "model.ncnn.bin"))
    pixels = noise(size)[0]  # borrowed by Mat, so it must live until the copy is made
    image = ncnn.Mat(pixels).clone()

    def run() -> None:
        extractor = net.create_extractor()
        extractor.input(net.input_names()[0], image)
        for name in net.output_names():
            extractor.extract(name)

    return run, "FP32, Winograd and packing on"


def torch(folder: Path, model: str, size: int, threads: int) -> tuple[Run, str]:
    import torch
    from ultralytics.nn.tasks import load_checkpoint

    torch.set_num_threads(threads)
    network = load_checkpoint(str(folder / "checkpoints" / f"{model}.pt"))[0]
    network = network.float().fuse(verbose=False).eval().to(memory_format=torch.channels_last)
    image = torch.from_numpy(noise(size)).contiguous(memory_format=torch.channels_last)

    @torch.inference_mode()
    def run() -> None:
        network(image)

    return run, "batch norm fused, channels-last"


def ultralytics(folder: Path, model: str, size: int, threads: int, picture: str, confidence: str,
                most: str) -> tuple[Run, str]:
    import torch
    from ultralytics import YOLO

    network = YOLO(folder / "checkpoints" / f"{model}.pt")

    def run() -> dict:
        result = network.predict(picture, imgsz=size, conf=float(confidence), iou=0.9,
                                 max_det=int(most), retina_masks=True, device="cpu",
                                 verbose=False)[0]
        return {"instances": len(result)}

    run()  # sets the threads to the cores less one; from here on they are what was asked for
    torch.set_num_threads(threads)
    return run, f"predict(retina_masks=True), {threads} threads"


ENGINES = {f.__name__: f for f in [openvino, onnxruntime, ncnn, torch, ultralytics]}


def main() -> None:
    name, folder, model, size, threads, *rest = sys.argv[1:]
    run, settings = ENGINES[name](Path(folder), model, int(size), int(threads), *rest)
    for _ in range(2):
        run()
    answer({"version": version(name), "settings": settings})
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        extra = run()
        figures = {"wall_ms": (time.perf_counter() - wall) * 1e3,
                   "cpu_ms": (time.process_time() - cpu) * 1e3}
        answer(figures | (extra if isinstance(extra, dict) and name == "ultralytics" else {}))


def answer(document: dict) -> None:
    print(json.dumps(document), flush=True)


if __name__ == "__main__":
    main()
