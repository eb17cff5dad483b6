"""What can be wrong with a sentence of a language model."""

from enum import StrEnum


class Flaw(StrEnum):
    """Why a sentence is not shown."""

    NO_KEY = "no_key"
    UNKNOWN_KEY = "unknown_key"
    NUMBER = "number"
    NAME = "name"
    QUOTATION = "quotation"
    VOICE = "voice"
    NEGATION = "negation"
    COMPARISON = "comparison"
    STRONGER = "stronger"
    ORDER = "order"
    VERDICT = "verdict"
    LANGUAGE = "language"
    MARKUP = "markup"
    TOO_LONG = "too_long"
    UNSUPPORTED = "unsupported"
    LEAKED = "leaked"
    REPEATED = "repeated"
