from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import pytest

from core.errors import Cancelled, MaskwrightError
from core.tasks.queue import Lane, Task, TaskContext, TaskQueue

WAIT_S = 10.0
T = TypeVar("T")


class Inbox:
    """Where a queue delivers in these tests: callbacks wait until they are run."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []

    def deliver(self, callback: Callable[[], None]) -> None:
        self._waiting.append(callback)

    def run_all(self) -> None:
        while self._waiting:
            self._waiting.pop(0)()


class Gate:
    """A task that starts, says so, and ends when it is told to."""

    def __init__(self, result: str = "done") -> None:
        self.started = threading.Event()
        self.release = threading.Event()
        self._result = result

    def __call__(self, context: TaskContext) -> str:
        self.started.set()
        assert self.release.wait(WAIT_S)
        context.check_cancelled()
        return self._result


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def single(inbox: Inbox) -> Iterator[TaskQueue]:
    queue = TaskQueue(inbox.deliver, threads=1)
    yield queue
    queue.close()


@pytest.fixture
def queue(inbox: Inbox) -> Iterator[TaskQueue]:
    queue = TaskQueue(inbox.deliver, threads=2)
    yield queue
    queue.close()


def finish(queue: TaskQueue, inbox: Inbox) -> None:
    assert queue.wait_until_idle(WAIT_S)
    inbox.run_all()


def test_a_result_arrives_through_deliver_and_not_before(queue: TaskQueue, inbox: Inbox) -> None:
    results: list[int] = []
    queue.submit(Task("Add", Lane.INTERACTIVE, None, lambda _: 1 + 1), results.append)
    assert queue.wait_until_idle(WAIT_S)
    assert results == []
    inbox.run_all()
    assert results == [2]


def test_interactive_work_goes_first_and_newest_first(single: TaskQueue, inbox: Inbox) -> None:
    order: list[str] = []
    gate = Gate()
    single.submit(Task("Gate", Lane.BATCH, None, gate), lambda _: None)
    assert gate.started.wait(WAIT_S)
    for name, lane in [
        ("batch", Lane.BATCH),
        ("prefetch 1", Lane.PREFETCH),
        ("prefetch 2", Lane.PREFETCH),
        ("interactive old", Lane.INTERACTIVE),
        ("interactive new", Lane.INTERACTIVE),
    ]:
        single.submit(Task(name, lane, None, partial(_do, partial(order.append, name))), _ignore)
    assert single.waiting_count == 5
    gate.release.set()
    finish(single, inbox)
    assert order == ["interactive new", "interactive old", "prefetch 1", "prefetch 2", "batch"]


def test_batch_work_leaves_a_thread_for_the_person(queue: TaskQueue, inbox: Inbox) -> None:
    gates = [Gate(), Gate()]
    for gate in gates:
        queue.submit(Task("Export", Lane.BATCH, None, gate), _ignore)
    assert gates[0].started.wait(WAIT_S)
    results: list[str] = []
    urgent = Gate("urgent")
    queue.submit(Task("Open picture", Lane.INTERACTIVE, None, urgent), results.append)
    assert urgent.started.wait(WAIT_S)
    assert not gates[1].started.is_set()
    assert [status.name for status in queue.running()] == ["Open picture", "Export"]
    for gate in (urgent, *gates):
        gate.release.set()
    finish(queue, inbox)
    assert results == ["urgent"]


def test_what_is_seen_does_not_wait_for_long_work_ahead(inbox: Inbox) -> None:
    queue = TaskQueue(inbox.deliver, threads=3)
    ahead, regions = [Gate(), Gate()], Gate()
    for gate in ahead:
        queue.submit(Task("Regions ahead", Lane.PREFETCH, None, gate), _ignore)
    queue.submit(Task("Regions", Lane.INTERACTIVE, None, regions), _ignore)
    assert regions.started.wait(WAIT_S)
    thumbnails = [Gate(), Gate()]
    for gate in thumbnails:
        gate.release.set()
        queue.submit(Task("Thumbnail", Lane.VISIBLE, None, gate), _ignore)
    assert all(gate.started.wait(WAIT_S) for gate in thumbnails)
    assert not ahead[1].started.is_set()
    for gate in (regions, *ahead):
        gate.release.set()
    finish(queue, inbox)
    queue.close()


def test_the_newest_of_a_key_supersedes_waiting_and_running(
    single: TaskQueue, inbox: Inbox
) -> None:
    results: list[str] = []
    running, waiting, newest = Gate("running"), Gate("waiting"), Gate("newest")
    for gate in (running, waiting, newest):
        single.submit(Task("Group", Lane.INTERACTIVE, "group", gate), results.append)
        if gate is running:
            assert running.started.wait(WAIT_S)
        gate.release.set() if gate is not running else None
    running.release.set()
    finish(single, inbox)
    assert results == ["newest"]
    assert not waiting.started.is_set()


def test_other_keys_are_left_alone(single: TaskQueue, inbox: Inbox) -> None:
    results: list[str] = []
    for key in ("a", "b", None, None):
        single.submit(
            Task("Score", Lane.BATCH, key, partial(_do, partial(str, key))), results.append
        )
    finish(single, inbox)
    assert results == ["a", "b", "None", "None"]


def test_a_result_on_the_way_is_dropped_when_superseded(queue: TaskQueue, inbox: Inbox) -> None:
    results: list[str] = []
    queue.submit(Task("Score", Lane.BATCH, "score", lambda _: "old"), results.append)
    assert queue.wait_until_idle(WAIT_S)
    queue.submit(Task("Score", Lane.BATCH, "score", lambda _: "new"), results.append)
    finish(queue, inbox)
    assert results == ["new"]


@pytest.mark.parametrize("moment", ["waiting", "running", "finished"])
def test_a_cancelled_task_calls_nothing_back(single: TaskQueue, inbox: Inbox, moment: str) -> None:
    heard: list[object] = []
    blocker, gate = Gate(), Gate()
    if moment == "waiting":
        single.submit(Task("Blocker", Lane.INTERACTIVE, None, blocker), _ignore)
        assert blocker.started.wait(WAIT_S)
    handle = single.submit(Task("Work", Lane.BATCH, None, gate), heard.append, heard.append)
    if moment == "running":
        assert gate.started.wait(WAIT_S)
    if moment == "finished":
        gate.release.set()
        assert single.wait_until_idle(WAIT_S)
    handle.cancel()
    blocker.release.set()
    gate.release.set()
    finish(single, inbox)
    assert heard == []
    assert gate.started.is_set() == (moment != "waiting")


def test_a_task_may_call_itself_off(queue: TaskQueue, inbox: Inbox) -> None:
    heard: list[object] = []

    def give_up(_context: TaskContext) -> None:
        raise Cancelled

    queue.submit(Task("Train", Lane.BATCH, None, give_up), heard.append, heard.append)
    finish(queue, inbox)
    assert heard == []


def test_an_error_for_people_arrives_as_it_is(queue: TaskQueue, inbox: Inbox) -> None:
    errors: list[MaskwrightError] = []
    error = MaskwrightError("The picture is broken.", "Ask for another copy.")
    queue.submit(
        Task("Open", Lane.INTERACTIVE, None, partial(_raise, error)), _ignore, errors.append
    )
    finish(queue, inbox)
    assert errors == [error]


def test_the_unexpected_becomes_a_sentence_and_a_logged_traceback(
    queue: TaskQueue, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    errors: list[MaskwrightError] = []
    bug = ZeroDivisionError("division by zero")
    queue.submit(Task("Count", Lane.BATCH, None, partial(_raise, bug)), _ignore, errors.append)
    finish(queue, inbox)
    assert [error.message for error in errors] == [
        "Count: something unexpected went wrong (ZeroDivisionError)."
    ]
    assert errors[0].hint
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[1] is bug
    queue.submit(Task("Next", Lane.BATCH, None, lambda _: None), _ignore)
    finish(queue, inbox)


def test_an_error_that_nobody_takes_is_logged(
    queue: TaskQueue, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    error = MaskwrightError("The disk is full.")
    queue.submit(Task("Save preview", Lane.BATCH, None, partial(_raise, error)), _ignore)
    finish(queue, inbox)
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.ERROR, "Save preview: The disk is full.")
    ]


def test_progress_shows_in_running_and_is_announced_once(inbox: Inbox) -> None:
    seen: list[list[tuple[str, float, str]]] = []
    reported, release = threading.Event(), threading.Event()

    def work(context: TaskContext) -> None:
        for step in range(1, 101):
            context.progress(step / 50, f"step {step}")
        reported.set()
        assert release.wait(WAIT_S)

    def look() -> None:
        seen.append([(task.name, task.fraction, task.text) for task in announcing.running()])

    announcing = TaskQueue(inbox.deliver, threads=1, on_changed=look)
    announcing.submit(Task("Group", Lane.INTERACTIVE, None, work), _ignore)
    assert reported.wait(WAIT_S)
    inbox.run_all()
    assert seen == [[("Group", 1.0, "step 100")]]
    release.set()
    assert announcing.wait_until_idle(WAIT_S)
    announcing.close()
    inbox.run_all()
    assert seen[-1] == []


def test_a_closed_queue_ends_its_threads_and_runs_nothing(inbox: Inbox) -> None:
    heard: list[object] = []
    queue = TaskQueue(inbox.deliver, threads=2)
    queue.submit(Task("Ready", Lane.BATCH, None, lambda _: "late"), heard.append)
    assert queue.wait_until_idle(WAIT_S)
    gate = Gate()
    gate.release.set()
    queue.close()
    queue.close()
    queue.submit(Task("After", Lane.INTERACTIVE, None, gate), heard.append)
    inbox.run_all()
    assert heard == []
    assert not gate.started.is_set()
    assert not any(thread.name.startswith("task-") for thread in threading.enumerate())


def test_many_submitters_lose_nothing(queue: TaskQueue) -> None:
    results: list[int] = []
    lock = threading.Lock()

    def note(number: int) -> None:
        with lock:
            results.append(number)

    def submit_many(start: int) -> None:
        for number in range(start, start + 100):
            task = Task("Note", Lane(number % 3), None, partial(_do, partial(note, number)))
            queue.submit(task, _ignore)

    threads = [threading.Thread(target=submit_many, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert queue.wait_until_idle(WAIT_S)
    assert sorted(results) == list(range(300))


def _ignore(_result: object) -> None:
    return None


def _do(action: Callable[[], T], _context: TaskContext) -> T:
    return action()


def _raise(error: Exception, _context: TaskContext) -> None:
    raise error
