"""Whether the words of a sentence stand to one another as in the quotation: in its order, and with what limits them."""

import re
from collections.abc import Iterator
from itertools import islice

from bot.checking.clauses import Clause, Parsed, Placed, matched
from vectorstore.words import carries_subject, stem

_LEAST_MOVED = 3  # words of a sentence in which a phrase can be put first; of two words, they would have changed places
_WHOLLY = 0.7  # of the words of a clause: then it is used as it is
_THAN = frozenset({"dan", "than"})
_THAT = frozenset({"dat", "that"})
_LIMITS = frozenset("alleen slechts enkel uitsluitend only just merely solely exclusively".split())
_WITH = frozenset({"met", "zonder", "die", "dat", "with", "without", "who", "which", "that"})
_ADJECTIVE = re.compile(r"[a-zà-ÿ]{3,}e")
_VERB = re.compile(r"[a-zà-ÿ]+(?:t|(?<!en)d|en|(?<!en)de|te)|is|zijn")
_YEAR = re.compile(r"\d{4}")
_BESIDE = 2  # words that say something, of which the first may be an adjective


def order_flaw(own: Parsed, cited: Parsed, placed: Placed) -> bool:
    """Whether a sentence puts the words of a quotation in another order, or takes them out of what limits them."""
    if own.language != cited.language:
        same = [(here, there) for here, there in placed if own.words[here] == cited.words[there]]
        return _goes_back(same)
    return (
        _is_turned(own, cited, placed)
        or _stitches(own, cited, placed)
        or _widens(own, cited, placed)
        or _loses_subject(own, cited, placed)
        or _moves_limit(own, cited)
    )


def _goes_back(placed: Placed) -> bool:
    places = [there for _, there in placed]
    return any(places[index] < places[index - 1] for index in range(1, len(places)))


def _is_turned(own: Parsed, cited: Parsed, placed: Placed) -> bool:
    """Whether its words stand in another order, other than that one phrase was put first or a verb moved."""
    if not _goes_back(placed):
        return False
    used = [clause for clause in cited.clauses if any(clause.holds(there) for _, there in placed)]
    if any(cited.words[place] in _THAN for clause in used for place in range(clause.first, clause.last)):
        return True  # "A is meer dan B": there is no other order
    return not _is_fronted(cited, placed) and not any(
        not _goes_back(rest) or _is_fronted(cited, rest)
        for index, (here, there) in enumerate(placed)
        if _VERB.fullmatch(cited.written[there])
        and _ends_clause(own, here) != _ends_clause(cited, there)
        and len(rest := [*placed[:index], *placed[index + 1 :]]) >= _BESIDE
    )


def _is_fronted(cited: Parsed, placed: Placed) -> bool:
    """Whether one phrase of the quotation was put first, or last: not a name alone, which would become who does it, nor a year."""
    places = [there for _, there in placed]
    back = next((index for index in range(1, len(places)) if places[index] < places[index - 1]), None)
    if back is None or len(places) < _LEAST_MOVED:
        return False
    first, rest = places[:back], places[back:]
    if rest != sorted(rest) or min(first) < max(rest):
        return False
    years = {word for word in cited.words if _YEAR.fullmatch(word)}
    return not any(
        all(cited.written[place][0].isupper() for place in part)
        or (len(years) > 1 and all(cited.words[place][0].isdigit() for place in part))
        for part in (first, rest)
    )


def _ends_clause(text: Parsed, place: int) -> bool:
    """Whether a word is the last that says something in its clause, where a Dutch verb stands behind "dat"."""
    clause = next(each for each in text.clauses if each.holds(place))
    return not any(text.says_something(after) for after in range(place + 1, clause.last))


def _stitches(own: Parsed, cited: Parsed, placed: Placed) -> bool:
    """Whether a clause is put together from parts of several: "risico's onzeker" from "effect onzeker, risico's groot"."""
    return any(len(_parts(clause, cited, placed)) > 1 for clause in own.clauses)


def _parts(clause: Clause, cited: Parsed, placed: Placed) -> list[Clause]:
    """The clauses of the quotation of which a clause uses a part and not the whole."""
    places = {there for here, there in placed if clause.holds(here)}
    parts = []
    for other in cited.clauses:
        used = sum(other.holds(place) for place in places)
        size = sum(cited.says_something(place) for place in range(other.first, other.last))
        if used and used < _WHOLLY * size:
            parts.append(other)
    return parts


def _widens(own: Parsed, cited: Parsed, placed: Placed) -> bool:
    """Whether a noun lost what limits it: "bestaande systemen", "systemen met een hoog risico"."""
    used = _used(own, cited, placed)
    for _, place in placed:
        before = cited.words[place - 1] if place else ""
        if (
            place - 1 not in used
            and _ADJECTIVE.fullmatch(before)
            and cited.says_something(place - 1)
            and any(clause.holds(place) and clause.holds(place - 1) for clause in cited.clauses)
        ):
            return True
        if place + 1 < len(cited.words) and cited.words[place + 1] in _WITH:
            after = [each for each in range(place + 2, len(cited.words)) if cited.says_something(each)][:_BESIDE]
            if after and not used & set(after):
                return True
    return False


def _used(own: Parsed, cited: Parsed, placed: Placed) -> set[int]:
    """The places in the quotation of what a sentence says, and of the names in it that may stand anywhere."""
    return {there for _, there in placed} | {place for place, word in enumerate(cited.words) if word in own.words}


def _loses_subject(own: Parsed, cited: Parsed, placed: Placed) -> bool:
    """Whether it says of one what the quotation says of another: "wil dat organisaties toetsen" is not "wil toetsen"."""
    used = _used(own, cited, placed)
    for clause in own.clauses:
        for other in matched(clause, cited.clauses, placed):
            if cited.words[other.first] in _THAT:
                said = [place for place in range(other.first, other.last) if cited.says_something(place)]
                nouns = [place for place in said if not _ADJECTIVE.fullmatch(cited.written[place])]
                if len(said) > _BESIDE and nouns and nouns[0] not in used:
                    return True
    return False


def _moves_limit(own: Parsed, cited: Parsed) -> bool:
    """Whether an "alleen" limits another word than in the quotation."""
    return not set(_limited(own)) <= set(_limited(cited))


def _limited(text: Parsed) -> Iterator[str]:
    """The stems of the words that an "alleen" limits: the next of each that says something."""
    for place, word in enumerate(text.words):
        if word in _LIMITS:
            following = (each for each in text.words[place + 1 :] if carries_subject(each, text.language))
            yield from (stem(each, text.language) for each in islice(following, 1))
