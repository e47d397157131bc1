//! The tables of samples/README.md and fixtures/README.md against the folders: every file has a row, every row a file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The file names of the first column; several stand in one cell, parted by commas.
fn rows(readme: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(readme).unwrap_or_else(|error| panic!("{}: {error}", readme.display()));
    text.lines()
        .filter(|line| line.starts_with("| "))
        .skip(2)
        .filter_map(|line| line.split('|').nth(1))
        .flat_map(|cell| cell.split(", "))
        .map(|name| name.trim().to_owned())
        .collect()
}

fn files(folder: &Path) -> BTreeSet<String> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("the folder is in the repository"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(folder).expect("below the folder").to_string_lossy().into_owned())
        .filter(|name| !name.ends_with("README.md"))
        .collect()
}

#[test]
fn every_sample_has_a_row() {
    assert_eq!(rows(&root().join("samples/README.md")), files(&root().join("samples/scans")));
}

#[test]
fn every_fixture_has_a_row() {
    let fixtures = root().join("fixtures");
    let (below, own): (BTreeSet<String>, BTreeSet<String>) = files(&fixtures).into_iter().partition(|name| name.contains('/'));
    assert_eq!(rows(&fixtures.join("README.md")), own);
    // README.md tells of it before its table.
    let mut told = BTreeSet::from(["markup/note.png".to_owned()]);
    for folder in ["hostile", "twins"] {
        told.extend(rows(&fixtures.join(folder).join("README.md")).into_iter().map(|name| format!("{folder}/{name}")));
    }
    // Sets of papers have their truth for a table.
    let sets = [
        ("unseen", &["truth.jsonl"][..]),
        ("practice", &["truth-admin.jsonl", "truth-notes.jsonl"]),
        ("strangers", &["truth-forms.jsonl", "truth-notes.jsonl"]),
    ];
    for (folder, truths) in sets {
        for truth in truths {
            told.insert(format!("{folder}/{truth}"));
            told.extend(documents(&fixtures.join(folder).join(truth)).into_iter().map(|name| format!("{folder}/scans/{name}")));
        }
    }
    assert_eq!(told, below);
}

/// The files that a truth names; parts of a packet stand in one file.
fn documents(truth: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(truth).unwrap_or_else(|error| panic!("{}: {error}", truth.display()));
    let document = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("one object a line")["document"].clone();
    text.lines().map(|line| document(line).as_str().expect("a name").split('#').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_truth_names_every_sample() {
    assert_eq!(documents(&root().join("samples/truth.jsonl")), files(&root().join("samples/scans")));
}
