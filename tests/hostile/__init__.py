"""Answers of language models that want to say more than the quotations do, or are broken: hundreds, made from a real answer."""

from tests.hostile.answers import Hostile, hostile_answers

__all__ = ["Hostile", "hostile_answers"]
