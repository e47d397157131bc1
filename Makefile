# What is typed most. `make demo` and `make test` work on a bare Debian 12 or Ubuntu that has Rust; the rest is for those who
# change chartlift.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
# What the bench pages are set in (scripts/make_pages.py).
BENCH_FONTS := fonts-dejavu-core fonts-dejavu-extra fonts-liberation fonts-courier-prime fonts-lato fonts-cmu fonts-crosextra-carlito \
    fonts-crosextra-caladea fonts-urw-base35 fonts-open-sans fonts-ocr-b
# What judges scans made as PDF/A (tests/pdfa.rs).
PDF_CHECKERS := poppler-utils qpdf default-jre-headless libpdfbox2-java libactivation-java libjaxb-api-java
# What judges DICOM objects besides pydicom (tests/doors.rs).
OBJECT_CHECKERS := dcmtk dicom3tools
.DEFAULT_GOAL := help
.PHONY: help setup models build demo test validate e2e-server fmt lint doc bench fast-tesseract memory bench-understanding bench-queue bench-confidence fuzz deny samples fixtures unseen

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

setup: ## install what the build needs and is missing (Debian, Ubuntu)
	@scripts/setup.sh

models: ## install the second engine's model for this user (python3 with pip)
	@scripts/models.sh

build: setup ## the release binary, target/release/chartlift
	cargo build --release --locked

demo: ## build, read samples/scans into demo-archive/, say where to look
	@scripts/demo.sh

test: setup ## formatting, lints, every test, the documentation (tests of the second engine say so where its model cannot be had)
	@scripts/models.sh --try
	@scripts/fhir/setup.sh >/dev/null
	@scripts/station/setup.sh >/dev/null || echo "tests of the station in a browser will say what they could not check" >&2
	@scripts/setup.sh $(PDF_CHECKERS) || echo "tests of scans as PDF/A will say what they could not check" >&2
	@scripts/setup.sh $(OBJECT_CHECKERS) || echo "tests of DICOM objects go without DCMTK and dicom3tools" >&2
	@scripts/setup.sh libreoffice-calc || echo "tests of sheets in a spreadsheet will say what they could not check" >&2
	@scripts/doors/python.sh -c '' || echo "tests of messages, documents and objects will say what they could not check" >&2
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	cargo test --locked
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked

validate: ## hold FHIR bundles against independent validators (BUNDLES=FOLDER, such as an archive's bundles/)
	@scripts/fhir/validate.sh "$(BUNDLES)"

e2e-server: ## push, push again, kill, resume, push twice at once, against a real FHIR server (built once, about 50 CPU minutes; scripts/fhir/e2e.sh has the options)
	@scripts/fhir/e2e.sh

fmt: ## format the sources
	cargo fmt

lint: setup ## the lints alone
	cargo clippy --all-targets --locked -- -D warnings

doc: setup ## the documentation, target/doc/chartlift/index.html
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked

bench: build ## speed, memory and word errors against `xargs tesseract` and OCRmyPDF, documents a second of export and push (PAGES=FOLDER for other pages); writes benches/RESULTS.md
	@scripts/setup.sh tesseract-ocr poppler-utils $(BENCH_FONTS)
	@python3 scripts/bench.py $(PAGES) $(if $(PAGES),,--out benches/RESULTS.md)

fast-tesseract: ## optional: libtesseract optimised as a whole for this processor, into ~/.local/lib/chartlift (Debian, Ubuntu)
	@scripts/fast_tesseract.sh

memory: setup ## peak memory on a PDF of 500 pages against one of 20
	cargo bench --locked --bench memory

bench-understanding: setup ## what everything after OCR costs, and how it grows with the words (SCANS=FOLDER for other scans)
	cargo bench --locked --bench understanding -- $(SCANS)

bench-queue: setup ## what it costs to open the queue of an archive in which a million values wait, and to work in it (ITEMS=N for other sizes)
	cargo bench --locked --bench queue -- $(ITEMS)

bench-confidence: build ## how far the confidence can be trusted, layouts left out one at a time (TRUTH=FILE ARCHIVE=FOLDER for your own)
	@scripts/bench_confidence.sh "$(TRUTH)" "$(ARCHIVE)"

fuzz: setup ## fuzz layout and extraction with odd word lists for SECONDS (default 300)
	@scripts/fuzz.sh $(SECONDS)

deny: ## licences, banned crates and sources of all dependencies
	@scripts/deny.sh

samples: ## make samples/ anew (python3 with Pillow and reportlab, Liberation fonts)
	@scripts/python.sh scripts/make_samples.py

fixtures: ## make fixtures/ anew (the same, and qpdf)
	@scripts/python.sh scripts/make_fixtures.py

unseen: ## make fixtures/unseen/ anew (the same, Chromium, poppler-utils and the URW base 35 fonts)
	@scripts/python.sh scripts/make_unseen.py
