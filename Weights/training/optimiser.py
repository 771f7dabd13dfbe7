"""Two ways of stepping in one optimiser: orthogonalised momentum for convolutions, AdamW for everything small.

A convolution is a matrix from (input, kernel) to output channels. Its momentum is replaced by the nearest matrix whose
singular values are all one (Jordan et al. 2024, "Muon"), found by a few rounds of a quintic iteration: rare directions
then learn as fast as common ones, which matters when a few thousand steps on a CPU are all there is.
"""

import torch

# The quintic p(s) = a s + b s^3 + c s^5 drives every singular value in (0, 1] to about one within five rounds.
A, B, C = 3.4445, -4.7750, 2.0315
# Steps of the root mean square AdamW would take, so that both share one learning rate.
MATCH = 0.2


def orthogonal(matrix, rounds=5):
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(rounds):
        square = x @ x.T
        x = A * x + (B * square + C * (square @ square)) @ x
    return (x.T if tall else x).to(matrix.dtype)


class Mixed(torch.optim.Optimizer):
    def __init__(self, network, rate, decay=0.02, momentum=0.95, betas=(0.9, 0.99)):
        trained = [p for p in network.parameters() if p.requires_grad]
        wide = [p for p in trained if p.ndim == 4 and min(p.shape[0], p.shape[1]) >= 16]
        seen = {id(p) for p in wide}
        rest = [p for p in trained if id(p) not in seen]
        super().__init__([
            {"params": wide, "matrix": True, "weight_decay": decay},
            {"params": [p for p in rest if p.ndim > 1], "matrix": False, "weight_decay": decay},
            {"params": [p for p in rest if p.ndim <= 1], "matrix": False, "weight_decay": 0.0},
        ], {"lr": rate, "momentum": momentum, "betas": betas})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                p.mul_(1 - group["lr"] * group["weight_decay"])
                if group["matrix"]:
                    self.matrix_step(p, group)
                else:
                    self.adam_step(p, group)

    def matrix_step(self, p, group):
        state = self.state[p]
        if not state:
            state["momentum"] = torch.zeros_like(p)
        m = state["momentum"].lerp_(p.grad, 1 - group["momentum"])
        ahead = p.grad.lerp(m, group["momentum"]).flatten(1)
        p.add_(orthogonal(ahead).view_as(p), alpha=-group["lr"] * MATCH * max(ahead.shape) ** 0.5)

    def adam_step(self, p, group):
        state = self.state[p]
        if not state:
            state.update(step=0, mean=torch.zeros_like(p), square=torch.zeros_like(p))
        state["step"] += 1
        b1, b2 = group["betas"]
        mean, square = state["mean"].lerp_(p.grad, 1 - b1), state["square"].lerp_(p.grad.square(), 1 - b2)
        unbiased = mean / (1 - b1 ** state["step"])
        p.addcdiv_(unbiased, (square / (1 - b2 ** state["step"])).sqrt() + 1e-8, value=-group["lr"])
