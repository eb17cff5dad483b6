# Kanttekening: everything that is done from a checkout. Needs Python 3.11 or later with pip, and make.
#
#   make ask Q="Hoeveel banen kan AI volgens BCG opleveren?"
#
# The command's own exit codes (docs/contract.md) become a failure of make, which is always 2; scripts call
# .venv/bin/kanttekening itself.

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin

# The question reaches the command as it was typed. `value` keeps make from reading a $ in it, the environment keeps the
# shell from reading quotes, and `unexport` keeps make from handing out a second copy that it has read after all.
unexport Q
export QUESTION := $(value Q)

.PHONY: help ask question test check bench soak evaluate evaluate-llm weights oversight figures clean
.NOTPARALLEL:

help:
	@echo 'make ask Q="…"   answer a question; the first time, install and build the first edition'
	@echo 'make test        run the tests'
	@echo 'make soak        run the same tests in full, which takes much longer'
	@echo 'make check       lint, formatting and types'
	@echo 'make bench       measure speed and memory, ours and of other programs, and write docs/benchmarks.md; takes 40 minutes'
	@echo 'make bench FAST=1  the same on less, in five minutes, into build/'
	@echo 'make evaluate    ask the question sets of tests/evaluation and print the quality figures'
	@echo 'make evaluate-llm  the same with a scripted language model that is honest, and how the gate does on paraphrases'
	@echo 'make weights     fit the weights that sentences are chosen by, and print them (DATA=../shared/data)'
	@echo 'make oversight   print how well sentences about human oversight are recognised'
	@echo 'make figures     print how well the bundled model finds texts that it was not trained on (DATA=../shared/data)'
	@echo 'make clean       remove everything that these commands made'

ask: question $(VENV)/.installed
	@exec $(BIN)/kanttekening ask -- "$$QUESTION"

question:
	$(if $(value Q),,$(error No question. Ask one: make ask Q="Hoeveel banen kan AI volgens BCG opleveren?"))

# Three processes, as on two cores some tests wait for others' clocks; each has whole files, as what a file prepares is made once,
# in the order of tests/conftest.py: the longest first.
SIDE_BY_SIDE = -n 3 --dist loadfile --no-loadscope-reorder

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE)

soak: $(VENV)/.installed-dev
	@KANTTEKENING_SOAK=1 $(BIN)/python -m pytest -o timeout=3600 $(SIDE_BY_SIDE)

check: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy bot ingest vectorstore tests

# The peers are installed beside each other in build/peers; one that cannot be is skipped by name in the report.
bench: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.benchmarks.peers.install || true
	@$(BIN)/python -m tests.benchmarks $(if $(FAST),--fast)

oversight: $(VENV)/.installed
	@$(BIN)/python -m tests.evaluation.oversight

# Both sets are measured before the failure of one is reported.
evaluate: $(VENV)/.installed-dev
	@for half in development test; do \
		echo "tests/evaluation/$$half.jsonl"; \
		$(BIN)/kanttekening evaluate --figures-only --curve tests/evaluation/$$half.jsonl || failed=1; echo; \
	done; $(BIN)/python -m tests.evaluation.policyqa '$(DATA)'; exit $${failed:-0}

# The model is served by the program itself, on the loopback address, and needs no key.
evaluate-llm: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.evaluation.paraphrases
	@$(BIN)/python -m tests.evaluation.explained --figures-only

weights: $(VENV)/.installed
	@$(BIN)/python -m tests.evaluation.weights '$(DATA)'

DATA = ../shared/data
figures: $(VENV)/.installed
	@$(BIN)/python -m vectorstore.training.figures '$(DATA)'

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find bot ingest vectorstore tests -name __pycache__ -prune -exec rm -rf {} +

# The stamps are older than the files they depend on when something has to be installed; otherwise pip is not started.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(call install,.)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt
	$(call install,.[dev])
	@touch $(VENV)/.installed $@

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Kanttekening needs Python 3.11 or later, and '$(PYTHON)' is `$(PYTHON) -V 2>/dev/null || echo not there`. Name another one: make … PYTHON=python3.12" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo 'Installing into $(VENV); the first time this takes a few minutes.' >&2
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '$(1)' >&2
endef
