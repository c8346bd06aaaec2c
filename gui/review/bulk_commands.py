"""Does one thing to many objects over many images: counted first, then one step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QObject, Signal

from core.document.document import ImageDocument, ProjectState
from core.editing.bulk import BulkPlan, Edit, plan_bulk
from core.survey.object_rows import ObjectRow
from core.tasks.queue import TaskQueue
from gui.counting import counted
from gui.files.whole_project import WholeProject
from gui.session import Session


class BulkCommands(QObject):
    """``plan`` looks what would be done; ``carry_out`` does what was planned last."""

    planned = Signal(object, str)
    """The BulkPlan, and a sentence that says what it would do."""
    done = Signal()

    def __init__(self, session: Session, tasks: TaskQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._whole = WholeProject(session, tasks, self)
        self._plan: BulkPlan | None = None
        self._name = ""
        session.document_changed.connect(lambda _event: self._forget())

    def plan(
        self,
        rows: Iterable[ObjectRow],
        edit: Edit,
        name: str,
        *,
        respects_locks: bool = True,
    ) -> None:
        """Look what an edit would do to these objects; ``name`` says it, such as "Approve"."""
        ids: dict[int, list[int]] = {}
        for row in rows:
            ids.setdefault(row.image_id, []).append(row.annotation_id)

        def question(_state: ProjectState, documents: Iterator[ImageDocument]) -> BulkPlan:
            wanted = (document for document in documents if document.image_id in ids)
            return plan_bulk(wanted, ids, edit, name, respects_locks=respects_locks)

        def answered(plan: BulkPlan) -> None:
            self._plan = plan
            self._name = name
            self.planned.emit(plan, plan_words(plan, name))

        self._whole.ask("Count", question, answered)

    def carry_out(self) -> bool:
        """Do what was planned last, unless something was edited since."""
        plan, self._plan = self._plan, None
        if plan is None or plan.change is None or not self._session.apply(plan.change):
            return False
        self._session.message_posted.emit(
            f"{self._name}: {counted(plan.objects, 'object')} on "
            f"{counted(plan.images, 'image')}. Ctrl+Z takes it back."
        )
        self.done.emit()
        return True

    def _forget(self) -> None:
        self._plan = None


def plan_words(plan: BulkPlan, name: str) -> str:
    """What a plan would do, and what it leaves as it is."""
    parts = [f"{name} {counted(plan.objects, 'object')} on {counted(plan.images, 'image')}?"]
    if not plan.objects:
        parts = ["Nothing would change."]
    if plan.same:
        parts.append(f"So already: {plan.same}.")
    if plan.locked:
        parts.append(f"Locked, left as they are: {plan.locked}.")
    if plan.gone:
        parts.append(f"No longer there: {plan.gone}.")
    return " ".join(parts)
