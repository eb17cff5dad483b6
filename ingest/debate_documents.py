"""The documents that come with a debate: those in its own folder, or the bundled dossier."""

import re
from pathlib import Path

from ingest.formats import LOADERS
from ingest.origins import DOSSIER_PLACE, Origin, dossier_origins
from vectorstore.debate import Debate
from vectorstore.errors import UsageError

_NAME = re.compile(r"\w[\w .,()&+'’-]*")


def debate_origins(debate: Debate) -> list[Origin]:
    """The documents of a debate, in a fixed order; their places do not depend on where they are.

    Raises:
        UsageError: two have the same name, one has a name that is no id, or the document with the caveat is not there.
    """
    origins = _own_origins(debate.documents) if debate.documents else dossier_origins()
    if DOSSIER_PLACE + debate.caveat_document not in {origin.place for origin in origins}:
        where = f"in {str(debate.documents)!r}" if debate.documents else "in the bundled dossier"
        raise UsageError(
            f"The debate file {str(debate.file)!r}, field 'caveat_document' is {debate.caveat_document!r}: there is no such "
            f"document {where} ({', '.join(sorted(LOADERS))}). Add it, or name another."
        )
    return origins


def _own_origins(folder: Path) -> list[Origin]:
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.suffix.lower() not in LOADERS or not path.is_file() or any(part.startswith(".") for part in parts):
            continue
        if not _NAME.fullmatch(path.stem):
            raise UsageError(f"The document {str(path)!r} has a name that cannot be cited. Rename it to letters, digits, - and _.")
        if other := found.get(path.stem):
            raise UsageError(f"{str(other)!r} and {str(path)!r} are both the document {path.stem!r}. Rename one of them.")
        found[path.stem] = path
    return [Origin(path, DOSSIER_PLACE + name) for name, path in sorted(found.items())]
