"""Write the fixture of the newest schema version; those of older versions stay as they are."""

from __future__ import annotations

import tempfile
from pathlib import Path

from core.project.project import Project
from core.project.sql.schema import newest_version
from tests.core.project.versions.contents import IMAGES, fill
from tests.core.project.versions.files import dump, fixture_of


def main() -> None:
    target = fixture_of(newest_version())
    if target.exists():
        raise SystemExit(f"{target} is there; a fixture is never changed.")
    with tempfile.TemporaryDirectory() as folder:
        project = Project.create(
            Path(folder) / "old.maskwright", Path(folder), IMAGES, author="Ada"
        )
        fill(project)
        project.close()
        # The folder it was made in says nothing about the version.
        text = dump(project.path).replace(Path(folder).resolve().as_posix(), "/pictures")
    target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
