from __future__ import annotations

import os
from pathlib import Path

import core
from core.engine.process import child_environment, exit_sentence

ROOT = str(Path(core.__file__ or "").resolve().parents[1])


def python_path(given: str | None) -> list[str]:
    environment = {"HOME": "/home/x"} | ({} if given is None else {"PYTHONPATH": given})
    return child_environment(environment)["PYTHONPATH"].split(os.pathsep)


def test_only_absolute_places_are_searched_for_modules() -> None:
    given = os.pathsep.join(["", ".", "lib", "/opt/lib", "../x", "/opt/more"])
    assert python_path(given) == [ROOT, "/opt/lib", "/opt/more"]


def test_the_child_finds_the_same_program_once() -> None:
    assert python_path(None) == [ROOT]
    assert python_path(ROOT) == [ROOT]
    assert python_path(os.pathsep.join(["/opt/lib", ROOT])) == ["/opt/lib", ROOT]


def test_waiting_threads_sleep_unless_the_user_wants_otherwise() -> None:
    assert child_environment({})["OMP_WAIT_POLICY"] == "PASSIVE"
    assert child_environment({"OMP_WAIT_POLICY": "ACTIVE"})["OMP_WAIT_POLICY"] == "ACTIVE"


def test_the_rest_of_the_environment_stays() -> None:
    assert child_environment({"HOME": "/home/x", "CUDA_VISIBLE_DEVICES": "1"}).items() >= {
        ("HOME", "/home/x"),
        ("CUDA_VISIBLE_DEVICES", "1"),
    }


def test_every_end_has_its_sentence() -> None:
    assert "killed" in exit_sentence(-9)
    assert "SIGSEGV" in exit_sentence(-11)
    assert "exit status 5" in exit_sentence(5)
