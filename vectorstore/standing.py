"""Can a sentence be understood on its own, or does it lean on the one before it?"""

import re

_DEPENDENT = re.compile(
    r"""^[«"“‘'(]?(?:
    (?:dit|dat|deze|die|daarbij|daarmee|daarom|daardoor|daarnaast|daarin|daarvan|daarvoor|daarop|daarna|daar|hierbij|hiermee|hierdoor|
       hierin|hiervan|hiervoor|hier|hij|zij|ze|het\ gaat|hun|haar|zijn\b(?=\ \w+\ (?:is|was|wil|zegt))|zo['’]?n|zulke?|zo|ook|maar|
       want|
       dus|echter|toch|wel|niettemin|bovendien|verder|tevens|eveneens|vervolgens|ten\ (?:eerste|tweede|derde|slotte)|
       anders|andersom|tegelijkertijd|ondertussen|bijvoorbeeld|denk|en|of|zonder\ zo['’]n)
    |(?:this|that|these|those|he|she|they|it|its|his|her|their|such|so|also|but|thus|therefore|however|moreover|instead|then|
       otherwise|for\ example|and|or|yet)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def begins_dependent(text: str) -> bool:
    """Whether a sentence opens with a word that points back: "Dit", "Daarbij", "Hij", "Zo'n", "However"."""
    return _DEPENDENT.match(text) is not None
