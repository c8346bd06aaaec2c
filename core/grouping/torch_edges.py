"""The image part of grouping in torch: channels, edge and watershed, for a GPU.

The same steps as ``channels``, ``leaves`` and ``watershed`` on the same Lab
pixels, so the edge is the same within 0.001 and, for a given height, the leaves
are the same exactly. Lab itself stays with OpenCV, whose tables it comes from.
The one module here that needs torch;
the engine's child process and people import it, nothing else in this package.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch.nn import functional

from core.grouping.channels import BIN_COUNT
from core.grouping.color import RgbImage, to_lab
from core.grouping.interruption import Check, unchecked
from core.grouping.leaves import ImagePart
from core.grouping.perceptron import Perceptron

Tensor = torch.Tensor

_COLOR_SIGMAS_PX = (0.8, 1.6, 3.2)
_HISTOGRAM_SIGMAS_PX = (1.5, 3.0, 6.0)
_TEXTURE_SIGMAS_PX = (0.7, 1.4)
_TEXTURE_AREAS_PX = (2.0, 4.0)
_ACTIVITY_AREAS_PX = (3.0, 8.0)
_STEPS = 4096.0


def image_part(
    image: RgbImage, check: Check = unchecked, *, pixel: Perceptron, device: str = "cpu"
) -> ImagePart:
    """Edge and leaves of an image at the work scale, uint8 (height, width, 3), on ``device``.

    ``pixel`` is the perceptron of ``GroupingWeights``; ``check`` may raise to stop.
    """
    pixels = to_lab(image)
    with torch.inference_mode():
        lab = torch.from_numpy(pixels).to(device).permute(2, 0, 1)
        check()
        edge = edge_of(edge_channels(lab), pixel)
        check()
        leaves = descent_watershed(watershed_height(lab, edge))
        return ImagePart(edge.cpu().numpy(), leaves.to(torch.int32).cpu().numpy())


def edge_channels(lab: Tensor) -> Tensor:
    """The 24 channels of Lab (3, height, width), float32 (24, height, width).

    The same as ``channels.edge_channels`` gives.
    """
    color = [_gradient(blurred(lab, sigma)) for sigma in _COLOR_SIGMAS_PX]
    shape = (lab.shape[1], lab.shape[2])
    half = _halved(lab)
    coarse = [*_histogram_gradients(half), *_texture_gradients(half[:1])]
    activity = _halved(color[0][:1])
    coarse += [blurred(activity, sigma / 2) for sigma in _ACTIVITY_AREAS_PX]
    # OpenCV's linear enlarging has the centres of pixels where torch has them.
    enlarged = functional.interpolate(
        torch.cat(coarse).unsqueeze(0), shape, mode="bilinear", align_corners=False
    )[0]
    return torch.log(torch.cat([*color, enlarged]) + 0.01)


def edge_of(channels: Tensor, pixel: Perceptron) -> Tensor:
    """Probability of an edge at every pixel, float32 (height, width)."""
    device = channels.device
    mean, scale, first, bias, second, last = (
        torch.from_numpy(np.asarray(part)).to(device)
        for part in (
            pixel.mean,
            pixel.scale,
            pixel.hidden_weights,
            pixel.hidden_bias,
            pixel.output_weights,
            pixel.output_bias,
        )
    )
    weights = first / scale
    flat = channels.reshape(len(channels), -1)
    hidden = torch.relu(weights @ flat + (bias - weights @ mean).unsqueeze(1))
    return torch.sigmoid((second @ hidden + last).clamp(-30, 30)).reshape(channels.shape[1:])


def watershed_height(lab: Tensor, edge: Tensor) -> Tensor:
    """What the watershed descends: the edge with a little of the plain gradient, in steps."""
    plain = _gradient(blurred(lab, 0.7)).square().sum(dim=0).sqrt()
    height = blurred((edge + 0.1 * (plain / 20).clamp(max=1)).unsqueeze(0), 0.7)[0]
    return torch.round(height * _STEPS)


def descent_watershed(height: Tensor) -> Tensor:
    """Basins of a height map, int64 (height, width): those of ``watershed.descent_watershed``."""
    rows, columns = height.shape
    index = torch.arange(height.numel(), device=height.device).reshape(rows, columns)
    padded = functional.pad(height.unsqueeze(0), (1, 1, 1, 1), value=float("inf"))[0]
    best, target = height, index
    # In the order of the numpy version: up and left win ties by their smaller index.
    for down, across, wins_ties in ((-1, 0, True), (0, -1, True), (0, 1, False), (1, 0, False)):
        other = padded[1 + down : 1 + down + rows, 1 + across : 1 + across + columns]
        other_index = index + down * columns + across
        lower = other < best
        if wins_ties:
            lower |= (other == best) & (other_index < target)
        best = torch.where(lower, other, best)
        target = torch.where(lower, other_index, target)
    flat = target.reshape(-1)
    while not torch.equal(jumped := flat[flat], flat):
        flat = jumped
    own = torch.arange(flat.numel(), device=height.device)
    numbers = torch.cumsum(flat == own, dim=0) - 1
    return numbers[flat].reshape(rows, columns)


def blurred(planes: Tensor, sigma_px: float) -> Tensor:
    """Gaussian smoothing of (planes, height, width), borders replicated, OpenCV's kernel."""
    size = round(sigma_px * 8 + 1) | 1
    kernel = torch.from_numpy(cv2.getGaussianKernel(size, sigma_px, cv2.CV_32F)[:, 0])
    return _separable(planes, kernel, kernel)


def _separable(planes: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """Correlate with one kernel along the rows' direction and one along the columns'."""
    padded = _replicated(planes, len(down) // 2, len(across) // 2).unsqueeze(1)
    vertical = functional.conv2d(padded, down.to(planes).reshape(1, 1, -1, 1))
    return functional.conv2d(vertical, across.to(planes).reshape(1, 1, 1, -1))[:, 0]


def _replicated(planes: Tensor, rows: int, columns: int) -> Tensor:
    return functional.pad(planes.unsqueeze(0), (columns, columns, rows, rows), mode="replicate")[0]


def _gradient(planes: Tensor) -> Tensor:
    """Gradient magnitude of every plane by central differences."""
    padded = _replicated(planes, 1, 1)
    across = (padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]) / 2
    down = (padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]) / 2
    return (across.square() + down.square()).sqrt()


def _histogram_gradients(lab: Tensor) -> list[Tensor]:
    lowest = torch.tensor((0.0, -40.0, -40.0), device=lab.device).reshape(3, 1, 1)
    span = torch.tensor((100.0, 80.0, 80.0), device=lab.device).reshape(3, 1, 1)
    position = ((lab - lowest) * ((BIN_COUNT - 1) / span)).clamp(0, BIN_COUNT - 1)
    bins = torch.arange(BIN_COUNT, device=lab.device).reshape(BIN_COUNT, 1, 1)
    found = []
    for plane in range(3):
        soft = (1 - (position[plane] - bins).abs()).clamp(min=0)
        found += [10 * _joint_gradient(soft, sigma) for sigma in _HISTOGRAM_SIGMAS_PX]
    return found


def _texture_gradients(lightness: Tensor) -> list[Tensor]:
    second = torch.tensor((1.0, -2.0, 1.0))
    first = torch.tensor((-1.0, 0.0, 1.0))
    smoothing = torch.tensor((1.0, 2.0, 1.0))
    found = []
    for sigma in _TEXTURE_SIGMAS_PX:
        smooth = blurred(lightness, sigma)
        xx = _separable(smooth, smoothing, second)
        yy = _separable(smooth, second, smoothing)
        xy = _separable(smooth, first, first)
        mean = (xx + yy) / 2
        energies = torch.log(torch.cat([xx, yy, mean + xy, mean - xy]).abs() + 1)
        found += [_joint_gradient(energies, area) for area in _TEXTURE_AREAS_PX]
    return found


def _joint_gradient(planes: Tensor, sigma_px: float) -> Tensor:
    """Length of the gradient over all planes after smoothing, (1, height, width)."""
    magnitude = _gradient(blurred(planes, sigma_px))
    return magnitude.square().sum(dim=0, keepdim=True).sqrt()


def _halved(planes: Tensor) -> Tensor:
    """Half the size by averaging areas, also of odd sizes, as OpenCV's INTER_AREA."""
    down = _area_weights(planes.shape[1]).to(planes)
    across = _area_weights(planes.shape[2]).to(planes)
    return torch.einsum("ry,pyx,cx->prc", down, planes, across)


def _area_weights(length: int) -> Tensor:
    """Share of every source pixel in every one of the (length + 1) // 2 larger ones."""
    count = (length + 1) // 2
    edges = np.arange(count + 1) * (length / count)
    low = np.maximum(edges[:-1, None], np.arange(length))
    high = np.minimum(edges[1:, None], np.arange(length) + 1)
    shares = np.maximum(high - low, 0) * (count / length)
    return torch.from_numpy(shares.astype(np.float32))
