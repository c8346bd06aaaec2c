"""The report of a check as JSON."""

from __future__ import annotations

from pathlib import Path

import msgspec

from core.checking.problem import CheckReport, Problem
from core.formats.atomic import write_atomically


def write_check_report(report: CheckReport, path: Path) -> None:
    """Write every problem with its place, advice and fix; raises WriteError."""
    content = {
        "images": report.images,
        "annotations": report.annotations,
        "counts": {kind.value: count for kind, count in report.counts.items()},
        "problems": [_record(problem) for problem in report.problems],
    }
    text = msgspec.json.format(msgspec.json.encode(content), indent=2)
    write_atomically(path, text + b"\n")


def _record(problem: Problem) -> dict[str, object]:
    info = problem.info
    return {
        "kind": problem.kind.value,
        "severity": info.severity.value,
        "place": problem.place,
        "detail": problem.detail,
        "image_id": problem.image_id or None,
        "annotation_ids": list(problem.annotation_ids),
        "advice": info.advice,
        "fix": info.fix,
        "fixable": problem.fixable,
        "safe": info.is_safe,
    }
