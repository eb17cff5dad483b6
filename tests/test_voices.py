"""Who is speaking in a sentence: the voice whose position it reports, and no voice where that is not clear."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.loaders import load
from ingest.metadata import Metadata
from ingest.origins import Origin
from ingest.splitting import split_sentences
from ingest.voices import attribute_voices
from tests.conftest import COLUMN, COLUMN_METADATA
from vectorstore.debate import Debate

Spoken = list[tuple[tuple[str, ...], str]]
Voices = Callable[..., Spoken]


@pytest.fixture
def voices(tmp_path: Path, debate: Debate) -> Voices:
    """The sentences of a text with the voices that speak in each; the text can be a document somebody published."""

    def attribute(text: str, name: str = "stuk.txt", **said: str) -> Spoken:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        document = load(Origin(path, str(path)), Metadata(**said), debate).document
        attributed = attribute_voices(document, split_sentences(document), debate)
        return [(sentence.voices, document.text[sentence.start : sentence.end]) for sentence in attributed]

    return attribute


NOBODY: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # somebody says something
        ("BCG schat dat AI 465.000 voltijdbanen oplevert.", ("bcg",)),
        ("Volgens BCG levert AI voltijdbanen op.", ("bcg",)),
        ("AI levert volgens BCG voltijdbanen op.", ("bcg",)),
        ("Het BCG-rapport stelt dat AI banen oplevert.", ("bcg",)),
        ("De winst, aldus Boston Consulting Group, is groot.", ("bcg",)),
        ("Szabó: «Het effect is onzeker.»", ("szabo",)),
        ("Daarom pleit Szabó voor menselijk toezicht.", ("szabo",)),
        ("Staatssecretaris Zsolt Szabó van Digitale Zaken erkent het potentieel.", ("szabo",)),
        ("De Kamerleden Erkens en Buijsse stelden vragen.", ("erkens", "buijsse")),
        ("According to BCG, AI can free up jobs.", ("bcg",)),
        ("BCG estimates that AI can free up jobs.", ("bcg",)),
        ("Het antwoord van Szabó zegt dat het effect onzeker is.", ("szabo",)),
        ("De Rekenkamer vindt dat de cijfers niet kloppen.", ("rekenkamer",)),
        ("TNO gaat er volgens de monitor van uit dat AI ambtenaren ondersteunt.", ("tno",)),
        ("De VNG heeft volgens gemeente.nu weinig aan de nieuwe spelregels.", ("gemeenten",)),
        ("De SER roept volgens hcc.nl op om werknemers vroeg te betrekken.", ("ser",)),
        ("BCG heeft veel klanten in de publieke sector.", NOBODY),
        ("De AI-verordening gaat over systemen die regels uit data halen.", NOBODY),
        # a text that reports somebody is not the speaker
        ("Volgens de column stelt BCG vijf pioniers voor.", ("bcg",)),
        ("Szabó noemt het effect volgens de column van 22 april 2025 onzeker.", ("szabo",)),
        ("Volgens de column ontbreekt een visie.", ("auteur",)),
        # both speak
        ("Volgens BCG en volgens Szabó is er potentieel.", ("bcg", "szabo")),
        # named, but not the one who speaks
        ("De vragen gaan over BCG.", NOBODY),
        ("De minister vindt dat BCG te stellig is.", NOBODY),
        ("Het is de vraag of Szabó dat wil.", NOBODY),
        ("Een woordvoerder reageert op BCG en noemt het kort door de bocht.", NOBODY),
        ("De uitvoering wil meer geld van Szabó.", NOBODY),
        # somebody else with part of the name, or nobody
        ("ABCG schat dat AI banen oplevert.", NOBODY),
        ("De vos zegt niets.", NOBODY),
        ("Wetenschappers vinden dat er meer onderzoek nodig is.", NOBODY),
        ("Hij vindt dat er meer onderzoek nodig is.", NOBODY),
    ],
)
def test_who_speaks_in_a_sentence(voices: Voices, sentence: str, expected: tuple[str, ...]) -> None:
    """A name with a verb of saying, or "volgens", tells who speaks; a name alone does not."""
    assert voices(sentence) == [(expected, sentence)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a person goes on as "hij"
        ("Szabó noemt het effect onzeker. Hij wijst op de risico’s.", [("szabo",), ("szabo",)]),
        ("Szabó erkent het. Het effect is volgens hem niet bewezen.", [("szabo",), ("szabo",)]),
        ("Szabó erkent het. Ook wijst hij op lopende proeven.", [("szabo",), ("szabo",)]),
        ("Szabó acknowledges this. He stresses the risks.", [("szabo",), ("szabo",)]),
        # an organisation is not "hij", and a person who is somebody else's is not either
        ("BCG rekent zich rijk, stelt BCG. Hij wijst op de risico’s.", [("bcg",), NOBODY]),
        ("Szabó en Erkens stellen vragen. Hij wijst op de risico’s.", [("szabo", "erkens"), NOBODY]),
        ("Szabó erkent het. Erkens zat in de zaal. Hij wijst op de risico’s.", [("szabo",), NOBODY, NOBODY]),
        # not over the end of a paragraph
        ("Szabó noemt het effect onzeker.\n\nHij wijst op de risico’s.", [("szabo",), NOBODY]),
        # what is reported goes on as "zou"
        ("Volgens BCG helpt AI. Dit zou 255.000 banen opleveren.", [("bcg",), ("bcg",)]),
        ("Volgens BCG helpt AI. Dat is veel. Dit zou 255.000 banen opleveren.", [("bcg",), NOBODY, NOBODY]),
        # a sentence between two of one person
        ("Szabó erkent het. AI kan slechter werken. Hij wijst op de risico’s.", [("szabo",)] * 3),
        ("Szabó erkent het. AI kan slechter werken. Volgens BCG niet.", [("szabo",), NOBODY, ("bcg",)]),
        ("Volgens BCG helpt AI. Dat is veel. BCG stelt vijf pioniers voor.", [("bcg",), NOBODY, ("bcg",)]),
    ],
)
def test_who_goes_on_speaking(voices: Voices, text: str, expected: list[tuple[str, ...]]) -> None:
    """A pronoun, "dit zou" and a sentence in between go on with the voice before, only where it can mean nobody else."""
    assert [found for found, _ in voices(text)] == expected


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2024-01-18", ("vanhuffelen",)),
        ("2025-03-17", ("szabo",)),
        ("2025-04", ("szabo",)),
        ("2025-06-03", ("vanmarum",)),
        ("2020", NOBODY),
        (None, NOBODY),
    ],
)
def test_state_secretary_is_who_was_in_office(voices: Voices, published: str | None, expected: tuple[str, ...]) -> None:
    """An office without a name means its holder on the day of the document, and nobody where the day is not known."""
    said = {"published": published} if published else {}
    assert voices("De staatssecretaris vindt het effect onzeker.", **said)[0][0] == expected


def test_state_secretary_is_who_is_named(voices: Voices) -> None:
    """The only holder that a document names is meant, whatever its date; with two of them nobody is."""
    named = "Szabó gaf antwoord. De staatssecretaris vindt het effect onzeker."
    both = f"Van Huffelen ging hem voor. {named}"
    assert voices(named, published="2026-01-01")[-1][0] == ("szabo",)
    assert voices(both, published="2025-03-17")[-1][0] == NOBODY


@pytest.mark.parametrize(
    "sentence",
    ["De nieuwe staatssecretaris vindt het effect onzeker.", "De staatssecretaris Putters vindt het effect onzeker."],
)
def test_another_state_secretary_is_not_the_one_in_office(voices: Voices, sentence: str) -> None:
    """Somebody else with the same office does not speak as the one who holds it."""
    assert "szabo" not in voices(sentence, published="2025-03-17")[0][0]


def test_publisher_speaks_of_itself(voices: Voices) -> None:
    """ "Kanttekening weet niet of Szabó …" is the publisher's statement, not Szabó's, and so is "volgens Kanttekening"."""
    text = (
        "Kanttekening weet niet of Szabó dat vindt. Szabó ziet volgens Kanttekening iets over het hoofd. Szabó vindt het onzeker."
    )
    assert [found for found, _ in voices(text, publisher="Kanttekening")] == [NOBODY, NOBODY, ("szabo",)]


def test_document_of_a_voice_speaks_for_it(voices: Voices) -> None:
    """What nobody else says in a document is said by its own voice."""
    text = "Er ontbreekt een visie. BCG stelt vijf pioniers voor. Dat is te weinig."
    assert [found for found, _ in voices(text, voice="auteur")] == [("auteur",), ("bcg",), ("auteur",)]


def test_an_organisation_speaks_in_what_it_publishes(voices: Voices) -> None:
    """A document is in the voice of its author, one of several with or without a function, or of the body that published it."""
    text = "Er moet meer toezicht komen."
    assert voices(text, publisher="TNO, afdeling Vector") == [(("tno",), text)]
    assert voices(text, author="Jo Maas, Janine Vos", publisher="TNO") == [(("vos",), text)]
    assert voices(text, publisher="Janine Vos") == [(NOBODY, text)]  # a person's own site prints others too
    assert voices(text, publisher="De Krant") == [(NOBODY, text)]


def test_readers_and_quotations_are_not_the_author(voices: Voices) -> None:
    """Comments below a text, and what follows a line that ends in a colon, are not the document's voice."""
    text = (
        "# Stuk\n\nEr ontbreekt een visie.\n\nHet kabinet schrijft:\n\nAmbtenaren krijgen ruimte.\n\nDat is nieuw.\n\n"
        "## 5 reacties\n\nEuropa heeft al een visie.\n\n### Jan\n\nDat klopt.\n"
    )
    assert voices(text, "stuk.md", voice="auteur") == [
        (("auteur",), "Er ontbreekt een visie."),
        (("auteur",), "Het kabinet schrijft:"),
        (NOBODY, "Ambtenaren krijgen ruimte."),
        (("auteur",), "Dat is nieuw."),
        (NOBODY, "Europa heeft al een visie."),
        (NOBODY, "Dat klopt."),
    ]


@pytest.fixture(scope="module")
def column(shared: Path, debate: Debate) -> Spoken:
    """The sentences of the column with their voices."""
    path = shared / COLUMN
    document = load(Origin(path, str(path)), COLUMN_METADATA, debate).document
    attributed = attribute_voices(document, split_sentences(document), debate)
    return [(sentence.voices, document.text[sentence.start : sentence.end]) for sentence in attributed]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("In maart 2025 publiceerde Boston Consulting Group", ("bcg",)),
        ("zou AI 15 tot 20 procent extra productie opleveren", ("bcg",)),
        ("tussen de 255.000 en 465.000 voltijdbanen", ("bcg",)),
        ("vijf ‘pioniers’", ("bcg",)),
        ("VVD-Kamerleden Erkens en Buijsse", ("erkens", "buijsse")),
        ("In zijn reactie erkent staatssecretaris Zsolt Szabó", ("szabo",)),
        ("Hij verwijst naar lopende pilots", ("szabo",)),
        ("volgens hem nog niet eenduidig bewezen", ("szabo",)),
        ("kan AI zelfs tot slechtere resultaten leiden", ("szabo",)),
        ("Hij onderstreept het belang van menselijk toezicht", ("szabo",)),
        ("Ook wijst hij op lopende experimenten", ("szabo",)),
        ("Waar BCG rekent en Szabó relativeert", ("auteur",)),
        ("De belangrijkste blinde vlek", ("auteur",)),
        ("Zoals Janine Vos van Rabobank", ("vos",)),
        ("ontstaat er niet automatisch ruimte", ("auteur",)),
        ("Wat nu ontbreekt, is visie.", ("auteur",)),
        ("Het kabinet heeft nieuwe spelregels afgesproken", NOBODY),
        ("Ik moet de onderliggende documenten nog lezen", ("auteur",)),
    ],
)
def test_column_is_heard_as_it_is_written(column: Spoken, words: str, expected: tuple[str, ...]) -> None:
    """Each voice of the column stands at its own sentences."""
    assert [found for found, sentence in column if words in sentence] == [expected]


def test_comments_below_the_column_are_nobody(column: Spoken) -> None:
    """Among the readers' comments nobody is known to speak, not even where one of them is named."""
    (first,) = [index for index, (_, sentence) in enumerate(column) if sentence.startswith("Europa heeft al een visie")]
    assert {found for found, _ in column[first:]} == {NOBODY}
    assert len(column) - first > 10
