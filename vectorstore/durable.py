"""What is written stays written, also when the power fails: everything goes through the disk's own cache."""

import os
from pathlib import Path


def sync_tree(folder: Path) -> None:
    """A folder with everything in it."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        elif path.is_dir():
            sync_folder(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """The names in a folder: what was made, renamed and removed there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
