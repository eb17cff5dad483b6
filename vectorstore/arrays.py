"""Arrays in the files of an edition, read by one thread at a time."""

from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

_lock = Lock()


def load_array(path: Path, mmap_mode: Literal["r"] | None = None) -> NDArray[Any]:
    """The array in a file, as `numpy.load` gives it.

    numpy parses the header with `ast`, which under Python 3.11 fails with "AST constructor recursion depth mismatch" now and then
    where two threads do so at once.
    """
    with _lock:
        loaded: NDArray[Any] = np.load(path, mmap_mode=mmap_mode)
        return loaded
