"""YOLOv8-seg with one class, written from the published figure of the architecture.

The modules are numbered and named so that `state_dict()` has the key names every YOLOv8 tool knows
(`model.0.conv.weight` ... `model.22.proto.upsample.bias`); the engine reads the same names.
"""

import math

import torch
from torch import nn

STRIDES = (8, 16, 32)
PROTOTYPES = 32
BINS = 16  # a box side is a distribution over 0 ... 15 strides


class Conv(nn.Module):
    """Convolution, batch normalisation, SiLU: the brick of everything below."""

    def __init__(self, inputs, outputs, kernel=1, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    def __init__(self, channels, shortcut):
        super().__init__()
        self.cv1 = Conv(channels, channels, 3)
        self.cv2 = Conv(channels, channels, 3)
        self.shortcut = shortcut

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.shortcut else y


class C2f(nn.Module):
    """Half of the channels walk through a chain of bottlenecks; every stop on the way is kept."""

    def __init__(self, inputs, outputs, repeats, shortcut):
        super().__init__()
        half = outputs // 2
        self.cv1 = Conv(inputs, 2 * half)
        self.cv2 = Conv((2 + repeats) * half, outputs)
        self.m = nn.ModuleList(Bottleneck(half, shortcut) for _ in range(repeats))

    def forward(self, x):
        stops = list(self.cv1(x).chunk(2, 1))
        for bottleneck in self.m:
            stops.append(bottleneck(stops[-1]))
        return self.cv2(torch.cat(stops, 1))


class SPPF(nn.Module):
    """Three chained 5x5 maxima see 5, 9 and 13 cells around each cell."""

    def __init__(self, channels):
        super().__init__()
        self.cv1 = Conv(channels, channels // 2)
        self.cv2 = Conv(channels * 2, channels)
        self.pool = nn.MaxPool2d(5, 1, 2)

    def forward(self, x):
        views = [self.cv1(x)]
        for _ in range(3):
            views.append(self.pool(views[-1]))
        return self.cv2(torch.cat(views, 1))


class Concat(nn.Module):
    def forward(self, parts):
        return torch.cat(parts, 1)


class DFL(nn.Module):
    """The expectation of a box side's distribution, kept as a convolution with fixed weights 0 ... 15."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(BINS, 1, 1, bias=False).requires_grad_(False)
        self.conv.weight.data[:] = torch.arange(BINS, dtype=torch.float32).view(1, BINS, 1, 1)

    def forward(self, x):  # N x 4*BINS x A -> N x 4 x A
        n, _, anchors = x.shape
        return self.conv(x.view(n, 4, BINS, anchors).transpose(1, 2).softmax(1)).view(n, 4, anchors)


class Proto(nn.Module):
    """The prototypes: 32 pictures of a quarter of the input's size that every mask is mixed from."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.cv1 = Conv(inputs, hidden, 3)
        self.upsample = nn.ConvTranspose2d(hidden, hidden, 2, 2)
        self.cv2 = Conv(hidden, hidden, 3)
        self.cv3 = Conv(hidden, PROTOTYPES)

    def forward(self, x):
        return self.cv3(self.cv2(self.upsample(self.cv1(x))))


def branch(inputs, hidden, outputs):
    return nn.Sequential(Conv(inputs, hidden, 3), Conv(hidden, hidden, 3), nn.Conv2d(hidden, outputs, 1))


class Segment(nn.Module):
    """Per level: box sides (cv2), class (cv3) and mask coefficients (cv4) of each cell."""

    def __init__(self, channels, prototype_width):
        super().__init__()
        box, score, mask = max(16, channels[0] // 4, 4 * BINS), channels[0], max(channels[0] // 4, PROTOTYPES)
        self.cv2 = nn.ModuleList(branch(c, box, 4 * BINS) for c in channels)
        self.cv3 = nn.ModuleList(branch(c, score, 1) for c in channels)
        self.dfl = DFL()
        self.proto = Proto(channels[0], prototype_width)
        self.cv4 = nn.ModuleList(branch(c, mask, PROTOTYPES) for c in channels)

    def forward(self, levels):
        def rows(branches):
            return torch.cat([b(x).flatten(2) for b, x in zip(branches, levels)], 2)

        return rows(self.cv2), rows(self.cv3), rows(self.cv4), self.proto(levels[0])


class YOLOv8Seg(nn.Module):
    """`forward` gives the raw head: box bins N x 64 x A, class logits N x 1 x A, coefficients N x 32 x A, prototypes."""

    def __init__(self, width=0.25, depth=0.33):
        super().__init__()
        c1, c2, c3, c4, c5 = (math.ceil(c * width / 8) * 8 for c in (64, 128, 256, 512, 1024))
        n3, n6 = max(round(3 * depth), 1), max(round(6 * depth), 1)
        self.model = nn.ModuleList([
            Conv(3, c1, 3, 2),
            Conv(c1, c2, 3, 2),
            C2f(c2, c2, n3, True),
            Conv(c2, c3, 3, 2),
            C2f(c3, c3, n6, True),
            Conv(c3, c4, 3, 2),
            C2f(c4, c4, n6, True),
            Conv(c4, c5, 3, 2),
            C2f(c5, c5, n3, True),
            SPPF(c5),
            nn.Upsample(scale_factor=2),
            Concat(),
            C2f(c5 + c4, c4, n3, False),
            nn.Upsample(scale_factor=2),
            Concat(),
            C2f(c4 + c3, c3, n3, False),
            Conv(c3, c3, 3, 2),
            Concat(),
            C2f(c3 + c4, c4, n3, False),
            Conv(c4, c4, 3, 2),
            Concat(),
            C2f(c4 + c5, c5, n3, False),
            Segment((c3, c4, c5), c3),
        ])

    def pyramid(self, x):
        m = self.model
        p3 = m[4](m[3](m[2](m[1](m[0](x)))))
        p4 = m[6](m[5](p3))
        p5 = m[9](m[8](m[7](p4)))
        up4 = m[12](m[11]([m[10](p5), p4]))
        out3 = m[15](m[14]([m[13](up4), p3]))
        out4 = m[18](m[17]([m[16](out3), up4]))
        out5 = m[21](m[20]([m[19](out4), p5]))
        return out3, out4, out5

    def forward(self, x):
        return self.model[22](self.pyramid(x))


def anchors(height, width, device=None):
    """Centres of all cells in pixels (A x 2, x then y) and the stride of each (A)."""
    centres, strides = [], []
    for stride in STRIDES:
        ys = (torch.arange(height // stride, device=device) + 0.5) * stride
        xs = (torch.arange(width // stride, device=device) + 0.5) * stride
        y, x = torch.meshgrid(ys, xs, indexing="ij")
        centres.append(torch.stack([x.flatten(), y.flatten()], 1))
        strides.append(torch.full((len(ys) * len(xs),), float(stride), device=device))
    return torch.cat(centres), torch.cat(strides)


def corners(sides, centres, strides):
    """Boxes x1 y1 x2 y2 in pixels (N x A x 4) from distances in strides (N x 4 x A: left, top, right, bottom)."""
    pixels = sides.transpose(1, 2) * strides[:, None]
    return torch.cat([centres - pixels[..., :2], centres + pixels[..., 2:]], -1)
