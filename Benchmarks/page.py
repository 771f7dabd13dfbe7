"""Writes Benchmarks/README.md and forward.svg from a result file, by default the newest.

usage: page.py [RESULT.json]
"""

import json
import sys
import textwrap
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
OURS = "fastsam"
LABELS = {
    "fastsam": "**this engine**", "openvino": "OpenVINO", "onnxruntime": "ONNX Runtime",
    "ncnn": "ncnn", "torch": "PyTorch", "ultralytics": "ultralytics",
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


def chart(rows: list[dict]) -> str:
    """Bars of processor time, each group on its own scale."""
    width, bar, left, right = 760, 18, 130, 110
    parts, y = [], 34
    for row in rows:
        engines = sorted(row["engines"].items(), key=lambda e: figure(e[1], "cpu_ms"))
        longest = figure(engines[-1][1], "cpu_ms")
        parts.append(f'<text x="0" y="{y}" class="head">{title(row)}</text>')
        y += 10
        for name, engine in engines:
            value = figure(engine, "cpu_ms")
            length = (width - left - right) * value / longest
            label = LABELS[name].strip("*")
            kind = "ours" if name == OURS else "peer"
            parts += [
                f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{label}</text>',
                f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar - 4}" rx="2" '
                f'class="{kind}"/>',
                f'<text x="{left + length + 6:.1f}" y="{y + 12}">{value:.0f} ms</text>']
            y += bar
        y += 28
    style = ("text{font:12px system-ui,sans-serif;fill:#24292f}.head{font-weight:600}"
             ".ours{fill:#f05138}.peer{fill:#9aa4af}"
             "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.peer{fill:#6e7681}}")
    note = '<text x="0" y="12">Median processor time of one forward pass; shorter is better</text>'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y - 20}" '
            f'width="{width}" height="{y - 20}"><style>{style}</style>\n{note}\n'
            + "\n".join(parts) + "\n</svg>\n")


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
  passes. ultralytics by itself would use one thread less than there are cores; here it is given as
  many as this engine.
- *Whole command cold*: the same job as a new process each time, the file cache warm, no network:
  `fastsam segment --json` with every mask in the document, against `python -c` with `YOLO(…)
  .predict(…)` as it comes, importing PyTorch included, with its own choice of threads.
- *Peak memory*: the largest resident size of the process in its life, loading included, 1 MB =
  10⁶ bytes. For the peers that includes the Python interpreter, for PyTorch also ultralytics, which
  reads the checkpoint.
- The checkpoints hold random weights in the published shapes (`make_checkpoints.py`): the time of a
  forward pass does not depend on the weights.
- Not measured: SAM (ViT-B) as the far end of the scale, so nothing is said here about how much
  faster than SAM this is.

## How to repeat it

```sh
swift build -c release --product fastsam
Benchmarks/setup.sh Benchmarks/work       # Python peers, checkpoints, exports: several GB
Benchmarks/work/python/bin/python Benchmarks/run.py Benchmarks/work   # writes Benchmarks/results/
python3 Benchmarks/page.py                # writes this page
```

`run.py --rows forward-s-640 --rounds 3` is a quick look. On a busy machine give it priority, or
engines whose threads wait for each other by spinning (ncnn, PyTorch) fare far worse than the rest:
`nice -n -20`, and on Linux with scheduler autogroups `echo -20 > /proc/self/autogroup` in a session
of its own (`setsid`), since niceness counts only inside a session there. To measure the published weights, put them
at `Benchmarks/work/checkpoints/s.pt` and `x.pt` before `setup.sh` runs.
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
    path = (Path(sys.argv[1]) if len(sys.argv) > 1
            else max((HERE / "results").glob("*.json"), key=lambda p: json.loads(p.read_text())["date"]))
    result = json.loads(path.read_text())
    rows = [row for row in result["rows"] if row["kind"] != "scaling"]
    forward = [row for row in rows if row["kind"] == "forward"]
    (HERE / "forward.svg").write_text(chart(forward))
    page = preface(result, path.name)
    page += "![Processor time of the forward pass by engine](forward.svg)\n\n"
    page += summary(rows) + "\n## Where this engine loses\n\n"
    page += bullets(losses(rows), "Nowhere in these rows.")
    page += "\n## Where it misses its goal\n\nAs a part of the best peer's figure:\n\n"
    page += bullets(misses(rows), "Nowhere in these rows.")
    page += "\n## All figures\n\n" + "\n".join(details(row) for row in result["rows"])
    (HERE / "README.md").write_text(page + "\n" + METHOD)


if __name__ == "__main__":
    main()
