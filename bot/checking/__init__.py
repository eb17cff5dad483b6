"""What a sentence of a language model must keep to before anybody sees it: `gate` puts it together, each other file is a part.

Form, words, clauses, order and sense are held against the quotation that is cited; `numerals` holds numbers and dates against it.
The words of each class stand in `lists.toml`.
"""
