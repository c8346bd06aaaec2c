#!/bin/sh
# Everything that must be green before a change lands: style, types, import rules, tests.
set -eu
cd "$(dirname "$0")/../.."
echo "== style"
.venv/bin/python -m ruff check .
.venv/bin/python -m ruff format --check .
echo "== types"
.venv/bin/python -m mypy
echo "== import rules"
.venv/bin/lint-imports
echo "== tests"
export OMP_NUM_THREADS=1
QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -q
