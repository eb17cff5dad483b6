"""From a question to an answer to a person."""
