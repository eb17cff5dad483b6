"""The commands that look: which documents there are, what is in one, and where everything is."""

import platform
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options import AsJson
from bot.screen import Screen
from vectorstore.errors import EditionError
from vectorstore.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.workspace import Workspace
    from vectorstore.catalog import Catalog
    from vectorstore.passages import Document, Source

sources_app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@sources_app.callback()
def sources(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the documents, or show one of them."""
    if context.invoked_subcommand is not None:
        return
    workspace = _workspace()
    with workspace.catalog() as (info, catalog):
        passages = catalog.passage_counts()
        found = [(source, passages.get(source.id, 0)) for source in catalog.sources()]
    if as_json:
        documents = [{**_source_as_json(source), "passages": count} for source, count in found]
        Screen(sys.stdout).json({"edition": info.number, "sources": documents})
        return
    rows = [(source.id, source.title, source.voice, source.kind, source.published, count) for source, count in found]
    Screen(sys.stdout).table(("id", "title", "voice", "kind", "date", "passages"), rows)


@sources_app.command("show")
def show_source(
    source_id: Annotated[str, typer.Argument(metavar="ID", help="The id, or enough of its beginning.")],
    *,
    as_text: Annotated[bool, typer.Option("--text", help="Print the stored text and nothing else, byte for byte.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one document: what is known of it, or its stored text."""
    workspace = _workspace()
    with workspace.catalog() as (_, catalog):
        document = catalog.document(workspace.source_id(source_id, catalog))
        if document is None:
            raise KeyError(source_id)
        details = _details(document, catalog)
    if as_json:
        Screen(sys.stdout).json({**details, "text": document.text} if as_text else details)
    elif as_text:
        sys.stdout.buffer.write(document.text.encode())
        sys.stdout.buffer.flush()
    else:
        Screen(sys.stdout).table(("what", "value"), _rows(details))


def status(*, as_json: AsJson = False) -> None:
    """Show what is where: home, edition, model, versions."""
    workspace = _workspace()
    facts: dict[str, object] = {"home": str(workspace.shelf.home), **_edition_facts(workspace), "versions": _versions()}
    if as_json:
        Screen(sys.stdout).json(facts)
        return
    Screen(sys.stdout).table(("what", "value"), _rows(facts))


def _workspace() -> "Workspace":
    from bot.workspace import Workspace

    return Workspace(Screen(sys.stderr))


def _source_as_json(source: "Source") -> dict[str, object]:
    from bot.rendering import source_as_json

    return {**source_as_json(source), "voice": source.voice, "place": source.place, "also": list(source.also)}


def _details(document: "Document", catalog: "Catalog") -> dict[str, object]:
    passages = catalog.passages_of(document.source.id)
    return {
        **_source_as_json(document.source),
        "document_sha256": document.sha256,
        "characters": len(document.text),
        "paragraphs": len(document.paragraphs),
        "passages": len(passages),
        "suspicious_passages": sum(stored.passage.suspicion is not None for stored in passages),
        "pages": max((section.page or 0 for section in document.sections), default=0) or None,
    }


def _edition_facts(workspace: "Workspace") -> dict[str, object]:
    """What answers now; where nothing can, why not."""
    from vectorstore.embeddings import BUNDLED, bundled_model_id

    name = workspace.settings.embedding_model
    model = {"name": name, "sha256": bundled_model_id().sha256 if name == BUNDLED else None}
    try:
        info = workspace.shelf.current()
    except EditionError as error:
        return {"edition": None, "documents": 0, "passages": 0, "model": model, "problem": str(error)}
    edition = {"number": info.number, "published_at": info.published_at}
    model = {"name": info.model.name, "sha256": info.model.sha256}
    return {"edition": edition, "documents": info.documents, "passages": info.passages, "model": model}


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {"kanttekening": VERSION, "python": platform.python_version(), "chromadb": version("chromadb")}


def _rows(facts: "Mapping[str, object]") -> "Iterator[tuple[str, object]]":
    """A row for each fact, and for each part of one that has parts."""
    for name, fact in facts.items():
        if isinstance(fact, dict):
            yield from ((f"{name} {part}", value) for part, value in fact.items())
        else:
            yield name, ", ".join(map(str, fact)) if isinstance(fact, list) else fact
