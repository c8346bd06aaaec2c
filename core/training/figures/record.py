"""What was measured so far, in a file that is written after every figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import numpy as np

from core.formats.atomic import write_atomically
from core.training.figures.plots import write_plots


@dataclass(frozen=True, slots=True)
class Base:
    """How good the model is that everything begins with."""

    dice: float
    f1: float
    old_dice: float


@dataclass(frozen=True, slots=True)
class Figure:
    """What one training came to."""

    images: int
    seed: int
    steps: int
    cpu_seconds: float
    dice: float
    f1: float
    old_dice: float


@dataclass(frozen=True, slots=True)
class Effort:
    """Pixels edited by hand on one image, with the model as it was and as it has learnt."""

    image: int
    objects_px: int
    frozen_px: int
    learning_px: int


class Record:
    """The figures of a file; one that was made with anything else than ``made_with`` is begun anew.

    Raises OSError, and msgspec.ValidationError for a file that is no such record.
    """

    def __init__(self, path: Path, made_with: Mapping[str, object]) -> None:
        self._path = path
        self._made_with = msgspec.to_builtins(made_with)
        self.base: Base | None = None
        self.figures: list[Figure] = []
        self.efforts: list[Effort] = []
        if path.exists():
            found = msgspec.json.decode(path.read_bytes())
            if found.get("made_with") == self._made_with:
                self.base = msgspec.convert(found["base"], Base | None)
                self.figures = msgspec.convert(found["figures"], list[Figure])
                self.efforts = msgspec.convert(found["effort"], list[Effort])

    def add_base(self, base: Base) -> None:
        """Note how good the model is that everything begins with."""
        self.base = base
        self._write(base)

    def add_figure(self, figure: Figure) -> None:
        """Note what a training came to."""
        self.figures.append(figure)
        self._write(figure)

    def add_effort(self, effort: Effort) -> None:
        """Note what an image took; its model has been written to ``weights``."""
        self.efforts.append(effort)
        self._write(effort)

    def weights(self, image: int) -> Path:
        """Where the annotator's model lies once it has learnt from so many images."""
        return self._path.with_name(f"{self._path.stem}-effort-{image}.safetensors")

    def saved_share(self) -> float:
        """Which share of the pixels that a frozen model leaves to edit a learning one saves."""
        frozen = sum(item.frozen_px for item in self.efforts)
        return 1 - sum(item.learning_px for item in self.efforts) / max(frozen, 1)

    def table(self) -> list[str]:
        """Lines of Markdown: mean and standard deviation over the seeds, and the worst seed."""
        lines = [
            "| images | CPU s | seeds | steps | Dice of new | worst | F1@.5 of new | Dice of old |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        if self.base is not None:
            base = self.base
            lines.append(f"| 0 | | | | {base.dice:.3f} | | {base.f1:.3f} | {base.old_dice:.3f} |")
        for count in self._counts():
            stage = [item for item in self.figures if item.images == count]
            cells = (
                str(count),
                f"{np.mean([item.cpu_seconds for item in stage]):.0f}",
                str(len(stage)),
                f"{np.mean([item.steps for item in stage]):.0f}",
                _spread([item.dice for item in stage]),
                f"{min(item.dice for item in stage):.3f}",
                _spread([item.f1 for item in stage]),
                _spread([item.old_dice for item in stage]),
            )
            lines.append(f"| {' | '.join(cells)} |")
        if self.efforts:
            lines += ["", f"Edited by hand: {self.saved_share():.0%} fewer pixels than frozen."]
        return lines

    def draw(self, folder: Path) -> tuple[Path, Path]:
        """Write the plots; needs everything to be measured."""
        counts = self._counts()
        stages = [[item for item in self.figures if item.images == count] for count in counts]
        base = self.base or Base(0.0, 0.0, 0.0)
        return write_plots(
            folder,
            (0, *counts),
            (base.dice, *(float(np.mean([item.dice for item in stage])) for stage in stages)),
            (base.dice, *(min(item.dice for item in stage) for stage in stages)),
            (base.old_dice, *(float(np.mean([item.old_dice for item in of])) for of in stages)),
            [item.frozen_px / item.objects_px for item in self.efforts],
            [item.learning_px / item.objects_px for item in self.efforts],
        )

    def _counts(self) -> list[int]:
        return sorted({item.images for item in self.figures})

    def _write(self, newest: Base | Figure | Effort) -> None:
        content = {
            "made_with": self._made_with,
            "base": None if self.base is None else asdict(self.base),
            "figures": [asdict(item) for item in self.figures],
            "effort": [asdict(item) for item in self.efforts],
        }
        write_atomically(self._path, msgspec.json.format(msgspec.json.encode(content), indent=1))
        print(msgspec.json.encode(newest).decode(), flush=True)


def _spread(values: list[float]) -> str:
    return f"{np.mean(values):.3f} ± {np.std(values):.3f}"
