"""How fast documents are taken in: each format by itself, a real collection, and one document that changed."""

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap

from tests.benchmarks.figures import Bound, Figure, Section
from tests.benchmarks.processes import run_python
from tests.benchmarks.scale import make_documents
from tests.office_files import book, page, word
from tests.pdf_files import LINE, block, pdf_of

_TALL = 44  # lines of a page
_WIDE = 84  # letters of a line
_PUBLISHED = (0, 5)  # whole, or without a page that holds no running text
Parts = Sequence[tuple[str, Sequence[str]]]
"""A document as its headings, each with the paragraphs under it."""


def _markdown(parts: Parts) -> bytes:
    return "\n\n".join(text for heading, paragraphs in parts for text in (f"## {heading}", *paragraphs)).encode()


def _text(parts: Parts) -> bytes:
    return "\n\n".join(text for heading, paragraphs in parts for text in (heading, *paragraphs)).encode()


def _tags(parts: Parts) -> str:
    return "".join(f"<h2>{escape(heading)}</h2>" + "".join(f"<p>{escape(each)}</p>" for each in texts) for heading, texts in parts)


def _html(parts: Parts) -> bytes:
    return (
        f'<!doctype html><html lang="nl"><head><title>Stuk</title></head><body><main>{_tags(parts)}</main></body></html>'.encode()
    )


def _book(parts: Parts) -> bytes:
    return book({"een.xhtml": page(_tags(parts))})


def _word(parts: Parts) -> bytes:
    def run(text: str, style: str = "") -> str:
        return f"<w:p>{style}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>"

    heading = '<w:pPr><w:pStyle w:val="Heading2"/></w:pPr>'
    return word("".join(run(title, heading) + "".join(map(run, texts)) for title, texts in parts))


def _pdf(parts: Parts) -> bytes:
    lines = [line for title, texts in parts for text in (title, *texts) for line in [*wrap(text, _WIDE), ""]]
    drawable = [line.encode("cp1252", "ignore").decode("cp1252") for line in lines]
    pages = [drawable[start : start + _TALL] for start in range(0, len(drawable), _TALL)]
    return pdf_of(*[block(*lines, y=842 - 60 - _TALL * LINE) for lines in pages])


def _email(parts: Parts) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = "Stuk", "Iemand <iemand@example.org>", "Thu, 1 Jan 2026 10:00:00 +0100"
    message.set_content(_text(parts).decode())
    return message.as_bytes()


FORMATS: Mapping[str, tuple[str, Callable[[Parts], bytes]]] = {
    "Markdown": (".md", _markdown),
    "text": (".txt", _text),
    "HTML": (".html", _html),
    "PDF": (".pdf", _pdf),
    "Word": (".docx", _word),
    "EPUB": (".epub", _book),
    "e-mail": (".eml", _email),
}


def bench_formats(passages: int) -> Section:
    """The same documents in each format."""
    figures = []
    with TemporaryDirectory() as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        make_documents(made, passages)
        documents = {path.stem: _parts(path) for path in sorted(made.glob("*.md"))}
        for name, (suffix, write) in FORMATS.items():
            folder, home = Path(scratch) / name, Path(scratch) / f"home-{name}"
            folder.mkdir()
            for stem, parts in documents.items():
                (folder / f"{stem}{suffix}").write_bytes(write(parts))
            figures += _format(name, folder, home, sum(len(_text(parts)) for parts in documents.values()) / 1024**2)
    return Section(
        "Ingest, per format",
        f"{len(documents)} made documents, the same words in each format, into an empty edition. MB are of their words "
        "as plain text. Reading is from the file to the stored text, without embedding; the whole is the process from "
        "its start to a published edition.",
        figures,
    )


def _format(name: str, folder: Path, home: Path, megabytes: float) -> list[Figure]:
    reading = megabytes / _reading_seconds(folder)
    done = run_python(["-m", "ingest", "--json", str(folder)], home, dossier=False)
    passages = json.loads(done.stdout)["passages"]
    return [
        Figure(f"{name}: reading", [reading], "MB/s"),
        Figure(f"{name}: whole", [megabytes / done.seconds], "MB/s"),
        Figure(f"{name}: whole", [passages / done.seconds], "passages/s", note=f"{passages} passages"),
    ]


def _reading_seconds(folder: Path) -> float:
    """Reading every file, after one that loads what reading needs."""
    from ingest.loaders import load
    from ingest.metadata import Metadata
    from ingest.origins import Origin
    from vectorstore.debate import load_debate

    debate, origins = load_debate(), [Origin(path, str(path)) for path in sorted(folder.iterdir())]
    load(origins[0], Metadata(), debate)
    started = time.perf_counter()
    for origin in origins:
        load(origin, Metadata(), debate)
    return time.perf_counter() - started


def _parts(path: Path) -> Parts:
    """A made document, taken apart again."""
    found: list[tuple[str, list[str]]] = []
    for text in path.read_text("utf-8").split("---", 2)[2].strip().split("\n\n"):
        if text.startswith("## "):
            found.append((text[3:], []))
        else:
            found[-1][1].append(text.strip())
    return found


def bench_collection(documents: Path, scratch: Path) -> Section:
    """A real collection for the first time, again, and after one of its documents changed."""
    title, home, folder = "Ingest of a real collection", scratch / "collection-home", scratch / "collection"
    about = "The pages of the Algoritmekader; the next edition holds them too, one of them changed."
    if not documents.is_dir():
        return Section(title, about, skipped=("all: the collection is not here",))
    shutil.copytree(documents, folder)
    command = ["-m", "ingest", "--json", str(folder)]
    first, again = (run_python(command, home, good=_PUBLISHED) for _ in range(2))
    longest = max(folder.rglob("*.md"), key=lambda path: path.stat().st_size)
    longest.write_text(longest.read_text("utf-8") + "\n\nEr is een zin bijgekomen over toezicht door mensen.\n", "utf-8")
    changed = run_python(command, home, good=_PUBLISHED)
    receipt = json.loads(first.stdout)
    pages = len(receipt["added"])
    return Section(
        title,
        about,
        [
            Figure(f"{pages} pages, {receipt['passages']} passages", [first.seconds], "s", Bound(40)),
            Figure("passages a second", [receipt["passages"] / first.seconds], "/s"),
            Figure("memory, peak of all processes", [first.together], "MB"),
            Figure("the same again, nothing changed", [again.seconds], "s"),
            Figure("one document changed", [changed.seconds], "s", note=f"{json.loads(changed.stdout)['embeddings']} embeddings"),
        ],
    )
