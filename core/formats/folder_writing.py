"""Writing the files of an export below one folder."""

from __future__ import annotations

from pathlib import Path

from core.errors import ReadError
from core.formats.atomic import make_folder, write_atomically
from core.formats.export_options import Pictures
from core.formats.findings import Findings
from core.formats.text_encoding import read_bytes


class FolderWriter:
    """Writes files below one folder, each in one step, and remembers them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: list[Path] = []
        self._made: set[Path] = set()

    def write(self, name: str, data: bytes) -> Path:
        """Write one file by its path below the folder; raises WriteError."""
        path = self.folder / name
        if path.parent not in self._made:
            make_folder(path.parent)
            self._made.add(path.parent)
        write_atomically(path, data)
        self.written.append(path)
        return path

    def place_picture(
        self, picture: Path, name: str, pictures: Pictures, findings: Findings
    ) -> None:
        """The picture as it is under another name, byte for byte or as a link to it.

        Another picture that is there already is never written over.
        """
        if pictures is Pictures.LEAVE:
            return
        target = self.folder / name
        if target.absolute() == picture.absolute():
            return
        try:
            data = read_bytes(picture)
            if target.exists() and read_bytes(target) != data:
                reason = f"another picture is at {name} already"
                findings.left_out(picture.name, reason, "left as it is; choose an empty folder")
                return
        except ReadError as error:
            findings.left_out(picture.name, error.message, "not copied")
            return
        if pictures is Pictures.LINK and self._link(picture, target):
            self.written.append(target)
            return
        if target.is_symlink():
            # Written through, the link would lead to somebody's picture.
            target.unlink()
        self.write(name, data)

    def _link(self, picture: Path, target: Path) -> bool:
        """Whether a link to a picture could be made."""
        make_folder(target.parent)
        temporary = target.with_name(f".{target.name[:100]}.link")
        try:
            temporary.unlink(missing_ok=True)
            temporary.symlink_to(picture.resolve())
            temporary.replace(target)
        except (OSError, NotImplementedError):
            return False
        return True

    def note_older(self, name: str, image: str, findings: Findings) -> None:
        """Say that a file of an earlier export stays, for an image that gets none now."""
        if (self.folder / name).exists():
            findings.note(
                image,
                f"the image gets no file, and an older {name} is in the folder",
                "left as it is; delete it if it is out of date",
            )
