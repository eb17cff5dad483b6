"""The version of the program; pyproject.toml reads it from here, because asking for the installed one costs 50 ms."""

VERSION = "0.1.0"
