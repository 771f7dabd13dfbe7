"""One engine in a process of its own that runs once for each line on standard input.

Answers each line with {"wall_ms": …, "cpu_ms": …}; the first answer comes unasked, when the engine
is loaded and warm, and tells its version and the settings in force. `fastsam bench --turns` speaks
the same way, so that run.py treats all alike.

usage: peer.py ENGINE FOLDER MODEL SIZE THREADS        openvino, onnxruntime, ncnn or torch
       peer.py ultralytics FOLDER MODEL SIZE THREADS PICTURE CONFIDENCE MAX_DETECTIONS
       peer.py sam FOLDER MODEL SIZE THREADS PICTURE   MODEL vit_b, vit_l or vit_h; no SIZE but 1024
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


def sam(folder: Path, model: str, size: int, threads: int, picture: str) -> tuple[Run, str]:
    """SAM's automatic masks: the image encoder once, the mask decoder for 32 × 32 points.

    FOLDER/checkpoints/sam_<model>.pth is taken where somebody has put it, else the weights are random.
    Neither the encoder's nor the decoder's time depends on that. What follows does: random weights let
    few of the masks or none pass the two thresholds, so that these are neither compared nor encoded.
    """
    import numpy
    import torch
    from PIL import Image
    from segment_anything import SamAutomaticMaskGenerator, sam_model_registry

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    checkpoint = folder / "checkpoints" / f"sam_{model}.pth"
    network = sam_model_registry[model](str(checkpoint) if checkpoint.exists() else None).eval()
    assert network.image_encoder.img_size == size
    generator = SamAutomaticMaskGenerator(network)
    spent = {"encoder_ms": 0.0}
    encoder = network.image_encoder.forward

    def timed(image):
        start = time.perf_counter()
        result = encoder(image)
        spent["encoder_ms"] = (time.perf_counter() - start) * 1e3
        return result

    network.image_encoder.forward = timed

    def run() -> dict:
        pixels = numpy.asarray(Image.open(picture).convert("RGB"))
        return {"instances": len(generator.generate(pixels))} | spent

    weights = checkpoint.name if checkpoint.exists() else "random weights"
    return run, f"{model}, {weights}, 32 × 32 points in batches of 64, its own thresholds"


ENGINES = {f.__name__: f for f in [openvino, onnxruntime, ncnn, torch, ultralytics, sam]}
# By what name the package is known, and how many runs do not count: SAM's take minutes, in which what
# a first one costs more vanishes.
PACKAGES = {"sam": "segment-anything"}
WARM_UPS = {"sam": 0}


def main() -> None:
    name, folder, model, size, threads, *rest = sys.argv[1:]
    run, settings = ENGINES[name](Path(folder), model, int(size), int(threads), *rest)
    for _ in range(WARM_UPS.get(name, 2)):
        run()
    answer({"version": version(PACKAGES.get(name, name)), "settings": settings})
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        extra = run()
        figures = {"wall_ms": (time.perf_counter() - wall) * 1e3,
                   "cpu_ms": (time.process_time() - cpu) * 1e3}
        # Only what is ours to say: a network's answer may be a dict too.
        answer(figures | (extra if name in ("ultralytics", "sam") else {}))


def answer(document: dict) -> None:
    print(json.dumps(document), flush=True)


if __name__ == "__main__":
    main()
