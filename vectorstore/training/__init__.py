"""How the files in `vectorstore/model/` were made; the product does not import this."""
