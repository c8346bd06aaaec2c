"""Looks at the machine: what works, what is missing, and what to do about it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from core.diagnostics import environment_lines
from core.engine.inspection import inspect_device
from core.errors import MaskwrightError
from core.models.registry import has_weights, registered_models, registry_problems
from core.models.specification import ModelSpec
from core.models.weights import user_folder
from core.shell_words import has_display


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``advice`` says what to do when it is not well.

    ``missing`` marks what the program does without.
    """

    subject: str
    state: str
    well: bool = True
    advice: str = ""
    missing: bool = False

    @property
    def sign(self) -> str:
        """✓ for what works, ✗ for what is broken, – for what the program does without."""
        if not self.well:
            return "✗"
        return "–" if self.missing or self.advice else "✓"


def examine() -> tuple[Finding, ...]:
    """Everything that the program stands on, the environment first."""
    return (
        *(Finding("Software", line) for line in environment_lines()),
        _display(),
        _device(),
        *_models(),
        _writable("Log folder", platformdirs.user_log_path("maskwright", appauthor=False)),
        _writable("Data folder", platformdirs.user_data_path("maskwright", appauthor=False)),
    )


def _display() -> Finding:
    if has_display():
        return Finding("Display", "there is one")
    return Finding(
        "Display",
        "there is none; commands and the demo work without",
        advice="Start a desktop session, or use xvfb-run, to open the window.",
    )


def _device() -> Finding:
    """Which device models run on; asked of a process of its own, because torch is large."""
    try:
        return Finding("Device", inspect_device("auto"))
    except MaskwrightError as error:
        advice = error.hint or "Reinstall it: pip install --force-reinstall torch torchvision."
        return Finding("Device", error.message, well=False, advice=advice)


def _models() -> tuple[Finding, ...]:
    """What can run, then a line for every weights file that is not here."""
    specs = registered_models()
    ready = [spec for spec in specs if has_weights(spec)]
    missing: dict[str, list[ModelSpec]] = {}
    for spec in specs:
        if spec not in ready:
            missing.setdefault(spec.weights.url, []).append(spec)
    findings = [Finding("Model", f"{spec.id} can run: {spec.name}") for spec in ready]
    findings += [_missing(url, needing) for url, needing in missing.items()]
    findings += [Finding("Model", problem, well=False) for problem in registry_problems()]
    if missing:
        findings.append(
            Finding(
                "Weights",
                f"{len(missing)} files are not here; without them those models cannot run",
                advice="In the window: Models, All models, Download. By hand: put a file into "
                f"{user_folder()} or into torch's hub cache, or name it with --weights.",
            )
        )
    return tuple(findings)


def _missing(url: str, specs: list[ModelSpec]) -> Finding:
    ids = ", ".join(spec.id for spec in specs)
    size = specs[0].weights.size_bytes
    megabytes = f" ({size / 1e6:.0f} MB)" if size else ""
    return Finding("Model", f"{ids}: needs {url}{megabytes}", missing=True)


def _writable(subject: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(subject, str(folder))
    except OSError as error:
        return Finding(
            subject,
            f"{folder} cannot be written to: {error.strerror}",
            well=False,
            advice="Make it writable, or set XDG_DATA_HOME and XDG_STATE_HOME.",
        )
