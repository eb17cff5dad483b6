"""Whether a sentence says of its words what the quotation says of them, as far as words and their order can tell.

A clause of the sentence is held against the clauses of the quotation that it shares its words with: both deny or neither does,
what is possible, expected, wanted or tied to a condition stays so, and what comes first comes first.
"""

import sys
from collections.abc import Collection

from bot.checking.clauses import Found, Parsed, Placed, all_marks, leading, matched
from bot.checking.flaws import Flaw
from bot.checking.lists import directions, instead, marks
from bot.checking.order import order_flaw
from vectorstore.words import carries_subject, words_in

_KEPT = ("possibility", "expectation", "intention", "obligation", "future", "condition", "partial", "other")
"""What a clause of the quotation says that the sentence may not leave out."""
_KEPT_ANYWHERE = ("proviso", "unknown")
"""What the whole sentence of the quotation depends on."""
_ADDED = {
    "proviso": "proviso",
    "obligation": "obligation intention", "intention": "intention", "condition": "condition", "cause": "cause",
    "universal": "universal", "only": "only", "will": "will", "must": "must intention",
    "future": "future expectation intention", "earlier": "earlier", "later": "later", "unknown": "unknown", "against": "against",
}  # fmt: skip
"""What the sentence says that the quotation must say too, and what there will do."""
_SCOPE = 5  # words between a "niet" and what it denies


def sense_flaw(own: Parsed, cited: Parsed, found: Found, others: Collection[int] = ()) -> Flaw | None:
    """How a sentence departs from what it cites.

    `found` holds its words and the places of each in the quotation, `others` the places there of names that the sentence does
    not have: of others than those who speak.
    """
    if _turns_direction(own, cited):
        return Flaw.COMPARISON
    if any(name in own.marks and not cited.marks & set(allowed.split()) for name, allowed in _ADDED.items()):
        return Flaw.STRONGER
    if _denies_more(own, cited):
        return Flaw.NEGATION
    flaws = [_flaw_of_placed(own, cited, placed, others) for placed in (_first_places(found), _last_places(found))]
    return None if None in flaws else flaws[0]


def _flaw_of_placed(own: Parsed, cited: Parsed, placed: Placed, others: Collection[int]) -> Flaw | None:
    if _turns_negation(own, cited, placed):
        return Flaw.NEGATION
    if _leaves_out(own, cited, placed) or (_asks(cited, placed) and not own.text.endswith("?")):
        return Flaw.STRONGER
    if _leaves_out_whom(own, cited, placed, others):
        return Flaw.VOICE
    return Flaw.ORDER if order_flaw(own, cited, placed) else None


def _first_places(found: Found) -> Placed:
    """Each word with the first of its places that is behind the word before it; where there is none, with its last."""
    placed: list[tuple[int, int]] = []
    reached = -1
    for here, places in found:
        reached = next((place for place in places if place > reached), places[-1])
        placed.append((here, reached))
    return placed


def _last_places(found: Found) -> Placed:
    """Each word with the last of its places that is before the word after it; where there is none, with its first."""
    placed: list[tuple[int, int]] = []
    reached = sys.maxsize
    for here, places in reversed(found):
        reached = next((place for place in reversed(places) if place < reached), places[0])
        placed.append((here, reached))
    return placed[::-1]


def _leaves_out(own: Parsed, cited: Parsed, placed: Placed) -> bool:
    """Whether a clause says flatly what the quotation says with a "can", an "if" or a "some"."""
    used = {clause.sentence for clause in cited.clauses for _, there in placed if clause.holds(there)}
    whole = all_marks(clause for clause in cited.clauses if clause.sentence in used)
    if any(name in whole and name not in own.marks for name in _KEPT_ANYWHERE):
        return True
    for index, clause in enumerate(own.clauses):
        said = clause.marks | all_marks(leading(own.clauses, index))
        for other in matched(clause, cited.clauses, placed):
            meant = other.marks | all_marks(leading(cited.clauses, cited.clauses.index(other)))
            if any(name in meant and name not in said and not (instead(name) & said) for name in _KEPT):
                return True
    return False


def _leaves_out_whom(own: Parsed, cited: Parsed, placed: Placed, others: Collection[int]) -> bool:
    """Whether a clause leaves out whom the quotation says it of, or says it with."""
    for clause in own.clauses:
        for other in matched(clause, cited.clauses, placed):
            before = leading(cited.clauses, cited.clauses.index(other))
            if any(each.holds(place) for each in (other, *before) for place in others):
                return True
    return False


def _denies_more(own: Parsed, cited: Parsed) -> bool:
    """Whether it has more words that deny than the whole quotation."""
    mine, theirs = (marks(text.language)["negation"].findall(text.text) for text in (own, cited))
    return len(mine) > len(theirs)


def _turns_negation(own: Parsed, cited: Parsed, placed: Placed) -> bool:
    """Whether a clause denies what the quotation does not deny, or the other way round."""
    for clause in own.clauses:
        denied = ["negation" in other.marks for other in matched(clause, cited.clauses, placed)]
        denies = "negation" in clause.marks
        if denied and ((denies and not any(denied)) or (not denies and denied[0])):
            return True
    back = [(there, here) for here, there in placed]
    return _denies_another(own, cited, placed) or _denies_another(cited, own, back) or _denies_saying(own, cited, placed)


def _denies_another(one: Parsed, other: Parsed, placed: Placed) -> bool:
    """Whether a "niet" stands with a word that has none in the other text, where it has that word."""
    meant = dict(placed)
    denials = _denials(other)
    for place in _denials(one):
        word = _denied(one, place)
        if word in meant:
            least = -1 if word > place else -_SCOPE  # "verhoogt de productiviteit niet" denies what stands before it
            if not any(least <= meant[word] - each <= _SCOPE for each in denials):
                return True
    return False


def _denies_saying(own: Parsed, cited: Parsed, placed: Placed) -> bool:
    """Whether a "niet" denies a word that is not looked up, as in "verwacht niet dat", and the quotation does not deny that one."""
    looked_up = {here for here, _ in placed}
    denied = {cited.words[word] for place in _denials(cited) if (word := _denied(cited, place)) is not None}
    words = (_denied(own, place) for place in _denials(own))
    return any(word is None or (word not in looked_up and own.words[word] not in denied) for word in words)


def _denials(text: Parsed) -> list[int]:
    pattern = marks(text.language)["denial"]
    return [place for place, word in enumerate(text.written) if pattern.fullmatch(word)]


def _denied(text: Parsed, place: int) -> int | None:
    """The word that a "niet" denies: the next that says something in its clause, else the one before it."""
    clause = next(each for each in text.clauses if each.holds(place))
    after = (each for each in range(place + 1, clause.last) if text.says_something(each))
    before = (each for each in range(place - 1, clause.first - 1, -1) if text.says_something(each))
    return next(after, None) or next(before, None)


def _turns_direction(own: Parsed, cited: Parsed) -> bool:
    """Whether it says "more" where the quotation does not, in any word for it; words that carry a subject are looked up anyway."""
    return any(
        not way[cited.language].search(cited.text)
        for pair in directions()
        for way in pair
        for match in way[own.language].finditer(own.text)
        if not any(carries_subject(word, own.language) for word in words_in(match.group()))
    )


def _asks(cited: Parsed, placed: Placed) -> bool:
    """Whether what is cited is a question: the words that are used stand before a question mark."""
    ends = {clause.sentence: clause.last for clause in cited.clauses}
    asked = {sentence for sentence, last in ends.items() if _mark_after(cited, last) == "?"}
    used = {clause.sentence for clause in cited.clauses for _, there in placed if clause.holds(there)}
    return bool(used) and used <= asked


def _mark_after(cited: Parsed, last: int) -> str:
    """The mark behind the last word of a sentence."""
    place = 0
    for word in cited.written[:last]:
        place = cited.text.index(word, place) + len(word)
    return cited.text[place : place + 1]
