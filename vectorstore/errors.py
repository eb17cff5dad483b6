"""The errors that people can do something about.

KanttekeningError
├── UsageError            what was asked for cannot be done so (exit 2)
├── UnavailableError      something outside failed: disk, model, lock (exit 1)
│   ├── BusyError         another ingest is running
│   └── UnreachableError  the server that has the editions does not answer
├── TakenOverError        another bot answers this by now
└── EditionError          no usable edition (exit 4)
    ├── NoEditionError    nothing has been ingested yet
    ├── DamagedEditionError
    └── ModelMismatchError

Every message names the thing, its value and the next step, and fits on a line.
"""


class KanttekeningError(Exception):
    """The root; `exit_code` is the one that docs and scripts rely on."""

    exit_code = 1


class UsageError(KanttekeningError):
    """What was asked for cannot be done so."""

    exit_code = 2


class UnavailableError(KanttekeningError):
    """Something outside the program failed; trying again later may help."""


class BusyError(UnavailableError):
    """Another ingest holds the lock."""


class TakenOverError(KanttekeningError):
    """Another bot answers it, because this one was taken for dead."""


class UnreachableError(UnavailableError):
    """The server that has the editions cannot be reached, or does not do what it is asked."""


class EditionError(KanttekeningError):
    """There is no edition that can answer."""

    exit_code = 4


class NoEditionError(EditionError):
    """Nothing has been ingested yet."""


class DamagedEditionError(EditionError):
    """The edition's files are incomplete or unreadable."""


class ModelMismatchError(EditionError):
    """The edition was made with another embedding model than the one that is set."""
