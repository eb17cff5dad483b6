"""Other programs of this kind, on the same documents and questions: how each is installed, asked and timed."""
