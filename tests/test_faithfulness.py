"""What is measured of a language model: citation recall and precision, what it was dropped for, and the set of paraphrases."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.answers import Answer, AnswerStatus, EditionStamp, Explanation, Outcome, Statement
from bot.faithfulness import Cited, ModelAccount, account_of, citation_marks, cited_sentences
from tests.chat_server import Asked, Behaviour, ChatServer, says
from tests.command import run
from tests.evaluation.paraphrases import HALVES, PARAPHRASES, flaw_of, load_paraphrases
from tests.test_evaluation import asked, write_set
from vectorstore.debate import Debate
from vectorstore.languages import Language
from vectorstore.passages import Locator, Quote, Source

COST = "BCG schat dat AI in de sector een besparing van 20.000 euro kan geven, ofwel 12,5 procent."
RISK = "De risicoanalyse van de gemeente verscheen in mei."

MOST_FALSE, LEAST_FAITHFUL = 0.08, 0.35  # of the paraphrases that the gate passes


def quote(text: str, language: Language = "nl") -> Quote:
    """A quotation."""
    source = Source(id=f"s{len(text)}", title="T", place="p", language=language)
    return Quote(text, source, 0, len(text), Locator(), "0", None, oversight=False)


def answer(*statements: Statement, language: Language = "nl", outcome: Outcome = Outcome.EXPLAINED, **dropped: int) -> Answer:
    """An answer that a language model was asked to explain."""
    kept = sum(statement.text is not None for statement in statements)
    return Answer(
        question="?",
        read_as="?",
        language=language,
        status=AnswerStatus.ANSWERED,
        caveat=quote("Een mens ziet toe."),
        edition=EditionStamp(1, "2026-01-01"),
        statements=statements,
        explanation=Explanation("openai:scripted", outcome, kept, tuple(dropped.items())),
    )


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("De besparing is 20.000 euro.", True),
        ("De besparing is 20000 euro.", True),
        ("De besparing is 2.000 euro.", False),
        ("De besparing is 12.5 procent.", True),
        ("De besparing is 5 procent.", False),
        ("Volgens BCG verwacht men besparingen.", True),
        ("De BESPARING geeft Rotterdam 12,5 procent.", False),
        ("Het is zo.", False),
    ],
)
def test_a_sentence_is_supported_when_its_numbers_names_and_words_occur_in_the_quotation(
    sentence: str, *, supported: bool, debate: Debate
) -> None:
    """Whole numbers however they are written, words by their stems; reporting verbs and the voice's own name need not occur."""
    voice = debate.voice("bcg")
    text = COST.replace("BCG schat", "Het bureau denkt")
    (found,) = cited_sentences(answer(Statement(voice, (quote(text),), sentence)))
    assert found == Cited(sentence, (text,), supported=supported, needed=int(supported))


def test_a_word_may_stand_within_another_and_another_voice_has_to_be_there(debate: Debate) -> None:
    """ "Analyse" occurs in "risicoanalyse"; a name is passed over only where it is of the voice that the sentence stands under."""
    statement = Statement(debate.voice("bcg"), (quote(RISK),), "De analyse verscheen in mei. Szabó zag de analyse.")
    assert [(each.sentence, each.supported) for each in cited_sentences(answer(statement))] == [
        ("De analyse verscheen in mei.", True),
        ("Szabó zag de analyse.", False),
    ]


@pytest.mark.parametrize(
    ("sentence", "recall", "precision"),
    [
        ("De besparing is 20.000 euro.", 1, 0.5),  # the second quotation says nothing of it
        ("De besparing van 20.000 euro verscheen in mei.", 1, 1),  # neither is enough
        ("De gemeente geeft 20.000 dollar.", 0, 0),  # not even together
    ],
)
def test_recall_is_of_all_citations_together_and_precision_of_those_that_are_needed(
    sentence: str, recall: float, precision: float
) -> None:
    """A citation is not needed where the others support the sentence without it and it alone does not, nor where nothing does."""
    statement = Statement(None, (quote(COST), quote(RISK)), sentence)
    assert citation_marks(answer(statement)) == {"explained": 1, "citation_recall": recall, "citation_precision": precision}


def test_two_quotations_that_each_say_it_are_both_needed() -> None:
    """A citation that supports its sentence alone is precise, also beside another that does."""
    statement = Statement(None, (quote(COST), quote(f"{COST} {RISK}")), "De besparing is 20.000 euro.")
    assert citation_marks(answer(statement)) == {"explained": 1, "citation_recall": 1, "citation_precision": 1}


def test_what_no_model_was_asked_has_no_marks_and_what_it_failed_at_is_not_explained() -> None:
    """An answer without a model is not measured; one that is left as it was counts as not explained and nothing else."""
    plain = Statement(None, (quote(COST),))
    assert citation_marks(answer(plain, outcome=Outcome.LATE)) == {"explained": 0}
    asked_nobody = Answer("?", "?", "nl", AnswerStatus.ANSWERED, quote("c"), EditionStamp(1, ""), statements=(plain,))
    assert citation_marks(asked_nobody) == {}


def test_the_account_counts_outcomes_sentences_and_flaws_and_what_cannot_be_measured() -> None:
    """A sentence in another language than its quotation is counted, and is neither for nor against the figures."""
    english = answer(Statement(None, (quote(COST),), "It saves 20,000 euros."), language="en", number=1)
    dutch = answer(Statement(None, (quote(COST),), "Het scheelt 20.000 euro."), number=2, name=1)
    late = answer(Statement(None, (quote(COST),)), outcome=Outcome.LATE)
    assert account_of([english, dutch, late]) == ModelAccount(
        {"explained": 2, "late": 1}, sentences=2, dropped={"number": 3, "name": 1}, not_measured=1
    )
    assert citation_marks(english) == {"explained": 1}


def test_without_a_model_the_command_says_which_setting_it_needs(tmp_path: Path) -> None:
    """`--llm` is a usage error where no model is set, and nothing is asked."""
    done = run("evaluate", "--llm", write_set(tmp_path, asked(1, ["Wanneer begint de aanleg?"])))
    assert (done.returncode, done.stdout) == (2, "")
    assert "KANTTEKENING_CHAT_MODEL" in done.stderr


def evaluated(server: ChatServer, *arguments: str | Path) -> tuple[int, str, str]:
    """The command with a model that is served here."""
    done = run("evaluate", "--llm", *arguments, chat_model="openai:scripted", chat_url=server.url, chat_key="none")
    return done.returncode, done.stdout, done.stderr


def test_an_honest_model_is_measured_beside_the_promises(tmp_path: Path) -> None:
    """The figures of the promises are those without a model; with it come recall, precision and the account, said where to."""
    path = write_set(
        tmp_path,
        {"thresholds": {"citation_recall": 0.9, "citation_precision": 0.95, "explained": 1}},
        asked(1, ["Hoeveel kost het fietspad langs de vaart?"], expect="340.000"),
        asked(2, ["Wie controleert de verkeerslichten met AI?"], expect="medewerker"),
        asked(3, ["Wie is de koning van Denemarken?"], kind="out_of_reach"),
    )
    with ChatServer(_about_the_plan) as server:
        status, stdout, stderr = evaluated(server, path, "--json")
        plain = json.loads(run("evaluate", path, "--json").stdout)
    report = json.loads(stdout)
    assert (status, report["failures"]) == (0, [])
    assert f"go to the model openai:scripted at {server.url.split('/')[2]}" in stderr
    model_figures = [each for each in report["figures"] if each not in plain["figures"]]
    shares = {each["name"]: (each["count"], each["share"]) for each in model_figures if each["slice"] == ""}
    assert shares == {"explained": (2, 1.0), "citation_recall": (2, 1.0), "citation_precision": (2, 1.0)}
    assert [each for each in report["figures"] if each in plain["figures"]] == plain["figures"]
    assert report["explanations"]["outcomes"] == {"explained": 2}
    assert report["explanations"]["sentences"] == 2
    assert "explanations" not in plain


def test_a_model_that_invents_is_counted_and_its_answers_are_shown(tmp_path: Path) -> None:
    """Each sentence that was dropped is in the account under its flaw, and the answer that is not explained says how it ended."""
    path = write_set(tmp_path, asked(1, ["Wanneer begint de aanleg?"], expect="3 mei 2027"))
    with ChatServer(lambda _: says("De aanleg begint op 4 mei 2029. [kxxx]")) as server:
        status, stdout, _ = evaluated(server, path)
    assert status == 0
    assert "q1  short of: explained" in stdout
    assert "explained too_little; dropped: 1 unknown_key" in stdout
    account = stdout[stdout.index("the language model\tn") :].splitlines()
    assert account == ["the language model\tn", "answers: too little\t1", "sentences shown\t0", "sentences dropped: unknown key\t1"]


def test_the_set_of_paraphrases_is_whole() -> None:
    """Quotations are whole sentences of the dossier to the letter, ids are unique, and the halves alternate within each class."""
    found = load_paraphrases()
    lines = [json.loads(line) for line in PARAPHRASES.read_text("utf-8").splitlines()]
    counts = Counter((line["faithful"], line["language"]) for line in lines)
    assert counts[False, "nl"] >= 100
    assert counts[False, "en"] >= 20
    assert counts[True, "nl"] >= 120
    assert counts[True, "en"] >= 30
    assert len({each.kind for each in found if not each.faithful}) >= 12
    assert len({each.id for each in found}) == len(found)
    assert all(offer.quote.text[0].isupper() and offer.quote.text[-1] == "." for each in found for offer in each.offers)
    for kind in {(each.kind, each.faithful) for each in found}:
        halves = [each.half for each in found if (each.kind, each.faithful) == kind]
        assert halves == [HALVES[place % 2] for place in range(len(halves))]


def test_the_gate_passes_few_of_the_false_and_some_of_the_faithful() -> None:
    """The figures of `python -m tests.evaluation.paraphrases` do not get worse unseen."""
    found = load_paraphrases()
    passed = Counter(each.faithful for each in found if flaw_of(each) is None)
    assert passed[False] <= MOST_FALSE * sum(not each.faithful for each in found)
    assert passed[True] >= LEAST_FAITHFUL * sum(each.faithful for each in found)


def _about_the_plan(request: Asked) -> Behaviour:
    """An honest model that says a little less than the quotations do."""
    offers = {offered.says: offered.key for offered in request.offers}
    told = {
        "Het fietspad langs de vaart kost de gemeente Veldhoek 340.000 euro.": (
            "Het fietspad kost de gemeente Veldhoek 340.000 euro."
        ),
        "Een medewerker controleert elke dag of de verkeerslichten met AI goed werken.": (
            "Een medewerker controleert of de verkeerslichten met AI goed werken."
        ),
    }
    return says("\n".join(f"{told.get(said, said)} [{key}]" for said, key in offers.items()))
