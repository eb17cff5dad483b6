"""Question sets and labelled sentences, and the commands that measure against them."""
