"""Makes the bundled model and its figures: `python -m vectorstore.training DATA WORK`.

Each step keeps what it made in the folder WORK and is skipped when it is there, so that a run that was stopped goes on: the
vocabulary, the corpus, the teacher's vectors, the training with its checkpoints. The last lesson and the export are done
each time. Then the figures are printed.
"""

import argparse
import json
import random
from dataclasses import asdict
from functools import cache
from pathlib import Path

from vectorstore.embeddings import load_embeddings
from vectorstore.training.answers import learn_answers
from vectorstore.training.corpus import Corpus, TrainingData, read_corpus
from vectorstore.training.export import export_student
from vectorstore.training.figures import print_figures
from vectorstore.training.lesson import Lesson, TeacherVectors, teacher_texts
from vectorstore.training.student import Shape, first_student
from vectorstore.training.teacher import FEED_FORWARD, Teacher, TeacherWeights, cached_vectors
from vectorstore.training.trainer import Trainer
from vectorstore.training.vocabulary import Vocabulary, build_vocabulary, everyday_words

_EVERYDAY_WORDS = 22_000
_MIN_KNOWN_COUNT = 3


def main() -> None:
    """Run every step that has not been done."""
    parser = argparse.ArgumentParser(prog="python -m vectorstore.training", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with training/ and development/")
    parser.add_argument("work", type=Path, help="a folder for what the steps make")
    parser.add_argument("--steps", type=int, default=8_200, help="how long to train")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--layers", type=int, nargs="+", default=[0, 5, 11], help="layers of the teacher to begin as")
    parser.add_argument("--feed-forward", type=int, default=FEED_FORWARD, help="how wide each layer feeds forward")
    options = parser.parse_args()
    data = TrainingData(options.data)
    options.work.mkdir(parents=True, exist_ok=True)
    shape = Shape(tuple(options.layers), options.feed_forward)
    train(data, options.work, shape, options.steps, options.seed)
    print_figures(data, load_embeddings(str(options.work / "model")))


def train(data: TrainingData, work: Path, shape: Shape, steps: int, seed: int) -> None:
    """Make the model in `work/model`."""
    teacher = TeacherWeights()
    vocabulary, corpus = _vocabulary_and_corpus(data, teacher, work, seed)
    reader = cache(lambda: Teacher(teacher, work))
    vectors = TeacherVectors(
        **{name: cached_vectors(reader, work, name, texts, most) for name, (texts, most) in teacher_texts(corpus).items()}
    )
    tokenizer = vocabulary.tokenizer()
    network = first_student(teacher, vocabulary, shape)
    trainer = Trainer(network, Lesson(corpus, vectors, tokenizer), work / "checkpoint.pt", seed)
    trainer.run(steps)
    learn_answers(network, tokenizer, data.folder, seed)
    export_student(network, tokenizer, work / "model")


def _vocabulary_and_corpus(data: TrainingData, teacher: TeacherWeights, work: Path, seed: int) -> tuple[Vocabulary, Corpus]:
    vocabulary_file, corpus_file = work / "vocabulary.json", work / "corpus.json"
    if not (vocabulary_file.is_file() and corpus_file.is_file()):
        rng = random.Random(seed)  # noqa: S311  # chance, not a secret
        counts = data.word_counts(rng)
        everyday = everyday_words(teacher, counts)[:_EVERYDAY_WORDS]
        known = sorted(word for word, count in counts.items() if count >= _MIN_KNOWN_COUNT and word.isalpha() and len(word) > 2)
        _write(vocabulary_file, asdict(build_vocabulary(teacher, counts)))
        _write(corpus_file, asdict(read_corpus(data, known, everyday, rng)))
        print("vocabulary and corpus are made", flush=True)
    vocabulary, corpus = (json.loads(path.read_text("utf-8")) for path in (vocabulary_file, corpus_file))
    pieces = [(piece, score) for piece, score in vocabulary["pieces"]]
    return Vocabulary(pieces, vocabulary["origins"]), Corpus(**corpus)


def _write(path: Path, content: object) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    main()
