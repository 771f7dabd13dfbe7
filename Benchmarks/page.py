"""Writes Benchmarks/README.md and its charts from a result file, by default the newest.

usage: page.py [RESULT.json]
"""

import json
import sys
import textwrap
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
RESULTS = "results"
OURS = "fastsam"
LABELS = {
    "fastsam": "**this engine**", "openvino": "OpenVINO", "onnxruntime": "ONNX Runtime",
    "ncnn": "ncnn", "torch": "PyTorch", "ultralytics": "ultralytics",
    "sam": "SAM (ViT-B)",
}

# At most so large a part of the best peer's figure: what the project set itself.
TIME_GOALS = {
    "forward-s-640": 0.45, "forward-s-1024": 0.45, "forward-x-640": 0.60,
    "job-s-640-300": 0.10, "job-s-640-100": 0.20, "job-s-1024-300": 0.10, "cold-s-640-300": 0.05,
}
MEMORY_GOALS = {"forward-s-640": 0.8, "forward-s-1024": 0.8, "forward-x-640": 0.8}


def title(row: dict) -> str:
    """What was measured, in words."""
    network = f"{row['model']} @ {row['size']}"
    return {
        "forward": f"forward pass, {network}",
        "job": f"whole job warm, {network}, {row['instances']} instances",
        "cold": f"whole command cold, {network}, {row['instances']} instances",
        "scaling": f"threads, {network}",
        "sam": f"everything in a picture, {network} and SAM",
    }[row["kind"]]


def figure(engine: dict, key: str) -> float:
    """One number: the median of the samples, or the peak."""
    value = engine[key]
    return median(value) if isinstance(value, list) else value


def best_peer(row: dict, key: str) -> tuple[str, float]:
    """The peer with the smallest figure."""
    peers = {n: figure(e, key) for n, e in row["engines"].items() if n != OURS}
    name = min(peers, key=peers.get)
    return name, peers[name]


def ratio(row: dict, key: str) -> float:
    """Ours as a part of the best peer's."""
    return figure(row["engines"][OURS], key) / best_peer(row, key)[1]


def table(heads: list[str], lines: list[list[str]]) -> str:
    """A Markdown table: words to the left, numbers to the right."""
    rule = ["---"] + ["---:"] * (len(heads) - 1)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heads, rule, *lines]) + "\n"


def summary(rows: list[dict]) -> str:
    """This engine against the best peer, row by row, with the goals."""
    lines = []
    for row in rows:
        goal = TIME_GOALS.get(row["name"])
        lines.append([
            title(row), LABELS[best_peer(row, "cpu_ms")[0]], f"{ratio(row, 'cpu_ms'):.3f}",
            f"{ratio(row, 'wall_ms'):.3f}", f"≤ {goal:.2f}" if goal else "–",
            f"{ratio(row, 'peak_mb'):.2f}",
            f"≤ {MEMORY_GOALS[row['name']]:.2f}" if row["name"] in MEMORY_GOALS else "–"])
    return table(["ours ÷ best peer", "best peer", "processor time", "wall time", "goal",
                  "peak memory", "goal"], lines)


def details(row: dict) -> str:
    """All figures of one row."""
    engines = sorted(row["engines"].items(), key=lambda e: figure(e[1], "cpu_ms"))
    ours = row["engines"].get(OURS)
    lines = []
    for name, engine in engines:
        times = [f"{f(engine[key]):.0f}" for key in ["cpu_ms", "wall_ms"] for f in [median, min]]
        slower = f"{figure(engine, 'cpu_ms') / figure(ours, 'cpu_ms'):.2f} ×" if ours else "–"
        lines.append([LABELS.get(name, name), *times, slower, f"{engine['peak_mb']:.0f}"])
    heads = [f"{row['rounds']} rounds", "processor ms", "fastest", "wall ms", "fastest",
             "processor ÷ ours", "peak MB"]
    load = f"Load average {row['load_before']:.1f} before, {row['load_after']:.1f} after."
    gain = "" if ours else "\n" + scaling(row)
    note = f"{row['note']} " if "note" in row else ""
    return f"### {title(row).capitalize()}\n\n{table(heads, lines)}\n{note}{load}\n{gain}"


def losses(rows: list[dict]) -> list[str]:
    """Where a peer is better."""
    found = []
    for row in rows:
        for key, what in [("cpu_ms", "processor time"), ("wall_ms", "wall time"),
                          ("peak_mb", "memory")]:
            ours = figure(row["engines"][OURS], key)
            better = [f"{LABELS[n]} ({ours / figure(e, key):.2f} × as much)"
                      for n, e in row["engines"].items() if n != OURS and figure(e, key) < ours]
            if better:
                found.append(f"**{title(row)}**: more {what} than {', '.join(better)}.")
    return found


def misses(rows: list[dict]) -> list[str]:
    """Where a goal is missed, and by how much."""
    found = []
    for row in rows:
        parts = []
        for key, goals, what in [("cpu_ms", TIME_GOALS, "processor time"),
                                 ("wall_ms", TIME_GOALS, "wall time"),
                                 ("peak_mb", MEMORY_GOALS, "memory")]:
            goal = goals.get(row["name"])
            if goal and ratio(row, key) > goal:
                parts.append(f"{what} {ratio(row, key):.3f} (wanted {goal:.2f})")
        if parts:
            found.append(f"**{title(row)}**: " + ", ".join(parts) + ".")
    return found


def bullets(lines: list[str], none: str) -> str:
    """A Markdown list."""
    return "".join(f"- {line}\n" for line in lines) or f"{none}\n"


def scaling(row: dict) -> str:
    """What a second thread gains."""
    one, two = [row["engines"][name] for name in sorted(row["engines"])][:2]
    return (f"From one thread to two the wall time falls by a factor of "
            f"{figure(one, 'wall_ms') / figure(two, 'wall_ms'):.2f} (fastest runs: "
            f"{min(one['wall_ms']) / min(two['wall_ms']):.2f}); the processor time grows by a "
            f"factor of {figure(two, 'cpu_ms') / figure(one, 'cpu_ms'):.2f}. On a busy machine the "
            f"second thread competes with other people's work, which hides part of the gain.\n")


def chart(rows: list[dict], key: str, note: str) -> str:
    """Bars of one figure, each group on its own scale."""
    width, bar, left, right = 760, 18, 130, 110
    unit = "MB" if key == "peak_mb" else "ms"
    parts, y = [], 34
    for row in rows:
        engines = sorted(row["engines"].items(), key=lambda e: figure(e[1], key))
        longest = figure(engines[-1][1], key)
        parts.append(f'<text x="0" y="{y}" class="head">{title(row)}</text>')
        y += 10
        for name, engine in engines:
            value = figure(engine, key)
            length = (width - left - right) * value / longest
            label = LABELS[name].strip("*")
            kind = "ours" if name == OURS else "peer"
            parts += [
                f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{label}</text>',
                f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar - 4}" rx="2" '
                f'class="{kind}"/>',
                f'<text x="{left + length + 6:.1f}" y="{y + 12}">{value:.0f} {unit}</text>']
            y += bar
        y += 28
    style = ("text{font:12px system-ui,sans-serif;fill:#24292f}.head{font-weight:600}"
             ".ours{fill:#f05138}.peer{fill:#9aa4af}"
             "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.peer{fill:#6e7681}}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y - 20}" '
            f'width="{width}" height="{y - 20}"><style>{style}</style>\n'
            f'<text x="0" y="12">{note}; shorter is better</text>\n'
            + "\n".join(parts) + "\n</svg>\n")


# The charts: file, kinds of row, figure, and what stands above and beside them.
CHARTS = [
    ("forward.svg", ["forward"], "cpu_ms", "Median processor time of one forward pass"),
    ("job.svg", ["job", "cold"], "wall_ms", "Median wall time from a picture file to all its masks"),
    ("memory.svg", ["forward", "job", "cold"], "peak_mb", "Peak memory of the process"),
]


def charts(rows: list[dict]) -> str:
    """Writes the charts that there are rows for; returns the Markdown that shows them."""
    shown = []
    for file, kinds, key, note in CHARTS:
        some = [row for row in rows if row["kind"] in kinds]
        if some:
            (HERE / file).write_text(chart(some, key, note))
            shown.append(f"![{note}, by engine]({file})\n\n")
        else:
            (HERE / file).unlink(missing_ok=True)
    return "".join(shown)


def far_end(row: dict, day: str) -> str:
    """How much longer SAM takes; `day` is when that was measured, if it was another run."""
    engines = row["engines"]
    ours, theirs, sam = (engines[name] for name in [OURS, "ultralytics", "sam"])
    wall = figure(sam, "wall_ms")
    encoder = figure(sam, "encoder_ms")
    loaded = "random weights" not in sam["settings"]
    found = (f"SAM found {sam['instances']} masks." if loaded else
             f"SAM's weights were random: neither the encoder's nor the decoder's time depends on them, "
             f"but of some 3000 masks only {sam['instances']} passed its thresholds, so that hardly any "
             f"were compared and encoded. With the published weights it can only take longer.")
    text = (f"FastSAM's paper ([2306.12156](https://arxiv.org/abs/2306.12156)) promises SAM's masks 50 "
            f"times faster, on a GPU. Here{day}, on {row['size']} × {row['size']} pixels, SAM's smallest "
            f"published model took {wall / 1e3:.0f} s for everything in the picture, {encoder / 1e3:.1f} s "
            f"of it in the image encoder and the rest with 32 × 32 points in batches of 64: the mask "
            f"decoder, and the way of its masks to the picture's size. FastSAM-{row['model']} in ultralytics took 1/"
            f"{wall / figure(theirs, 'wall_ms'):.0f} of that, in this engine 1/"
            f"{wall / figure(ours, 'wall_ms'):.0f}. {found}")
    return ("## The far end of the scale: SAM\n\n"
            + textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False) + "\n\n")


def kernels(runs: list[dict]) -> str:
    """Whether the plan takes the fastest kernel of each layer."""
    if not runs:
        return ""
    lines, slower = [], []
    for run in runs:
        network = f"{run['model']} @ {run['size'][0]}"
        losses = [(kernel_loss(layer), layer) for layer in run["layers"]]
        wrong = [(loss, layer) for loss, layer in losses if loss > KERNEL_NOISE]
        rates = [rate for _, layer in losses
                 for rate in [layer["algorithms"][layer["chosen"]]["share_of_peak"]]]
        lines.append([network, f"{len(losses)}", f"{len(losses) - len(wrong)}",
                      f"{median(rates):.0%}", f"{run['peak_gflops']:.0f}"])
        slower += [[f"{network}, {layer['layer']}", layer["shape"], layer["chosen"], f"{loss:.0%}"]
                   for loss, layer in wrong]
    page = "## Kernels\n\n" + KERNELS + "\n" + table(
        ["network", "layers", f"within {KERNEL_NOISE:.0%} of the fastest", "median share of peak",
         "peak, GFLOP/s"], lines) + "\n"
    if slower:
        page += ("Where another kernel is faster alone:\n\n"
                 + table(["layer", "shape", "the plan's", "slower by"], slower) + "\n")
    return page


def kernel_loss(layer: dict) -> float:
    """How much longer than the fastest kernel the plan's takes, as a part."""
    times = {name: figures["median_ms"] for name, figures in layer["algorithms"].items()}
    return times[layer["chosen"]] / min(times.values()) - 1


def rooflines(files: list[str]) -> str:
    """The layers of this engine under the machine's roof."""
    if not files:
        return ""
    pictures = "\n\n".join(f"![Roofline of the layers]({RESULTS}/{file})" for file in files)
    return f"## Where the layers stand\n\n{ROOFLINE}\n{pictures}\n\n"


PREFACE = """\
# Benchmarks

*Written by `page.py` from [`{file}`](results/{file}), which holds every sample. Do not edit.*

Measured {date} on {processor}, {cores} cores, {memory} GB, {system}; {threads} threads, FP32, batch
1; commit `{commit}`{changed}. {versions}.

{shared}

"""

SHARED = """\
**The machine was shared.** Its load average was {low:.0f} to {high:.0f} on {cores} cores while this
was measured{priority}. Wall time then holds other people's work too; processor time (all threads of the
engine's process added up) does not, and is the steadier figure. But it charges an engine whose
threads wait by spinning for the waiting, and where a job leaves a core idle, as ultralytics'
cold start does, it flatters the job that does. Caches and clock are shared all the same, so only ratios inside
one row mean anything, and the milliseconds are not what a quiet machine would show."""

QUIET = "The load average stayed at or below {high:.1f} on {cores} cores."

METHOD = """\
## How it is measured

- Each engine runs in its own process, loaded and warmed up by two runs, and waits on a pipe. They
  take turns, one run each, so that only one computes at a time and all meet the same minutes.
- *Forward pass*: seeded noise in, all outputs of the network decoded out. OpenVINO with f32 and the
  latency hint, ONNX Runtime with all graph optimisations, ncnn with FP16 and BF16 off and Winograd
  and packing on, PyTorch eager with batch norm fused and channels-last (the
  contiguous layout was slower at 640; `torch.compile` is not measured).
- *Whole job warm*: from the picture file (`bus.jpg`, 810 × 1080, which comes with ultralytics) to
  every full-size mask. ultralytics stops at `predict(retina_masks=True)`; this engine also encodes
  each mask as COCO run lengths. The confidence is set to where the wanted number of instances
  passes. This engine computes boxes only for cells that pass, and mask coefficients only for boxes that
  are kept (its forward pass above computes all). ultralytics by itself would use one thread less than
  there are cores; here it is given as many as this engine.
- *Whole command cold*: the same job as a new process each time, the file cache warm, no network:
  `fastsam segment --json` with every mask in the document, against `python -c` with `YOLO(…)
  .predict(…)` as it comes, importing PyTorch included, with its own choice of threads.
- *Peak memory*: the largest resident size of the process in its life, loading included, 1 MB =
  10⁶ bytes. For the peers that includes the Python interpreter, for PyTorch also ultralytics, which
  reads the checkpoint.
- The checkpoints hold random weights in the published shapes (`make_checkpoints.py`): the time of a
  forward pass does not depend on the weights.
- *SAM*: `SamAutomaticMaskGenerator` of the package `segment-anything` with its own settings, from the
  picture file on and not warmed up; the image encoder works at 1024 × 1024. Its published weights count if they are
  there (see below), else they are random: only the number of masks depends on that, and what is done
  with each. {sam}

## How to repeat it

```sh
swift build -c release --product fastsam
Benchmarks/setup.sh Benchmarks/work       # Python peers, checkpoints, exports: several GB
Benchmarks/work/python/bin/python Benchmarks/run.py Benchmarks/work \\
  --slow --kernels --rooflines            # writes to Benchmarks/results
python3 Benchmarks/page.py                # writes this page
```

Without `--slow` SAM is left out, which takes minutes. `run.py --rows forward-s-640 --rounds 3` is a
quick look. On a busy machine give it priority, or
engines whose threads wait for each other by spinning (ncnn, PyTorch) fare far worse than the rest:
`nice -n -20`, and on Linux with scheduler autogroups `echo -20 > /proc/self/autogroup` in a session
of its own (`setsid`), since niceness counts only inside a session there. To measure the published weights, put them
at `Benchmarks/work/checkpoints/s.pt`, `x.pt` and (SAM's) `sam_vit_b.pth` before `setup.sh` runs.
"""

KERNEL_NOISE = 0.05
KERNELS = """\
Every convolution algorithm on every layer, alone and out of memory (`fastsam bench kernels`; all
figures are in the result file). The plan picks by an estimate of cycles, and a layer alone does
not find its input in a cache as it may in a forward pass.
"""

ROOFLINE = """\
What `fastsam bench layers --roofline` draws: each layer of the forward pass under the machine's peak
and memory bandwidth, both measured in the same run.
"""


def preface(result: dict, file: str) -> str:
    """Where, when and with what."""
    loads = [row[key] for row in result["rows"] for key in ["load_before", "load_after"]]
    shared = SHARED if max(loads) > 1.5 * result["threads"] else QUIET
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    niceness = result["niceness"]
    priority = f"; all engines ran with niceness {niceness}" if niceness else ""
    text = PREFACE.format(
        file=file, date=result["date"][:16].replace("T", " ") + " UTC",
        processor=result["processor"], cores=result["cores"], memory=result["memory_gb"],
        system=result["system"], threads=result["threads"], commit=result["commit"],
        changed=" with changes" if result["changed_since_commit"] else "",
        versions=versions[0].upper() + versions[1:],
        shared=shared.format(low=min(loads), high=max(loads), cores=result["cores"],
                             priority=priority))
    return "".join(
        textwrap.fill(paragraph, 100, break_long_words=False, break_on_hyphens=False) + "\n\n"
        for paragraph in text.strip().split("\n\n"))


def main() -> None:
    dated = sorted((HERE / "results").glob("*.json"), key=lambda p: json.loads(p.read_text())["date"])
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else dated[-1]
    result = json.loads(path.read_text())
    rows = [row for row in result["rows"] if row["kind"] not in ("scaling", "sam")]
    sam, day = [row for row in result["rows"] if row["kind"] == "sam"], ""
    # SAM takes minutes and is seldom measured: the last run that did counts, and its day is said.
    for older in [] if len(sys.argv) > 1 else reversed(dated):
        if sam:
            break
        earlier = json.loads(older.read_text())
        sam = [row for row in earlier["rows"] if row["kind"] == "sam"]
        day = f", on {earlier['date'][:10]}"
    page = preface(result, path.name) + charts(rows)
    page += summary(rows) + "\n## Where this engine loses\n\n"
    page += bullets(losses(rows), "Nowhere in these rows.")
    page += "\n## Where it misses its goal\n\nAs a part of the best peer's figure:\n\n"
    page += bullets(misses(rows), "Nowhere in these rows.")
    page += "\n" + "".join(far_end(row, day) for row in sam) + kernels(result.get("kernels", []))
    page += rooflines(result.get("rooflines", []))
    page += "## All figures\n\n" + "\n".join(details(row) for row in result["rows"])
    unmeasured = "" if sam else "It was not measured in this run."
    method = METHOD.replace(" {sam}", f" {unmeasured}" if unmeasured else "")
    (HERE / "README.md").write_text(page + "\n" + method)


if __name__ == "__main__":
    main()
