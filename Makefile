# make demo   the KVM story and one counterexample
# make test   everything that is checked
# make docs   the documentation, into build/site
# make score CORPUS=DIR   precision and recall of the audit; unpacks Debian's kernel trees into build/trees
# Neither needs a compiler, root or a kernel tree. Tests that need SPIN, QEMU or a tree say what to install.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
J ?= 2
TREES ?= build/trees

.PHONY: demo test docs score clean

$(VENV)/.demo: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.test: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,replay]'
	touch $(VENV)/.demo $@

demo: $(VENV)/.demo
	$(BIN)/lastput check kvm
	@echo
	$(BIN)/lastput check kvm/f1-release-puts-module || test $$? -eq 1

test: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest -n $(J) --dist loadgroup

score: $(VENV)/.demo
	$(BIN)/python -m benchmarks.score_corpus $(CORPUS) --unpack $(TREES) --misses -j $(J)

docs: $(VENV)/.test
	$(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
