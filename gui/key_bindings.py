"""Which keys do what: those of the table of actions, as a person has changed them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QKeySequence

from gui.actions import ActionEntry, ActionTable

KEYS_SETTING = "keys/changed"
Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyPreset:
    """A set of keys for hands that know another program; all others stay as they are."""

    title: str
    keys: Mapping[str, Keys]


PRESETS: tuple[KeyPreset, ...] = (
    KeyPreset("Maskwright", {}),
    KeyPreset(
        "CVAT",
        {
            "previous": ("D",),
            "next": ("F",),
            "accept": ("G",),
            "tool_region": ("H",),
            "tool_classes": ("A",),
        },
    ),
)


class KeyBindings(QObject):
    """Changes keys of the table at once, and keeps what differs in the settings.

    No two actions ever have the same key: Qt would run neither.
    """

    changed = Signal()

    def __init__(
        self, table: ActionTable, settings: QSettings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._settings = settings
        self._usual = {entry.id: _tidy(entry.keys) for entry in table.entries}
        self._load()

    def keys_of(self, action_id: str) -> Keys:
        """The keys of an action as they are now, as ``Ctrl+Z``."""
        return _tidy(self._table.entry(action_id).keys)

    def is_changed(self, action_id: str) -> bool:
        """Whether an action has other keys than the program came with."""
        return self.keys_of(action_id) != self._usual[action_id]

    def holder_of(self, key: str, *, apart_from: str) -> ActionEntry | None:
        """The other action that has a key already."""
        wanted = set(_tidy((key,)))
        for entry in self._table.entries:
            if entry.id != apart_from and wanted.intersection(_tidy(entry.keys)):
                return entry
        return None

    def give(self, action_id: str, keys: Keys) -> None:
        """Give an action these keys and no others; whoever had one of them loses it."""
        keys = _tidy(keys)
        for key in keys:
            while holder := self.holder_of(key, apart_from=action_id):
                kept = tuple(other for other in _tidy(holder.keys) if other != key)
                self._table.set_keys(holder.id, kept)
        self._table.set_keys(action_id, keys)
        self._save()

    def reset(self, action_id: str) -> None:
        """Give an action the keys that the program came with."""
        self.give(action_id, self._usual[action_id])

    def use(self, preset: KeyPreset) -> None:
        """Start anew from a preset."""
        for action_id, keys in self._usual.items():
            self._table.set_keys(action_id, keys)
        for action_id in preset.keys:
            if action_id in self._usual:
                self._table.set_keys(action_id, ())
        for action_id, keys in preset.keys.items():
            if action_id in self._usual:
                self.give(action_id, keys)
        self._save()

    def _save(self) -> None:
        found = {
            action_id: self.keys_of(action_id)
            for action_id in self._usual
            if self.is_changed(action_id)
        }
        self._settings.setValue(KEYS_SETTING, json.dumps(found))
        self.changed.emit()

    def _load(self) -> None:
        """Take up what was changed; settings that mean nothing are passed over."""
        try:
            found = json.loads(str(self._settings.value(KEYS_SETTING, "{}")))
        except ValueError:
            return
        if not isinstance(found, dict):
            return
        known = {
            action_id: _tidy(tuple(key for key in keys if isinstance(key, str)))
            for action_id, keys in found.items()
            if action_id in self._usual and isinstance(keys, list)
        }
        # All at once: two actions may have changed their keys for each other's.
        for action_id in known:
            self._table.set_keys(action_id, ())
        for action_id, keys in known.items():
            free = tuple(key for key in keys if not self.holder_of(key, apart_from=action_id))
            self._table.set_keys(action_id, free)


def shown(keys: Keys) -> str:
    """Keys as they are written on this system."""
    native = QKeySequence.SequenceFormat.NativeText
    return "  ".join(QKeySequence(key).toString(native) for key in keys)


def _tidy(keys: Keys) -> Keys:
    """Keys in one spelling, each once; what is no key is left out."""
    written = (QKeySequence(key).toString() for key in keys)
    return tuple(dict.fromkeys(key for key in written if key))
