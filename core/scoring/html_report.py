"""The report as one HTML file that needs nothing else: tables, charts, the worst images."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from core.document.images import Dataset, ImageRecord
from core.errors import MaskwrightError
from core.formats.atomic import write_atomically
from core.scoring.comparison_picture import comparison_picture
from core.scoring.metric_files import confusion_table, label_table, worst_images, worst_table
from core.scoring.metric_rows import metric_rows
from core.scoring.metrics import DatasetMetrics
from core.scoring.plots import charts

WORST_SHOWN = 12

_STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; max-width: 1100px; margin: 2em auto;
  padding: 0 1em; color: #1b1b1b; background: #ffffff; }
table { border-collapse: collapse; margin: 0 0 1.5em; }
th, td { border: 1px solid #d0d0d0; padding: 3px 9px; text-align: right; }
th:first-child, td:first-child { text-align: left; }
caption { text-align: left; font-weight: 600; padding: 4px 0; }
.tables, .charts, .worst { display: flex; flex-wrap: wrap; gap: 0 2em; }
.charts svg { width: 340px; height: auto; }
.none { color: #6a6a6a; }
figure { margin: 0 0 1.5em; width: 320px; }
figcaption { overflow-wrap: anywhere; }
.truth { color: #009e73; } .prediction { color: #d55e00; }
"""


def write_html(
    metrics: DatasetMetrics,
    dataset: Dataset,
    path: Path,
    *,
    worst: int = WORST_SHOWN,
    title: str = "Scores",
    progress: Callable[[float], None] | None = None,
) -> None:
    """Write the report; ``progress`` hears the fraction of pictures done and may raise to stop.

    A picture that cannot be read is named instead of shown. Raises WriteError.
    """
    chosen = worst_images(metrics)[:worst]
    figures = []
    for number, image_id in enumerate(chosen, start=1):
        figures.append(_figure(metrics, dataset, image_id))
        if progress is not None:
            progress(number / len(chosen))
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f"<p>{len(metrics.score.images)} images compared.</p>",
        _notes(metrics, dataset),
        f'<div class="tables">{"".join(_metric_tables(metrics))}</div>',
        f'<h2>Curves</h2><div class="charts">{"".join(charts(metrics))}</div>',
        f"<h2>Labels</h2>{_table(*label_table(metrics, dataset))}",
        "<h2>Confusion of objects</h2>"
        "<p>Rows are labels in the truth, columns labels in the prediction.</p>",
        _table(*confusion_table(metrics, dataset)),
        "<h2>Worst images</h2>",
        '<p><span class="truth">Truth</span>, <span class="prediction">prediction</span>.</p>',
        f'<div class="worst">{"".join(figures)}</div>',
        _table(*worst_table(metrics, dataset)),
        "</body></html>",
    ]
    write_atomically(path, "\n".join(parts).encode())


def _notes(metrics: DatasetMetrics, dataset: Dataset) -> str:
    names = {image.id: image.path for image in dataset.images}
    lines = [*metrics.notes]
    lines += [f"{names[image_id]} was not scored: {why}" for image_id, why in metrics.score.failed]
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def _metric_tables(metrics: DatasetMetrics) -> list[str]:
    groups: dict[str, list[str]] = {}
    for row in metric_rows(metrics):
        shown = row.shown
        if row.value is None:
            shown = (
                f'<span class="none" title="{escape(row.reason)}">n/a: {escape(row.reason)}</span>'
            )
        line = f"<tr><td>{escape(row.name)}</td><td>{shown}</td></tr>"
        groups.setdefault(row.group, []).append(line)
    return [
        f"<table><caption>{escape(group)}</caption>{''.join(lines)}</table>"
        for group, lines in groups.items()
    ]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _figure(metrics: DatasetMetrics, dataset: Dataset, image_id: int) -> str:
    record = next(image for image in dataset.images if image.id == image_id)
    score = next(item for item in metrics.score.images if item.image_id == image_id)
    value = "n/a" if score.mean_matched_iou is None else f"{score.mean_matched_iou:.3f}"
    picture = _picture(metrics, dataset, record)
    caption = f"{escape(record.path)}: {value}"
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"


def _picture(metrics: DatasetMetrics, dataset: Dataset, record: ImageRecord) -> str:
    score = metrics.score
    try:
        data = comparison_picture(
            dataset.path_of(record),
            dataset.load(record.id),
            score.truth_layer_id,
            score.prediction_layer_id,
        )
    except MaskwrightError as error:
        return f'<p class="none">{escape(str(error))}</p>'
    text = base64.b64encode(data).decode("ascii")
    return f'<img alt="{escape(record.path)}" src="data:image/jpeg;base64,{text}">'
