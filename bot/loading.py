"""What is read before anything can be answered: the settings and the embedding model."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from vectorstore.embeddings import BUNDLED, PassageEmbeddings, import_onnxruntime, load_embeddings
from vectorstore.errors import UsageError
from vectorstore.settings import Settings, load_settings


def settings_of(flags: Mapping[str, object]) -> Settings:
    """The settings, in which flags win.

    Raises:
        UsageError: one cannot be used, or `.env` cannot be read.
    """
    try:
        return load_settings(**flags)
    except UnicodeDecodeError as error:
        raise UsageError(f"'.env' in {str(Path.cwd())!r} is not UTF-8. Save it as UTF-8, or move it.") from error


@contextmanager
def loading(model: str) -> Iterator[Future[PassageEmbeddings]]:
    """The model, loading while the block runs: reading the bundled one leaves Python free to import the rest."""
    with ThreadPoolExecutor(1) as pool:
        if model == BUNDLED:
            import tokenizers  # noqa: F401  # two threads that import the same packages can trip over each other

            import_onnxruntime()
        yield pool.submit(lambda: load_embeddings(model).load())
