# make run   opens the demo project (with no display: plays it offscreen and says where everything is)
# make test  style, types, import rules and tests
.PHONY: run test test-slow bench bench-grouping bench-training setup clean

run: setup
	@.venv/bin/maskwright demo

test: setup
	@sh resources/setup/check.sh

test-slow: setup
	@OMP_NUM_THREADS=1 QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -q -m slow --timeout 1500

bench: setup
	@OMP_NUM_THREADS=1 QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -q -m speed --timeout 1500 tests/speed

# for example: make bench-grouping ARGS="--bsds FOLDER --coco FILE IMAGES"
bench-grouping: setup
	@OMP_NUM_THREADS=1 .venv/bin/python -m core.training.grouping.measure $(ARGS)

# for example: make bench-training DATA=../shared/data (about half an hour; the base model is kept in CACHE)
DATA ?= ../shared/data
CACHE ?= /tmp/maskwright-figures
bench-training: setup
	@OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE .venv/bin/python -m core.training.figures.measure --data $(DATA) --cache $(CACHE) --out $(CACHE)/training.json

setup:
	@sh resources/setup/install.sh

clean:
	rm -rf .venv build dist *.egg-info
