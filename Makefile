.PHONY: run test test-slow bench setup clean

run: setup
	@.venv/bin/python -P -m resources.setup.launch

test: setup
	@sh resources/setup/check.sh

test-slow: setup
	@QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -m "slow" -q --timeout 1200

bench: setup
	@QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -m "speed" -q tests/speed

setup:
	@sh resources/setup/install.sh

clean:
	rm -rf .venv build dist *.egg-info
