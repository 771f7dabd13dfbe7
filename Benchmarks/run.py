"""Measures this engine beside OpenVINO, ONNX Runtime, ncnn, PyTorch, ultralytics and SAM.

Each engine lives in a process of its own, loaded and warm, and waits. The engines then take turns,
A B C D E A B C …, one run each, so that only one computes at any moment and a machine that slows
down slows down for all. Every sample goes into the result file; Benchmarks/page.py turns the newest
one into Benchmarks/README.md.

Left out unless asked for: rows that take minutes (--slow, or by their names), every kernel on every
layer (--kernels), and drawings of the layers under the machine's roof (--rooflines).

usage: run.py FOLDER [--rows [NAME …]] [--slow] [--kernels] [--rooflines] [--rounds N] [--output FILE]
       FOLDER made by setup.sh
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
FASTSAM = HERE.parent / ".build" / "release" / "fastsam"
THREADS = 2
FORWARD = ["fastsam", "openvino", "onnxruntime", "ncnn", "torch"]
IOU = 0.9
PAUSE = 0.05  # seconds between turns, for worker threads that still spin after a run


@dataclass
class Row:
    """One line of the table: which engines, and what a turn is."""

    kind: str  # forward, job, cold, scaling or sam
    model: str
    size: int
    rounds: int
    instances: int = 0
    slow: bool = False  # minutes: only when asked for

    @property
    def name(self) -> str:
        count = f"-{self.instances}" if self.instances else ""
        return f"{self.kind}-{self.model}-{self.size}{count}"


ROWS = [
    Row("forward", "s", 640, 20),
    Row("forward", "s", 1024, 12),
    Row("job", "s", 640, 10, 300),
    Row("job", "s", 640, 10, 100),
    Row("cold", "s", 640, 6, 300),
    Row("scaling", "s", 640, 20),
    Row("forward", "x", 640, 10),
    Row("job", "s", 1024, 6, 300),
    Row("sam", "x", 1024, 2, 100, slow=True),
]
SAM = "vit_b"
KERNELS = [("s", 640), ("s", 1024), ("x", 640), ("x", 1024)]
ROOFLINES = [("s", 640), ("x", 640)]


@dataclass
class Figures:
    """What was seen of one engine."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    peak_mb: float | None = None
    settings: str | None = None
    instances: int | None = None
    encoder_ms: list[float] | None = None  # SAM's, of the wall time


class Engine:
    """A warm process that runs once when asked."""

    def __init__(self, command: list[str]):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
        self.figures = Figures()
        self.figures.settings = self.answer().get("settings")

    def answer(self) -> dict:
        # Libraries may print lines of their own on the way.
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        sys.exit(f"engine ended early: {' '.join(self.process.args)}")

    def turn(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = self.answer()
        self.figures.wall_ms.append(answer["wall_ms"])
        self.figures.cpu_ms.append(answer["cpu_ms"])
        self.figures.instances = answer.get("instances")
        if "encoder_ms" in answer:
            self.figures.encoder_ms = (self.figures.encoder_ms or []) + [answer["encoder_ms"]]

    def end(self) -> None:
        self.process.stdin.close()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.figures.peak_mb = megabytes(usage.ru_maxrss)


class Command:
    """A command run from the shell again and again, with nothing kept but the file cache."""

    def __init__(self, command: list[str]):
        self.command, self.figures = command, Figures(settings="started anew for every run")

    def turn(self) -> None:
        start = time.perf_counter()
        process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=environment())
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"failed with {process.returncode}: {' '.join(self.command)}")
        self.figures.wall_ms.append(wall * 1e3)
        self.figures.cpu_ms.append((usage.ru_utime + usage.ru_stime) * 1e3)
        self.figures.peak_mb = max(self.figures.peak_mb or 0, megabytes(usage.ru_maxrss))

    def end(self) -> None:
        pass


def environment() -> dict[str, str]:
    """Two threads for whoever asks the environment, and no network checks on anybody's clock."""
    return os.environ | {"OMP_NUM_THREADS": str(THREADS), "YOLO_OFFLINE": "true",
                         "YOLO_AUTOINSTALL": "false"}


def megabytes(maxrss: int) -> float:
    """ru_maxrss in MB (10⁶ bytes): Linux counts kibibytes, macOS bytes."""
    return maxrss * (1 if platform.system() == "Darwin" else 1024) / 1e6


class Bench:
    """Knows where things lie and how each engine is started."""

    def __init__(self, folder: Path):
        self.folder = folder
        # Found, not imported: a process starts with its parent's peak memory on its account, so
        # this one stays small.
        self.picture = Path(find_spec("ultralytics").origin).parent / "assets" / "bus.jpg"
        self.thresholds: dict[tuple, float] = {}

    def engines(self, row: Row) -> dict[str, Engine | Command]:
        match row.kind:
            case "forward":
                return {name: self.forward(name, row) for name in FORWARD}
            case "scaling":
                return {f"fastsam, {n} thread{'s' * (n > 1)}": self.forward("fastsam", row, n)
                        for n in range(1, THREADS + 1)}
            case "job" | "sam":
                ours = self.ours("pipeline", row, self.picture, "--turns",
                                 *self.selection(row))
                theirs = self.peer("ultralytics", row, THREADS, str(self.picture),
                                   str(self.threshold(row)), str(row.instances))
                engines = {"fastsam": Engine(ours), "ultralytics": Engine(theirs)}
                if row.kind == "sam":
                    engines["sam"] = Engine([
                        sys.executable, str(HERE / "peer.py"), "sam", str(self.folder), SAM, "1024",
                        str(THREADS), str(self.picture)])
                return engines
            case _:
                return {"fastsam": Command([
                            str(FASTSAM), "segment", str(self.picture), *self.network(row),
                            *self.selection(row), "--json", "-"]),
                        "ultralytics": Command([sys.executable, "-c", self.script(row)])}

    def forward(self, name: str, row: Row, threads: int = THREADS) -> Engine:
        if name == "fastsam":
            return Engine(self.ours("model", row, "--turns", threads=threads))
        return Engine(self.peer(name, row, threads))

    def peer(self, name: str, row: Row, threads: int, *rest: str) -> list[str]:
        return [sys.executable, str(HERE / "peer.py"), name, str(self.folder), row.model,
                str(row.size), str(threads), *rest]

    def ours(self, what: str, row: Row, *rest, threads: int = THREADS) -> list[str]:
        return [str(FASTSAM), "bench", what, *map(str, rest), *self.network(row, threads)]

    def network(self, row: Row, threads: int = THREADS) -> list[str]:
        return ["--weights", str(self.folder / "checkpoints" / f"{row.model}.pt"),
                "--size", str(row.size), "--threads", str(threads)]

    def selection(self, row: Row) -> list[str]:
        return ["--confidence", str(self.threshold(row)), "--iou", str(IOU),
                "--max-detections", str(row.instances)]

    def threshold(self, row: Row) -> float:
        """The confidence that lets just so many instances through, from the scores themselves."""
        key = (row.model, row.size, row.instances)
        if key not in self.thresholds:
            document = subprocess.run(
                [str(FASTSAM), "segment", str(self.picture), *self.network(row), "--confidence",
                 "0", "--iou", str(IOU), "--max-detections", str(row.instances), "--json", "-",
                 "--quiet"], check=True, capture_output=True, text=True).stdout
            scores = [instance["score"] for instance in json.loads(document)["instances"]]
            # Beside SAM, whose own masks cannot be counted out, a few more or less mean nothing.
            if len(scores) < row.instances and row.kind != "sam":
                sys.exit(f"{self.picture.name} holds only {len(scores)} instances")
            self.thresholds[key] = min(scores) * 0.9999
        return self.thresholds[key]

    def kernels(self, model: str, size: int, runs: int) -> dict:
        """Every convolution algorithm on every layer of one network at one size."""
        answer = subprocess.run(
            self.ours("kernels", Row("forward", model, size, 0), "--json", "-", "--runs", runs),
            check=True, capture_output=True, text=True).stdout
        return {"model": model} | json.loads(answer)

    def draw_roofline(self, model: str, size: int, folder: Path) -> str:
        """Draws the layers of a forward pass under the machine's roof; returns the file's name."""
        name = f"roofline-{model}-{size}.svg"
        subprocess.run(
            self.ours("layers", Row("forward", model, size, 0), "--roofline", folder / name),
            check=True, stdout=subprocess.DEVNULL)
        return name

    def script(self, row: Row) -> str:
        checkpoint = str(self.folder / "checkpoints" / f"{row.model}.pt")
        return (f"from ultralytics import YOLO; YOLO({checkpoint!r}).predict({str(self.picture)!r},"
                f" imgsz={row.size}, conf={self.threshold(row)}, iou={IOU},"
                f" max_det={row.instances}, retina_masks=True, device='cpu', verbose=False)")


def measure(bench: Bench, row: Row, rounds: int) -> dict:
    """The samples of one row."""
    load = os.getloadavg()[0]
    engines = bench.engines(row)
    for _ in range(rounds):
        for engine in engines.values():
            time.sleep(PAUSE)
            engine.turn()
    for engine in engines.values():
        engine.end()
    return {
        "name": row.name, "kind": row.kind, "model": row.model, "size": row.size,
        "instances": row.instances, "rounds": rounds,
        "load_before": load, "load_after": os.getloadavg()[0],
        "engines": {name: rounded(engine.figures) for name, engine in engines.items()},
    }


def rounded(figures: Figures) -> dict:
    """The figures to a tenth of a unit; what was not seen is left out."""
    def shorten(value):
        match value:
            case list():
                return [round(v, 1) for v in value]
            case float():
                return round(value, 1)
        return value

    return {key: shorten(value) for key, value in vars(figures).items() if value is not None}


def processor() -> str:
    """What the system calls the processor, and its family and model where it says no more."""
    try:
        fields = dict(
            (part.strip() for part in line.split(":", 1))
            for line in reversed(Path("/proc/cpuinfo").read_text().splitlines()) if ":" in line)
        return f"{fields['model name']} (family {fields['cpu family']}, model {fields['model']})"
    except (OSError, KeyError):
        return platform.processor() or platform.machine()


def header() -> dict:
    """Everything about the run but its figures."""
    def git(*arguments: str) -> str:
        return subprocess.run(["git", "-C", str(HERE), *arguments], capture_output=True,
                              text=True).stdout.strip()

    packages = ["openvino", "onnxruntime", "ncnn", "torch", "ultralytics", "segment-anything",
                "numpy"]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="minutes"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "threads": THREADS,
        "niceness": os.nice(0),
        "commit": git("rev-parse", "--short", "HEAD"),
        "changed_since_commit": bool(git("status", "--porcelain", "--", "../Sources")),
        "versions": {"python": platform.python_version()} | {p: version(p) for p in packages},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="made by setup.sh")
    parser.add_argument("--rows", nargs="*", choices=[row.name for row in ROWS],
                        help="only these; without a name none")
    parser.add_argument("--slow", action="store_true", help="also the rows that take minutes")
    parser.add_argument("--kernels", action="store_true", help="also every kernel on every layer")
    parser.add_argument("--rooflines", action="store_true", help="also draw the layers' rooflines")
    parser.add_argument("--rounds", type=int, help="turns of each engine; default: by row")
    parser.add_argument("--output", type=Path, help="default: results/<date>-<processor>.json")
    options = parser.parse_args()
    if not FASTSAM.exists():
        sys.exit("first: swift build -c release --product fastsam")

    document = header() | {"rows": []}
    slug = "-".join(document["processor"].split("(")[0].split()).lower()
    output = options.output or HERE / "results" / f"{date.today()}-{slug}.json"
    output.parent.mkdir(exist_ok=True)
    bench = Bench(options.folder.resolve())
    for row in ROWS:
        if row.slow and not options.slow if options.rows is None else row.name not in options.rows:
            continue
        result = measure(bench, row, options.rounds or row.rounds)
        document["rows"].append(result)
        output.write_text(json.dumps(document, indent=1) + "\n")
        medians = {name: sorted(figures["wall_ms"])[len(figures["wall_ms"]) // 2]
                   for name, figures in result["engines"].items()}
        print(row.name, medians, f"load {result['load_after']:.1f}", flush=True)
    if options.kernels:
        document["kernels"] = [
            bench.kernels(model, size, options.rounds or 10) for model, size in KERNELS]
    if options.rooflines:
        document["rooflines"] = [
            bench.draw_roofline(model, size, output.parent) for model, size in ROOFLINES]
    output.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
