"""Cut an outline with holes along a line, keeping every vertex exactly where it is.

The rings are walked as Weiler and Atherton (1977) do: where one meets the line
it goes on along the line to the next crossing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import dist

import numpy as np

from core.document.geometry import FloatArray, PolygonPart

Line = tuple[tuple[float, float], tuple[float, float]]
Point = tuple[float, float]

_SHORTEST_LINE_PX = 1e-6


@dataclass(frozen=True, slots=True)
class _Crossing:
    """Where a ring meets the line: how far along it, and whether the part begins there."""

    along: float
    point: Point
    enters: bool
    key: tuple[int, int]
    """Ring and the vertex before the crossing."""


def signed_area(ring: FloatArray) -> float:
    """Area of a ring, negative when it runs the other way round."""
    x, y = ring[:, 0], ring[:, 1]
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def part_area(part: PolygonPart) -> float:
    """Area of an outline without its holes, in square pixels."""
    return abs(signed_area(part.exterior)) - sum(abs(signed_area(hole)) for hole in part.holes)


def cut_part(part: PolygonPart, line: Line) -> tuple[PolygonPart, ...]:
    """The pieces of a part, itself alone when the line divides nothing.

    Only where the line runs through the part from edge to edge it is cut. A
    hole that the line crosses becomes a piece of the outlines around it; the
    others stay holes. The result is right for rings that do not cross
    themselves or each other; callers check it.
    """
    if dist(*line) < _SHORTEST_LINE_PX:
        return (part,)
    rings = _turned(part)
    chords = _chords(rings, line)
    while chords:
        walked = _walk(rings, chords)
        # A chord that one ring runs there and back would leave a slit and divide nothing.
        slits = [chord for chord in chords if any(_runs_both(chord, used) for _, used in walked)]
        if not slits:
            return _assembled([ring for ring, _ in walked], part)
        chords = [chord for chord in chords if chord not in slits[:1]]
    return (part,)


Chord = tuple[_Crossing, _Crossing]


def _turned(part: PolygonPart) -> list[FloatArray]:
    """The rings with the inside on the same hand: the outline one way, holes the other."""
    rings = [part.exterior if signed_area(part.exterior) > 0 else part.exterior[::-1]]
    rings += [hole if signed_area(hole) < 0 else hole[::-1] for hole in part.holes]
    return rings


def _chords(rings: list[FloatArray], line: Line) -> list[Chord]:
    """Stretches of the line inside the part that lie between both of its ends."""
    crossings = [
        item for number, ring in enumerate(rings) for item in _crossings(ring, number, line)
    ]
    # Entries and exits alternate along the line; sorted apart they pair even when some coincide.
    entries = sorted((item for item in crossings if item.enters), key=lambda item: item.along)
    exits = sorted((item for item in crossings if not item.enters), key=lambda item: item.along)
    return [
        (entry, leave)
        for entry, leave in zip(entries, exits, strict=True)
        if entry.along >= 0 and leave.along <= 1
    ]


def _crossings(ring: FloatArray, number: int, line: Line) -> list[_Crossing]:
    start = np.array(line[0])
    direction = np.array(line[1]) - start
    offset = ring - start
    across = direction[0] * offset[:, 1] - direction[1] * offset[:, 0]
    along = (offset @ direction) / float(direction @ direction)
    # A vertex on the line counts as left of it, so that no crossing is met twice.
    left = across >= 0
    after = np.roll(np.arange(len(ring)), -1)
    found = []
    for index in np.flatnonzero(left != left[after]).tolist():
        other = int(after[index])
        share = float(across[index] / (across[index] - across[other]))
        point = ring[index] + share * (ring[other] - ring[index])
        place = float(along[index] + share * (along[other] - along[index]))
        key = (number, index)
        found.append(_Crossing(place, (float(point[0]), float(point[1])), bool(left[index]), key))
    return found


def _walk(
    rings: list[FloatArray], chords: list[Chord]
) -> list[tuple[FloatArray, set[tuple[int, int]]]]:
    """Every ring after the cut, with the crossings at which it left a ring for the line."""
    partner = {one.key: other for pair in chords for one, other in (pair, pair[::-1])}
    points_of = {item.key: item.point for pair in chords for item in pair}
    edges = [(number, index) for number, ring in enumerate(rings) for index in range(len(ring))]
    unseen = dict.fromkeys(edges)
    result = []
    while unseen:
        key = first = next(iter(unseen))
        points: list[Point] = []
        used: set[tuple[int, int]] = set()
        while True:
            # At the vertex ``key``; then along its edge, or across to the partner's edge.
            unseen.pop(key, None)
            number, index = key
            points.append((float(rings[number][index, 0]), float(rings[number][index, 1])))
            edge = key
            if key in partner:
                used.add(key)
                points.append(points_of[key])
                points.append(partner[key].point)
                edge = partner[key].key
            key = (edge[0], (edge[1] + 1) % len(rings[edge[0]]))
            if key == first:
                break
        result.append((_without_repeats(points), used))
    return [(ring, used) for ring, used in result if len(ring) >= 3]


def _runs_both(chord: Chord, used: set[tuple[int, int]]) -> bool:
    return chord[0].key in used and chord[1].key in used


def _without_repeats(points: list[Point]) -> FloatArray:
    kept = [point for place, point in enumerate(points) if point != points[place - 1]]
    return np.array(kept, np.float64).reshape(-1, 2)


def _assembled(rings: list[FloatArray], part: PolygonPart) -> tuple[PolygonPart, ...]:
    """Outlines with the holes that lie in them, turned as they were."""
    outlines = [ring for ring in rings if signed_area(ring) > 0]
    if not outlines:
        return (part,)
    holes: list[list[FloatArray]] = [[] for _ in outlines]
    for ring in rings:
        if signed_area(ring) < 0:
            # Corners that touch an outline count either way, so the best home is taken.
            inside = [_vertices_inside(outline, ring) for outline in outlines]
            holes[int(np.argmax(inside))].append(ring)
    flipped = signed_area(part.exterior) < 0
    return tuple(
        PolygonPart(outline[::-1] if flipped else outline, tuple(inner))
        for outline, inner in zip(outlines, holes, strict=True)
    )


def _vertices_inside(outline: FloatArray, hole: FloatArray) -> int:
    """How many vertices of a hole lie in an outline, by counting crossings to the right."""
    after = np.roll(outline, -1, axis=0)
    inside = 0
    for x, y in hole.tolist():
        over = (outline[:, 1] > y) != (after[:, 1] > y)
        rise = np.where(over, after[:, 1] - outline[:, 1], 1.0)
        crossing = outline[:, 0] + (y - outline[:, 1]) / rise * (after[:, 0] - outline[:, 0])
        inside += int((over & (crossing > x)).sum() % 2)
    return inside
