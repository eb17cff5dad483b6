"""From documents to passages to a new edition."""
