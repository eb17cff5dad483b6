"""Pictures say what the sources say, to people who look and to people who listen, and are readable on a phone."""

import gc
import io
import itertools
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest
from PIL import Image

from bot.answers import AnswerStatus
from bot.explainer import Explainer
from bot.picture_drawing import as_figure, drawable, drawing, measure
from bot.picture_marks import BLUE, BROWN, CARD, CAVEAT, GREY, INK, PAPER, WIDTH, Box, Face, Sheet, Words
from bot.picture_numbers import numbers_in
from bot.picture_quotes import excerpt, frame_of
from bot.pictures import Composed, Picture, PictureKind, as_file, compose, draw
from bot.texts import texts
from ingest.metadata import Metadata
from ingest.pipeline import Pipeline
from ingest.receipt import Wish
from tests.command import environment, run
from tests.conftest import ROOT
from vectorstore.debate import Debate, load_debate
from vectorstore.edition import EditionReader
from vectorstore.editions import Shelf
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.languages import Language
from vectorstore.passages import Document, Quote, Suspicion
from vectorstore.retrieval import Retriever
from vectorstore.settings import PREFIX

KINDS = list(PictureKind)
LANGUAGES: list[Language] = ["nl", "en"]
LIGHT = 300_000
NOWHERE = "xyzzyblorp"
SOAK = bool(os.environ.get(f"{PREFIX}SOAK"))
WEIR = ROOT / "tests" / "debates" / "stuw"
ODD = """BCG schat dat AI € 4,5 miljard 🙂 aan $winst^2$ oplevert en 中文 kost.

Szabó zegt: שלום én «café» – 30% van de uitgaven valt weg.

TNO vindt Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvergaderingsnotulenarchief belangrijk.
"""


@dataclass(frozen=True)
class Stand:
    """An edition with who explains it."""

    explainer: Explainer
    documents: dict[str, Document]
    made: dict[tuple[PictureKind, str | None, Language | None], Composed] = field(default_factory=dict)

    def compose(self, kind: PictureKind, topic: str | None = None, language: Language | None = None) -> Composed:
        """A picture, laid out; made once."""
        asked = (kind, topic, language)
        if asked not in self.made:
            self.made[asked] = compose(kind, self.explainer, topic, language)
        return self.made[asked]

    def draw(self, kind: PictureKind, topic: str | None = None, language: Language | None = None) -> Picture:
        """A picture."""
        return draw(kind, self.explainer, topic, language)


Stands = Callable[[str], Stand]


@pytest.fixture(scope="session")
def stand_of(embeddings: PassageEmbeddings) -> Iterator[Callable[[Path, Debate], Stand]]:
    """Opens the current edition of a home."""
    readers: list[EditionReader] = []

    def opened(home: Path, debate: Debate) -> Stand:
        shelf = Shelf(home)
        readers.append(EditionReader(shelf, embeddings.model))
        with closing(shelf.open_catalog(shelf.current())) as catalog:
            documents = {source.id: catalog.document(source.id) for source in catalog.sources()}
        explainer = Explainer(readers[-1], Retriever(embeddings, debate), debate)
        return Stand(explainer, {name: document for name, document in documents.items() if document})

    yield opened
    for reader in readers:
        reader.close()


@pytest.fixture(scope="session")
def odd_home(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, debate: Debate) -> Path:
    """A home with the pinned caveat and a document with everything that is hard to draw."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "raar.md").write_text(ODD, "utf-8")
    title = "Een 🙂 titel met 中文, שלום en $x^2$, en een staart die doorgaat en doorgaat zonder dat er ooit een einde aan komt"
    given = Metadata(title=title, publisher="Uitgeverij " * 12, published="2025-03")
    Pipeline(Shelf(folder / "home"), embeddings, debate, dossier=False, keep=5).run(Wish([folder / "raar.md"], given))
    return folder / "home"


@pytest.fixture(scope="session")
def bare_home(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, debate: Debate) -> Path:
    """A home with the pinned caveat and nothing else."""
    home = tmp_path_factory.mktemp("bare") / "home"
    Pipeline(Shelf(home), embeddings, debate, dossier=False, keep=5).run(Wish())
    return home


@pytest.fixture(scope="session")
def many_home(tmp_path_factory: pytest.TempPathFactory, dossier_home: Path, embeddings: PassageEmbeddings, debate: Debate) -> Path:
    """A home with the dossier and a collection of pages, 250 in a soak."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(250 if SOAK else 60):
        when = f"{2023 + number % 4}-{1 + number * 7 % 12:02}-{1 + number % 28:02}"
        head = f"---\ntitle: Bericht {number}\npublisher: Overheidsnieuws\npublished: {when}\n---\n\n"
        (folder / f"{number}.md").write_text(f"{head}Dit is bericht {number} over AI.\n", "utf-8")
    shutil.copytree(dossier_home, folder / "home")
    Pipeline(Shelf(folder / "home"), embeddings, debate, dossier=True, keep=5).run(Wish(sorted(folder.glob("*.md"))))
    return folder / "home"


@pytest.fixture(scope="session")
def weir() -> Debate:
    """Another debate."""
    return load_debate(WEIR)


@pytest.fixture(scope="session")
def weir_home(tmp_path_factory: pytest.TempPathFactory, embeddings: PassageEmbeddings, weir: Debate) -> Path:
    """A home with another debate."""
    home = tmp_path_factory.mktemp("weir") / "home"
    Pipeline(Shelf(home), embeddings, weir, dossier=True, keep=5).run(Wish())
    return home


@pytest.fixture(scope="session")
def stands(request: pytest.FixtureRequest, stand_of: Callable[[Path, Debate], Stand], debate: Debate) -> Stands:
    """The stand of a home, by the name of its fixture."""
    known: dict[str, Stand] = {}

    def opened(name: str) -> Stand:
        if name not in known:
            home: Path = request.getfixturevalue(f"{name}_home")
            known[name] = stand_of(home, request.getfixturevalue("weir") if name == "weir" else debate)
        return known[name]

    return opened


EVERY = [
    ("dossier", None),
    ("column", None),
    ("column", "werk"),
    ("column", "Wat vindt de FNV van Bitcoin?"),
    ("odd", None),
    ("bare", None),
    ("many", None),
    ("weir", None),
    ("weir", "kosten"),
]


@pytest.fixture(params=EVERY, ids=lambda param: "-".join(filter(None, param)))
def every(request: pytest.FixtureRequest, stands: Stands) -> list[Composed]:
    """Each kind of picture in each language."""
    name, topic = request.param
    stand = stands(name)
    return [stand.compose(kind, topic, language) for kind, language in itertools.product(KINDS, LANGUAGES)]


def quotes(picture: Composed | Picture) -> list[Quote]:
    """All that is quoted in a picture."""
    return [*picture.answer.quotes, *picture.answer.nearest, picture.answer.caveat]


def drawn(sheet: Sheet) -> str:
    """All words on a sheet, line by line as one text."""
    return " ".join(mark.text for mark in sheet.marks if isinstance(mark, Words)).replace("\u00a0", " ")


def plain(text: str) -> str:
    """A text with its spaces all alike and on one line."""
    return " ".join(text.split())


def test_no_text_leaves_the_picture_or_touches_another(every: list[Composed]) -> None:
    """Every text lies within the picture, and no two lie over each other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    for picture in every:
        with drawing():
            figure = as_figure(picture.sheet)
            canvas = FigureCanvasAgg(figure)
            renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
            boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.artists if isinstance(text, Text)]
            assert not any(text.get_parse_math() for text in figure.artists if isinstance(text, Text))
        assert boxes
        for text, box in boxes:
            assert box.x0 >= 20, text
            assert box.x1 <= WIDTH - 20, text
            assert box.y0 >= 20, text
            assert box.y1 <= picture.sheet.height - 20, text
        for (one, first), (other, second) in itertools.combinations(boxes, 2):
            apart = first.x1 <= second.x0 + 1 or second.x1 <= first.x0 + 1 or first.y1 <= second.y0 + 1 or second.y1 <= first.y0 + 1
            assert apart, (one, other)


def test_all_text_in_a_card_stays_in_it(every: list[Composed]) -> None:
    """The words of a card end before its right edge, and its last line before its lower one."""
    for picture in every:
        box: Box | None = None
        for mark in picture.sheet.marks:
            if isinstance(mark, Box) and mark.fill in {CARD, CAVEAT}:
                box = mark
            elif isinstance(mark, Words) and box is not None and box.y < mark.y < box.y + box.height:
                with drawing():
                    wide = measure(mark.text, mark.face, mark.size)
                assert mark.x + wide <= box.x + box.width - 12, mark.text
                assert mark.y + mark.size * 0.3 <= box.y + box.height, mark.text


def test_a_picture_is_a_portrait_in_letters_that_can_be_read(every: list[Composed]) -> None:
    """It is as high as a phone at most, and nothing is smaller than a caption; quotations are never below body size."""
    for picture in every:
        sizes = [mark.size for mark in picture.sheet.marks if isinstance(mark, Words)]
        assert 1350 <= picture.sheet.height <= 2400
        assert min(sizes) >= 20
        quoted = [mark.size for mark in picture.sheet.marks if isinstance(mark, Words) and mark.face is Face.QUOTE]
        assert all(size >= 28 for size in quoted)


def test_every_picture_has_its_caveat(every: list[Composed]) -> None:
    """The caveat with its heading and the number of its source is drawn, is in the text that goes with it, and in its answer."""
    for picture in every:
        answer = picture.answer
        debate_texts = texts(answer.language, None)
        number = 1 + [source.id for source in answer.sources].index(answer.caveat.source.id)
        words = plain(answer.caveat.text)
        for said in (drawn(picture.sheet), plain(picture.alt)):
            assert drawable(words) in said or words in said
            assert f"[{number}]" in said
            assert str(answer.edition.number) in said
        assert answer.caveat.text
        assert debate_texts.say("sources_heading") in picture.alt


def test_all_that_is_quoted_stands_in_the_documents(stands: Stands) -> None:
    """Every quotation of a picture is the text of its document at its place, and is drawn as it stands there."""
    for name, topic in EVERY:
        stand = stands(name)
        for kind in KINDS:
            picture = stand.compose(kind, topic)
            for quote in quotes(picture):
                document = stand.documents[quote.source.id]
                assert document.text[quote.start : quote.end] == quote.text
                assert document.sha256 == quote.document_sha256
                first = plain(quote.text[: quote.text.find(" ", 60)])
                assert first in plain(picture.alt), (name, kind)


def test_words_of_the_dossier_never_stand_in_quotation_marks(stands: Stands) -> None:
    """What is the dossier's own wording is labelled so and has no «…»; with the column, its own words have them."""
    label = texts("nl").say("dossier_label")
    for kind in (PictureKind.POSITIONS, PictureKind.FIGURES):
        own = stands("dossier").compose(kind)
        assert "«" not in own.alt
        assert own.alt.count(label) == len({(quote.source.id, quote.start) for quote in own.answer.quotes}) + 1
        both = stands("column").compose(kind)
        verbatim = [quote for quote in quotes(both) if not quote.is_paraphrase]
        assert verbatim
        assert all(f"«{plain(quote.text)}»" in plain(both.alt) for quote in verbatim)


def test_the_alt_text_says_all_that_is_drawn(every: list[Composed]) -> None:
    """Every line that is drawn is in the text for those who do not see it, but for the years and numbers of the columns."""
    for picture in every:
        alt = plain(picture.alt)
        with drawing():
            said = drawable(alt).replace(" ", "")
        for mark in picture.sheet.marks:
            if isinstance(mark, Words) and not mark.text.isdigit():
                with drawing():
                    line = drawable(mark.text)
                assert all(part.replace(" ", "").replace("\u00a0", "") in said for part in line.split("\u00a0 · ")), mark.text


def test_voices_that_are_silent_or_left_out_are_named(stands: Stands, debate: Debate) -> None:
    """On the map of a topic every voice of the debate is either drawn or named as silent or as left out."""
    for topic in (None, "werk"):
        alt = stands("dossier").compose(PictureKind.POSITIONS, topic).alt
        assert [voice.id for voice in debate.voices if voice.name not in alt and (voice.name[1:]) not in alt] == []


def test_two_who_speak_in_one_breath_have_one_card(stands: Stands) -> None:
    """A quotation that is of two voices is drawn once, under both names."""
    picture = stands("column").compose(PictureKind.POSITIONS, "Kamervragen")
    assert "Silvio Erkens en Martijn Buijsse" in picture.alt
    texts_of = [quote.text for quote in picture.answer.quotes if quote.voice_id in {"erkens", "buijsse"}]
    assert len(set(texts_of)) == 1
    assert plain(picture.alt).count(plain(texts_of[0])) == 1


def test_a_topic_that_is_not_in_the_sources_is_said_to_be(stands: Stands) -> None:
    """The picture says that there is nothing, and shows what comes close as just that."""
    stand = stands("column")
    said = {}
    for kind in KINDS:
        picture = stand.compose(kind, "Wat vindt de FNV van Bitcoin?")
        assert picture.answer.status is AnswerStatus.NOT_IN_SOURCES
        assert picture.answer.statements == ()
        said[kind] = picture.alt
    assert texts("nl").say("nearest_heading") in said[PictureKind.POSITIONS]
    assert "Bitcoin" in said[PictureKind.FIGURES]


def test_an_edition_with_nothing_in_it_says_so(stands: Stands) -> None:
    """Where only the caveat is stored, there is no timeline and no figure, and the pictures say that in words."""
    bare = stands("bare")
    assert texts("nl").say("picture_timeline_none") in drawn(bare.compose(PictureKind.TIMELINE).sheet)
    assert texts("en").say("picture_figures_none") in drawn(bare.compose(PictureKind.FIGURES, None, "en").sheet)


def test_the_timeline_has_dates_as_far_as_they_are_known(stands: Stands) -> None:
    """A date without its day or month is said to lack it, the original goes before the account of it, terms of office are named."""
    alt = stands("column").compose(PictureKind.TIMELINE).alt
    assert "maart 2025, dag onbekend · Boston Consulting Group" in alt
    assert "2025, maand onbekend · Sociaal-Economische Raad" in alt
    assert alt.count("Waar blijft de visie van de overheid op GenAI in de publieke sector?") == 2  # in the list, and as a source
    assert "koneksa-mondo" not in alt
    assert "Zsolt Szabó: 2 juli 2024 tot 3 juni 2025\nEddie van Marum: sinds 3 juni 2025" in alt
    assert "Zonder datum, dus niet in dit beeld: 3." in alt


def test_the_timeline_leaves_the_dossier_itself_out(stands: Stands) -> None:
    """The day on which the dossier was written is no event of the debate: only the originals are counted."""
    stand = stands("dossier")
    originals = [document.source.after for document in stand.documents.values() if document.source.after]
    dated = len([original for original in originals if original.published])
    assert f"\n{dated} stukken van 2023 tot en met 2026." in stand.compose(PictureKind.TIMELINE).alt


def test_many_documents_are_counted_where_they_are_not_shown(stands: Stands) -> None:
    """A collection does not drown the voices: they are shown, and every other document is in a count."""
    stand = stands("many")
    picture = stand.compose(PictureKind.TIMELINE)
    head, _, events = picture.alt.partition(texts("nl").say("picture_documents"))
    total = int(head.split(" stukken van ")[0].rsplit("\n", 1)[1])
    counted = sum(int(line.split("en nog ")[1].split()[0]) for line in events.splitlines() if "en nog " in line)
    shown = sum(1 for source in picture.answer.sources if f"[{1 + picture.answer.sources.index(source)}]:" in events)
    assert (total, counted > 40) == (counted + shown, True)
    assert {"Boston Consulting Group", "TNO"} <= {source.after.publisher for source in picture.answer.sources if source.after}


@pytest.mark.parametrize(
    ("sentence", "figures"),
    [
        (
            "BCG schat 255.000 tot 465.000 voltijdbanen aan extra capaciteit.",
            ["255.000 tot 465.000 voltijdbanen aan extra capaciteit"],
        ),
        ("Dit zou tussen de 255.000 en 465.000 banen opleveren.", ["tussen de 255.000 en 465.000 banen"]),
        ("Dat is goed voor tot 20 miljard euro belastinggeld.", ["tot 20 miljard euro"]),
        ("De winst is 1,75 biljoen dollar per jaar in 2033.", ["1,75 biljoen dollar per jaar"]),
        ("AI kost € 4,5 miljard en $3 billion.", ["€ 4,5 miljard", "$3 billion"]),
        ("Zo'n 60 procent van de banen en 30% van de uitgaven.", ["Zo'n 60 procent van de banen", "30% van de uitgaven"]),
        ("Van 42 van de 120 gebruikte AI-systemen is het onbekend.", ["42 van de 120 gebruikte AI-systemen"]),
        ("AI geeft 15 tot 20 procent extra productie opleveren.", ["15 tot 20 procent extra productie"]),
        ("A study found about 1,500 civil servants at 70 offices.", ["about 1,500 civil servants", "70 offices"]),
        ("Niet meer dan 5 procent van de systemen.", ["meer dan 5 procent van de systemen"]),
        # no figures
        ("Op 17 maart 2025 en in 2033, tussen 2019 en 2021.", []),
        ("Artikel 14 en 26, vraag 2, bijlage 3 en pagina 12 zeggen het.", []),
        ("De vergadering begint om 10.30 uur in zaal B12 met GPT-4 en M365.", []),
        ("Verordening (EU) 2024/1689 en nr. 1098 gelden.", []),
        ("De vragen noemen 425.0000 vacatures.", []),
        ("Er waren 165 systemen in 2021 en 75 in 2019.", ["165 systemen"]),
        ("Nergens staat dat 465.000 mensen hun baan verliezen.", []),
        ("Er gaan geen 20 miljard euro naar AI.", []),
        ("1. De gemeente telt mee.", []),
    ],
)
def test_figures_are_numbers_of_something(sentence: str, figures: list[str]) -> None:
    """A figure is what is counted with its number, as it stands there; dates, years and numbers of things are none."""
    assert [sentence[number.start : number.end] for number in numbers_in(sentence)] == figures


def test_every_figure_stands_in_the_sentence_below_it(stands: Stands) -> None:
    """The large figures are words of the quotation under them, and those of a sentence that names no other claimant."""
    seen = 0
    for name in ("dossier", "column", "weir", "odd"):
        picture = stands(name).compose(PictureKind.FIGURES)
        large = [mark for mark in picture.sheet.marks if isinstance(mark, Words) and mark.colour == BLUE]
        said = [plain(quote.text) for quote in picture.answer.quotes]
        whole = " | ".join(said)
        for part in (part for mark in large for part in plain(mark.text.replace("\u00a0 · ", "|")).split("|")):
            seen += 1
            assert re.search(rf"(?<!\w){re.escape(part.strip(' «»'))}(?!\w)", whole), part
    assert seen > 10


def test_a_figure_that_one_voice_quotes_of_another_is_not_its_own(stands: Stands) -> None:
    """ "Erkens and Buijsse cite BCG's 20 billion" puts no figure under them, and no loss of jobs is claimed by anybody."""
    picture = stands("dossier").compose(PictureKind.FIGURES, "besparing")
    assert {statement.voice.id for statement in picture.answer.statements if statement.voice} == {"bcg"}
    assert "baan verliezen" not in stands("column").compose(PictureKind.FIGURES, "ontslagen").alt


def test_the_same_edition_gives_the_same_bytes(stands: Stands) -> None:
    """A picture that is drawn again is the same file, in pixels and in lines."""
    stand = stands("column")
    composed = stand.compose(PictureKind.TIMELINE, NOWHERE)
    for form, start in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        data = as_file(composed, form)
        assert data.startswith(start)
        assert data == as_file(composed, form)


def test_a_picture_is_light_and_says_what_it_is(stands: Stands) -> None:
    """The PNG is small, as wide as it should be, and holds its title and its text."""
    for name in ("column", "odd"):
        for kind in KINDS if SOAK else [PictureKind.POSITIONS]:
            picture = stands(name).draw(kind)
            with Image.open(io.BytesIO(picture.png)) as image:
                assert (image.format, image.width, image.mode) == ("PNG", WIDTH, "P")
                assert image.info["Title"] == picture.title
                assert image.info["Description"] == picture.alt
            assert len(picture.png) < LIGHT


def test_what_the_letters_lack_is_named(stands: Stands) -> None:
    """Emoji, Chinese, Hebrew and a formula are drawn as what they are, or by their code points, and spoil nothing."""
    with drawing():
        named = drawable("é « € – 🙂 中文 שלום $x^2$ a\u00adb c\u200bd")
    assert named == "é « € – ⟨U+1F642⟩ ⟨U+4E2D … U+6587⟩ ⟨U+05E9 … U+05DD⟩ $x^2$ ab cd"
    assert "🙂" in stands("odd").compose(PictureKind.FIGURES).alt


def test_threads_draw_at_once(stands: Stands) -> None:
    """Several threads that draw at the same time get what one gets."""
    stand = stands("column")
    alone = [stand.draw(kind, NOWHERE).png for kind in KINDS]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda kind: stand.draw(kind, NOWHERE).png, KINDS * 2))
    assert together == alone * 2


def test_what_was_drawn_is_let_go(stands: Stands) -> None:
    """Pictures do not pile up in memory, not even until Python next tidies up."""
    composed = stands("column").compose(PictureKind.FIGURES, NOWHERE)
    as_file(composed, "png")
    gc.collect()
    gc.disable()
    try:
        before = psutil.Process().memory_info().rss
        for _ in range(200 if SOAK else 8):
            as_file(composed, "png")
        grown = psutil.Process().memory_info().rss - before
    finally:
        gc.enable()
    assert grown < 20_000_000  # this one takes 6 MB of pixels


def luminance(colour: str) -> float:
    """The relative luminance of a colour, as WCAG defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", [INK, GREY, BLUE, BROWN])
@pytest.mark.parametrize("ground", [PAPER, CARD, CAVEAT])
def test_text_can_be_told_from_its_ground(colour: str, ground: str) -> None:
    """Every colour of text has the contrast of WCAG AA on every ground."""
    light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_command_saves_and_tells(column_home: Path, stands: Stands, tmp_path: Path) -> None:
    """`picture` saves a PNG in this folder, the same as another process draws, and prints where it is and what it shows."""
    done = run("picture", "positions", "werk", home=column_home)
    alt = stands("column").compose(PictureKind.POSITIONS, "werk").alt
    assert (done.returncode, done.stdout, done.stderr) == (0, f"kanttekening-positions-werk.png\n\n{alt}\n", "")
    assert (tmp_path / "kanttekening-positions-werk.png").read_bytes() == stands("column").draw(PictureKind.POSITIONS, "werk").png


def test_the_command_tells_programs(column_home: Path, tmp_path: Path) -> None:
    """With --json it is one object with the file, the text and the answer; what is not in the sources ends in 3."""
    done = run("picture", "figures", NOWHERE, "--json", "--language", "en", "--output", tmp_path / "b.SVG", home=column_home)
    told = json.loads(done.stdout)
    assert done.returncode == 3
    assert {name: told[name] for name in ("kind", "file", "title")} == {
        "kind": "figures",
        "file": str(tmp_path / "b.SVG"),
        "title": "Figures about: " + NOWHERE,
    }
    assert told["answer"]["caveat"]["text"] in told["alt"]
    assert (tmp_path / "b.SVG").read_text("utf-8").startswith("<?xml")


def test_the_command_refuses_what_it_cannot_save(column_home: Path, tmp_path: Path) -> None:
    """A form that it does not know, and a folder that is not there, are named with what to do."""
    wrong = run("picture", "figures", "--output", tmp_path / "a.gif", home=column_home)
    absent = run("picture", "figures", "--output", tmp_path / "no" / "a.png", home=column_home)
    assert (wrong.returncode, absent.returncode) == (2, 2)
    assert wrong.stderr == f"Error: --output is {str(tmp_path / 'a.gif')!r}; end it in .png, .svg or .pdf.\n"
    assert absent.stderr == (
        f"Error: There is no folder {str(tmp_path / 'no')!r} to save the picture in. Make it, or choose another with --output.\n"
    )


def test_nothing_is_left_in_the_folders_of_the_user(home: Path, tmp_path: Path) -> None:
    """The drawing library writes below our own home alone, also where the user's home cannot be written."""
    folders = [tmp_path / name for name in ("user", "temporary", "config", "cache")]
    for folder in folders:
        folder.mkdir()
    user, temporary, config, cache = folders
    user.chmod(stat.S_IRUSR | stat.S_IXUSR)
    places = {"TMPDIR": temporary, "XDG_CONFIG_HOME": config, "XDG_CACHE_HOME": cache}
    done = run("picture", "figures", "--output", tmp_path / "a.png", stdin="", home=home, HOME=user, **places)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path for folder in folders for path in folder.rglob("*")] == []
    assert [path.name.partition("-")[0] for path in (home / "cache").iterdir()] == ["fontlist"]


def test_help_does_not_import_what_draws() -> None:
    """Neither `--help` nor an answer loads matplotlib; only a picture does."""
    code = "import sys; import bot.__main__, bot.pictures, bot.picture_command; sys.exit('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_one_file_draws() -> None:
    """The drawing library is touched in one file of the bot."""
    found = [path.name for path in sorted((ROOT / "bot").rglob("*.py")) if "from matplotlib" in path.read_text("utf-8")]
    assert found == ["picture_drawing.py"]


@pytest.mark.parametrize(
    ("longest", "least", "kept"),
    [
        (
            200,
            0,
            "De proef slaagt. Zij duurt, als het meezit, tot de zomer van dit jaar. Dan volgt er nog een rapport over de uitkomst.",
        ),
        (75, 0, "De proef slaagt. Zij duurt, als het meezit, tot de zomer van dit jaar."),
        (60, 0, "De proef slaagt. Zij duurt, als het meezit"),
        (25, 0, "De proef slaagt."),
        (12, 0, "De proef"),
        (25, 42, "De proef slaagt. Zij duurt, als het meezit"),
    ],
)
def test_a_quotation_is_cut_at_a_border(stands: Stands, longest: int, least: int, kept: str) -> None:
    """What does not fit ends with a sentence, a clause or a word, and never before what is drawn large of it."""
    text = "De proef slaagt. Zij duurt, als het meezit, tot de zomer van dit jaar. Dan volgt er nog een rapport over de uitkomst."
    quote = replace(stands("bare").compose(PictureKind.TIMELINE).answer.caveat, text=text)
    part = excerpt(quote, longest, least)
    assert (part.text, part.is_cut) == (kept, kept != text)


def test_what_is_suspicious_bears_a_mark(stands: Stands, debate: Debate) -> None:
    """A quotation from a passage that speaks to a machine says so before its words."""
    answer = stands("column").compose(PictureKind.POSITIONS).answer
    quote = replace(answer.caveat, suspicion=Suspicion.MACHINE)
    item = frame_of(answer, debate).item(quote, None, 1_000)
    assert item.quoted == f"[{texts('nl').say('suspicion_machine')}] «{quote.text}»\u00a0[1]"
