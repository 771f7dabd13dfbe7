"""Trains the demo network on rendered pictures, on a plain CPU.

    python train.py --pictures work/pictures --work work/run --steps 9000

Stop it at any time: started again with the same --work it continues from the last checkpoint. The learning rate is held
and falls to zero over the last --decay steps (or --decay-minutes, on a machine of unknown speed); all of these may be changed
when continuing.
"""

import argparse
import datetime
import math
import os
import time
from pathlib import Path

import torch
import torch.distributed as group_of_processes
import torch.multiprocessing
from torch.utils.data import DataLoader

from data import Batches
from losses import loss
from optimiser import Mixed
from yolov8_seg import BINS, STRIDES, YOLOv8Seg

WARMUP = 100


def fresh_network():
    """Biases as if training had already noticed that few anchors count and boxes are small (2 strides a side)."""
    network = YOLOv8Seg()
    head = network.model[22]
    for level, stride in enumerate(STRIDES):
        head.cv3[level][-1].bias.data.fill_(math.log(10 / (256 / stride) ** 2))
        bias = torch.zeros(4, BINS)
        bias[:, :4] = 1.0
        head.cv2[level][-1].bias.data.copy_(bias.flatten())
    return network


class Average:
    """The running mean of the weights: what is exported."""

    def __init__(self, network, decay=0.998):
        self.decay, self.steps = decay, 0
        self.state = {k: v.detach().clone() for k, v in network.state_dict().items()}

    def update(self, network):
        self.steps += 1
        keep = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value.detach(), 1 - keep)
            else:
                self.state[name].copy_(value)


def rate(step, seconds, options):
    """Rises, holds, and falls to zero with the last steps or, where --minutes is given, with the last minutes."""
    rise = min(1, (step + 1) / WARMUP)
    fall = min(1, max(0, options.steps - step) / max(1, options.decay))
    if options.minutes:
        fall = min(fall, max(0, options.minutes - seconds / 60) / options.decay_minutes)
    return options.rate * rise * fall


def share(network, rate, processes):
    """Averages the gradients of all processes: one thread in each of two wastes less than two threads in one.

    The learning rate travels with them, since clocks differ and the copies must not. Returns its average.
    """
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    flat = torch.cat([g.flatten() for g in gradients] + [torch.tensor([rate])])
    group_of_processes.all_reduce(flat)
    flat /= processes
    for gradient, part in zip(gradients, flat[:-1].split([g.numel() for g in gradients])):
        gradient.copy_(part.view_as(gradient))
    return flat[-1].item()


def save(path, **state):
    """Writes beside the old checkpoint first: a kill at any moment leaves one of the two whole."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def train(process, options):
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    first = process == 0
    checkpoint = options.work / "checkpoint.pt"

    network = fresh_network().to(memory_format=torch.channels_last)
    optimiser = Mixed(network, options.rate)
    average, step = Average(network), 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        average.state, average.steps, step = state["average"], state["step"], state["step"]
        print(f"continuing at step {step}", flush=True)
    if options.processes > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(options.port))
        # A long pause of one process (say, stopped for a measurement elsewhere) is no failure.
        group_of_processes.init_process_group("gloo", rank=process, world_size=options.processes, timeout=datetime.timedelta(hours=5))

    batches = Batches(options.pictures, options.sizes, options.seed + step + 1_000_000 * process)
    loader = iter(DataLoader(batches, batch_size=None, num_workers=1, prefetch_factor=4))
    network.train()
    begun = saved = shown = time.time()
    sums = {}
    pace = 1.0
    while step < options.steps and pace > 0:
        pictures, regions, masks = next(loader)
        pictures = (pictures.float() / 255).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = network(pictures)
        total, parts = loss(output, regions, masks)
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        pace = rate(step, time.time() - begun, options)
        if options.processes > 1:
            pace = share(network, pace, options.processes)
        for group in optimiser.param_groups:
            group["lr"] = pace
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        if torch.isfinite(norm):  # one broken batch must not end a night's work
            optimiser.step()
        step += 1
        for name, value in parts.items():
            sums[name] = sums.get(name, 0) + value
        if not first:
            continue
        average.update(network)
        if step % 50 == 0:
            seconds, shown = (time.time() - shown) / 50, time.time()
            print(f"{time.strftime('%H:%M:%S')} step {step} " + " ".join(f"{k} {v / 50:.3f}" for k, v in sums.items())
                  + f" norm {norm:.1f} rate {pace:.5f} {seconds:.2f} s", flush=True)
            sums = {}
        if time.time() - saved > 60 * options.minutes_between_saves or step == options.steps or pace <= 0:
            save(checkpoint, network=network.state_dict(), optimiser=optimiser.state_dict(), average=average.state, step=step)
            saved = time.time()


def size_and_count(text):
    side, count = text.split(":")
    return int(side), int(count)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pictures", nargs="+", default=["work/pictures"])
    arguments.add_argument("--work", type=Path, default=Path("work/run"))
    arguments.add_argument("--sizes", nargs="+", type=size_and_count, default=[(192, 16), (256, 9), (384, 4)],
                           metavar="SIDE:COUNT", help="windows of a step and process; one of the list is drawn each time")
    arguments.add_argument("--steps", type=int, default=6000)
    arguments.add_argument("--decay", type=int, default=2000)
    arguments.add_argument("--minutes", type=float, default=0, help="stop after so long, however many steps that is; 0: never")
    arguments.add_argument("--decay-minutes", type=float, default=30)
    arguments.add_argument("--rate", type=float, default=2e-3)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--threads", type=int, default=1, help="of each process")
    arguments.add_argument("--port", type=int, default=29511)
    arguments.add_argument("--minutes-between-saves", type=float, default=3)
    options = arguments.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.processes == 1:
        train(0, options)
    else:
        torch.multiprocessing.spawn(train, (options,), nprocs=options.processes)


if __name__ == "__main__":
    main()
