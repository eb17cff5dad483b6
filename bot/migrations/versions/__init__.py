"""A step per version of the tables."""
