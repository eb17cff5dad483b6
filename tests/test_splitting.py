"""Documents are cut into sentences and joined into passages; nothing is changed, nothing is lost."""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.extraction import Extracted, RefusedError
from ingest.html import extract_html
from ingest.markdown import extract_markdown
from ingest.plain_text import extract_plain_text
from ingest.splitting import group_passages, split_sentences
from vectorstore.passages import Document, Source
from vectorstore.settings import PREFIX

_IS_SOAK = bool(os.environ.get(f"{PREFIX}SOAK"))
_MAX_SENTENCE_CHARS = 1_500

generated = settings(
    max_examples=2_000 if _IS_SOAK else 40,
    deadline=None,
    database=None,
    derandomize=not _IS_SOAK,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

_WORDS = st.one_of(
    st.sampled_from(
        """AI banen 465.000 overheid o.a. bijv. d.w.z. dr. nr. art. 3 15% €20 miljard (BCG) «citaat» ’s-Gravenhage méér één zo’n
        https://example.org/a.b?c=d mr.drs. U.S. 1. a) – … !? e\u0301e\u0301n \U0001f469\u200d\U0001f467 \U0001d538\U0001d540
        \u200bonzichtbaar 中文。 “Zo.” ‘Nee!’ a,b;c:d **vet** [x](y) &amp; <b>""".split()
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12),
)
_SENTENCES = st.builds(
    lambda words, end: " ".join(words) + end,
    st.lists(_WORDS, min_size=1, max_size=25),
    st.sampled_from([".", "!", "?", ":", "", ";"]),
)
_PARAGRAPHS = st.lists(_SENTENCES, min_size=1, max_size=6).map(" ".join)
_SECTIONS = st.lists(st.tuples(_SENTENCES, st.lists(_PARAGRAPHS, min_size=1, max_size=4)), min_size=1, max_size=4)
_Sections = list[tuple[str, list[str]]]


def as_markdown(sections: _Sections) -> str:
    """Sections with headings of different levels."""
    return "\n\n".join("\n\n".join([f"{'#' * (1 + n % 3)} {heading}", *parts]) for n, (heading, parts) in enumerate(sections))


def as_plain_text(sections: _Sections) -> str:
    """Headings and paragraphs on lines of their own."""
    return "\r\n".join("\n\n".join([heading, *parts]) for heading, parts in sections)


def as_html(sections: _Sections) -> str:
    """A page; what looks like markup in the words is markup in it."""
    body = "".join(f"<h2>{heading}</h2>{''.join(f'<p>{part}</p>' for part in parts)}" for heading, parts in sections)
    return f'<html><head><meta charset="utf-8"></head><body><main>{body}</main></body></html>'


def document_of(extracted: Extracted, language: str = "nl") -> Document:
    """A document with a source that says little."""
    source = Source(id="x", title="Titel", place="x", language=language)
    return Document(source, extracted.text, extracted.paragraphs, extracted.sections)


def sentences_of(text: str, language: str = "nl") -> list[str]:
    """The sentences of one paragraph of plain text."""
    document = document_of(Extracted(text, ((0, len(text)),), ()), language)
    return [text[sentence.start : sentence.end] for sentence in split_sentences(document)]


def check(document: Document) -> None:
    """Everything that holds for the sentences and passages of any document."""
    text, sentences = document.text, split_sentences(document)
    passages = group_passages(document, sentences)
    assert [sentence for passage in passages for sentence in passage.sentences] == sentences
    covered: set[int] = set()
    end_before = 0
    for sentence in sentences:
        words = text[sentence.start : sentence.end]
        start, end = document.paragraphs[sentence.paragraph - 1]
        assert words
        assert words == words.strip()
        assert len(words) <= _MAX_SENTENCE_CHARS
        assert max(start, end_before) <= sentence.start < sentence.end <= end
        covered.update(range(sentence.start, sentence.end))
        end_before = sentence.end
    running = {index for start, end in document.paragraphs for index in range(start, end) if not text[index].isspace()}
    assert running <= covered
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
        assert [passage.text_of(each) for each in passage.sentences] == [text[each.start : each.end] for each in passage.sentences]
        assert sum(section.start <= passage.start and passage.end <= section.end for section in document.sections) == 1
    assert len({passage.id for passage in passages}) == len(passages)


def check_if_read(extract: Callable[[bytes], Extracted], text: str) -> None:
    """What a loader refuses is not cut."""
    try:
        extracted = extract(text.encode())
    except RefusedError:
        return
    check(document_of(extracted))


@generated
@given(_SECTIONS)
def test_plain_text_is_cut_without_loss(sections: _Sections) -> None:
    """Sentences and passages are exact spans that hold every word of the running text, and stay within their section."""
    check_if_read(extract_plain_text, as_plain_text(sections))


@generated
@given(_SECTIONS)
def test_markdown_is_cut_without_loss(sections: _Sections) -> None:
    """The same for Markdown, whatever marks the words hold."""
    check_if_read(extract_markdown, as_markdown(sections))


@generated
@given(_SECTIONS)
def test_html_is_cut_without_loss(sections: _Sections) -> None:
    """The same for HTML, also where it is no good HTML."""
    check_if_read(extract_html, as_html(sections))


@generated
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\r\t\f .#>-*|_`"), max_size=400))
def test_any_text_is_cut_without_loss(text: str) -> None:
    """The same for any characters at all, as plain text and as Markdown."""
    check_if_read(extract_plain_text, text)
    check_if_read(extract_markdown, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AI helpt o.a. bij zorg en onderwijs. Dat zegt BCG.", ["AI helpt o.a. bij zorg en onderwijs.", "Dat zegt BCG."]),
        ("Zie nr. 3 van de lijst. Daar staat het.", ["Zie nr. 3 van de lijst.", "Daar staat het."]),
        ("Volgens dr. Jansen werkt het. Zij onderzocht het.", ["Volgens dr. Jansen werkt het.", "Zij onderzocht het."]),
        ("Dat kost bijv. 2,5 mln. euro per jaar. Het is veel.", ["Dat kost bijv. 2,5 mln. euro per jaar.", "Het is veel."]),
        ("Zie art. 14 van de AI-verordening. Het is streng.", ["Zie art. 14 van de AI-verordening.", "Het is streng."]),
        ("AI kan 465.000 banen schelen. Het is een raming.", ["AI kan 465.000 banen schelen.", "Het is een raming."]),
        ("1. Begin met een proef. 2. Evalueer die.", ["1. Begin met een proef.", "2. Evalueer die."]),
        ("Szabó erkent dat. BCG niet.", ["Szabó erkent dat.", "BCG niet."]),
        ("Het werkt pas. Zij wachten al. De rest ook.", ["Het werkt pas.", "Zij wachten al.", "De rest ook."]),
        ("Werkt het? Nee! Toch wel…", ["Werkt het?", "Nee!", "Toch wel…"]),
        ("Hij zei: «Dat is onzeker.» Zij knikte.", ["Hij zei: «Dat is onzeker.»", "Zij knikte."]),
        ("Geen punt aan het eind", ["Geen punt aan het eind"]),
    ],
)
def test_dutch_sentences(text: str, expected: list[str]) -> None:
    """Abbreviations, ordinals, amounts and quotation marks do not cut a sentence in two."""
    assert sentences_of(text) == expected


def test_english_sentences() -> None:
    """English is cut by its own abbreviations."""
    text = "Dr. Smith found 3.5 per cent, e.g. in health care. She was surprised."
    assert sentences_of(text, "en") == ["Dr. Smith found 3.5 per cent, e.g. in health care.", "She was surprised."]


def test_sentence_without_end_is_cut_where_it_hurts_least() -> None:
    """Text without full stops is cut at a comma or a space, so that a quotation stays a quotation, and nothing is lost."""
    text = ", ".join(["de mens beslist"] * 400)
    parts = sentences_of(text)
    assert [len(part) <= _MAX_SENTENCE_CHARS for part in parts] == [True] * len(parts)
    assert " ".join(parts) == text
    assert {part[-1] for part in parts[:-1]} <= {",", "s", "t", "e"}


def test_word_without_spaces_is_cut_by_length() -> None:
    """A run of characters without one space ends too."""
    assert [len(part) for part in sentences_of("x" * 4_000)] == [1_500, 1_500, 1_000]


def test_passages_are_about_seventy_words_within_a_section() -> None:
    """A passage grows by whole sentences to 70 words, a longer sentence is one by itself, and a heading begins a new one."""
    short, long = "Tien woorden staan er in deze zin van de tekst.", " ".join(["woord"] * 90) + "."
    text = f"# Een\n\n{' '.join([short] * 9)}\n\n{long}\n\n# Twee\n\n{short}\n\n### Drie\n\n{short}"
    document = document_of(extract_markdown(text.encode()))
    passages = group_passages(document, split_sentences(document))
    assert [(len(passage.sentences), passage.section, passage.context) for passage in passages] == [
        (7, "Een", "Titel. Een"),
        (2, "Een", "Titel. Een"),
        (1, "Een", "Titel. Een"),
        (1, "Twee", "Titel. Twee"),
        (1, "Drie", "Titel. Twee. Drie"),
    ]


def test_same_text_twice_has_two_ids() -> None:
    """Passages with the same words in the same place of the headings are told apart."""
    document = document_of(extract_markdown(b"# Kop\n\nDezelfde zin.\n\n# Kop\n\nDezelfde zin.\n"))
    first, second = group_passages(document, split_sentences(document))
    assert (first.text, first.context) == (second.text, second.context)
    assert first.id != second.id


def test_moved_text_keeps_its_id() -> None:
    """What stands above a section does not change the ids of its passages, so that they need no new embedding."""
    before, after = (
        document_of(extract_markdown(text.encode()))
        for text in ("# Kop\n\nDe zin.", "# Nieuw\n\nErbij gekomen.\n\n# Kop\n\nDe zin.")
    )
    (passage,) = group_passages(before, split_sentences(before))
    assert passage.id in {each.id for each in group_passages(after, split_sentences(after))}


def test_text_without_capitals_is_cut_into_sentences() -> None:
    """Where sentences begin in lower case a full stop ends one, save after an abbreviation."""
    text = "u moet dit aanvragen. dat kan o.a. bij de gemeente. de kosten (bijv. porto) zijn 5 euro. is dat te veel? bel ons."
    assert sentences_of(text) == [
        "u moet dit aanvragen.",
        "dat kan o.a. bij de gemeente.",
        "de kosten (bijv. porto) zijn 5 euro.",
        "is dat te veel?",
        "bel ons.",
    ]
    assert sentences_of("De wet noemt o.a. algoritmes. Dit staat er. Dat ook nr. 5 geldt.")[0] == "De wet noemt o.a. algoritmes."


def test_mark_of_a_note_ends_the_sentence_before_it() -> None:
    """A raised number stands behind the sentence it belongs to; one that begins a paragraph is the number of the note itself."""
    assert sentences_of("Dit staat er.¹ Dat ook.²³ Het slot.⁴") == ["Dit staat er.¹", "Dat ook.²³", "Het slot.⁴"]
    assert sentences_of("¹ Zie het rapport. Het is van 2024.") == ["¹ Zie het rapport.", "Het is van 2024."]
