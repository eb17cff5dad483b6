"""Encodings of before Unicode: read where a file names its own, or where Windows-1252 or Latin-9 is the only one to make sense.

Bytes do not tell their encoding, but what they would say does: "café" is a word, "cafÚ" is none. A text that also makes sense in
an encoding of DOS or of the old Macintosh is not read.
"""

import codecs
import re

_NO_CHARSETS = {"utf_7", "unicode_escape", "raw_unicode_escape", "punycode", "idna", "undefined", "mbcs", "oem"}
_ALIASES = {"iso8859-1": "cp1252", "ascii": "cp1252"}  # as browsers read them: Windows names its own so
_READ = ("cp1252", "iso8859-15")
_RIVALS = ("cp850", "mac_roman")

_LETTERS = frozenset("àáâäçèéêëíîïñóôöúùûüßœÀÁÂÄÇÈÉÊËÍÎÏÑÓÔÖÚÙÛÜŒ")
_USUAL_LETTERS = frozenset("éèëêïîíöôüäàâçßóúûÉÖÜÄÇÀ")  # what a text would hold if it were in the other encoding
_RARE = frozenset("åæãìòõøýžšÅÆØŠŽ¿¡¦¨¬¶ªº‡†‰")
_MOST_RARE = 0.05  # of what is not ASCII: names and slips in a text that is otherwise clear
_SIGNS = frozenset("‘’‚“”„«»…–—•·€£§°±²³¼½×©®™\u2039\u203a\u00b4\u00a0\u00ad")
_ALONE = frozenset("àÀ")
_MOST_FOREIGN = 0.2  # of the letters: in French one in twenty has an accent
_A_FEW = 4  # and so many prove nothing
_FEW_BYTES = 64  # the detector knows nothing of less
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_LETTER = "[A-Za-zÀ-ÖØ-öø-ÿŒœ]"
_WORD = re.compile(f"{_LETTER}+")
_MISPLACED = re.compile(
    rf"{_LETTER}[‘‚„«\u2039€£§•½¼©]|[½¼]{_LETTER}"  # what stands before a word, behind a letter
    rf"|{_LETTER}[“”»\u203a\u00b4™®°±²³×·]{_LETTER}"  # what stands beside a word, within one
    r"|\d[À-ÖØ-öø-ÿŒœ]|[À-ÖØ-öø-ÿŒœ]\d"  # a letter with an accent against a figure
    rf"|\b{_LETTER}\u00a0{_LETTER}|{_LETTER}\u00a0{_LETTER}\b|{_LETTER}\u00a0\u00a0{_LETTER}"  # a fixed space for a letter
)
_APOSTROPHE = re.compile(rf"({_LETTER}+)’({_LETTER}+)")
_ELIDED = re.compile(r"[A-Zcdjlmnsto]|[Qq]u|[Jj]usqu|[Ll]orsqu|[Pp]uisqu|[Aa]ujourd")
_ENDINGS = re.compile(r"(?:s|n|d|m|k|r|er|en|ers|tje|tjes|ll|re|ve|st|ste)", re.IGNORECASE)
_GENITIVES = r" (?:avonds|lands|levens|maandags|mensen|middags|morgens|nachts|ochtends|werelds|winters|woensdags|zomers|zondags)"
_NO_RIVAL = re.compile(  # an í where only an apostrophe makes a word, an à where only an ellipsis does
    rf"[aeiouyAEIOUY]í|í\b|\Bís\b|nít\b|\b[zmZM]ín\b|\b[dhDH]ír\b|\bí[tmr]\b|\bís(?:-|{_GENITIVES})|î\b|(?<![A-Za-zÀ-ÿ][ -])\bà\b"
)
_NO_WORD = re.compile(
    r"[a-zß-öø-ÿœ][À-ÖØ-ÞŒ]"  # a capital behind a small letter
    r"|[A-ZÀ-ÖØ-ÞŒ][À-ÖØ-ÞŒ][a-zß-öø-ÿœ]"  # two capitals before one
    r"|[äïöœÄÏÖŒ]$|(?<![lj])à$|à."  # what no word ends in, or goes on after
    r"|[^aeiouyäöüAEIOUYÄÖÜ]ß|ßß"
)


def decode_old(data: bytes) -> str | None:
    """The text, where one reading of it is plausible Dutch, English, German or French and no other is; else None."""
    readings = {text for name in _READ if (text := _reading(data, name, _LETTERS)) is not None and _is_no_mess(data, name)}
    is_doubtful = any(_has_rival(data, name) for name in _RIVALS)
    return readings.pop() if len(readings) == 1 and not is_doubtful else None


def decode_declared(data: bytes, charset: str) -> str:
    """The text in the encoding that a file declares, which may go by the name of the one that Windows made of it.

    Raises:
        LookupError: there is no such encoding of text.
        UnicodeDecodeError: it is not in that encoding.
    """
    if not charset.isprintable():
        raise LookupError("no encoding has such a name")
    name = codecs.lookup(charset).name
    if name.replace("-", "_") in _NO_CHARSETS:
        raise LookupError(f"no encoding of documents: {name}")
    return data.decode(_ALIASES.get(name, name))


def _has_rival(data: bytes, name: str) -> bool:
    text = _reading(data, name, _USUAL_LETTERS)
    return text is not None and not _USUAL_LETTERS.isdisjoint(text) and not _NO_RIVAL.search(text)


def _reading(data: bytes, name: str, letters: frozenset[str]) -> str | None:
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return None
    return text if _is_plausible(text, letters) else None


def _is_plausible(text: str, letters: frozenset[str]) -> bool:
    foreign = _FOREIGN.findall(text)
    with_accent = sum(char in letters for char in foreign)
    unusual = [char for char in foreign if char not in letters and char not in _SIGNS]
    return (
        (letters == _LETTERS or not unusual)
        and set(unusual) <= _RARE
        and len(unusual) <= _MOST_RARE * len(foreign)
        and with_accent <= _A_FEW + _MOST_FOREIGN * sum(map(str.isalpha, text))
        and not _HIDDEN.search(text)
        and not _MISPLACED.search(text)
        and all(_is_elided(before, after) for before, after in _APOSTROPHE.findall(text))
        and all(_is_word(word) for word in set(_WORD.findall(text)) if not word.isascii())
    )


def _is_elided(before: str, after: str) -> bool:
    """Whether an apostrophe within a word stands for letters: "l'État", "foto's", "don't"."""
    is_negated = before.lower().endswith("n") and after.lower() == "t"
    return bool(is_negated or _ELIDED.fullmatch(before) or _ENDINGS.fullmatch(after))


def _is_word(word: str) -> bool:
    return word in _ALONE if len(word) == 1 else not _NO_WORD.search(word)


def _is_no_mess(data: bytes, name: str) -> bool:
    """Whether a statistical detector finds the reading in order too."""
    from charset_normalizer import from_bytes

    return len(data) < _FEW_BYTES or from_bytes(data, cp_isolation=[name], enable_fallback=False).best() is not None
