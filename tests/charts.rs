//! The development charts, where they lie beside the repository (../shared/charts): every file of their truth is accounted for.
//!
//! A handful is read each time: what cannot be read, the empty sheet, the copies, the packets and one document of each way of scanning.
//! `CHARTLIFT_CHARTS=all cargo test --test charts` reads them all, some minutes of CPU.
#![allow(clippy::print_stdout, reason = "a test says what it did or left out")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chartlift::calibration::{Truth, Verdict};
use chartlift::pipeline::Archive;

use serde::Deserialize;

#[derive(Clone, Deserialize)]
struct Entry {
    document: String,
    profile: Option<String>,
    #[serde(default)]
    blank: bool,
    bad: Option<String>,
    duplicate_of: Option<String>,
}

impl Entry {
    /// The file, without the number of the document in it.
    fn file(&self) -> &str {
        self.document.rsplit_once('#').map_or(self.document.as_str(), |(file, _)| file)
    }
}

fn charts() -> Option<(PathBuf, Vec<Entry>)> {
    let folder = common::root().join("../shared/charts");
    let text = fs::read_to_string(folder.join("truth.jsonl")).ok()?;
    let truth = text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect();
    Some((folder.join("scans"), truth))
}

/// Few documents that still show every way of scanning and every way of failing.
fn handful(truth: &[Entry]) -> Vec<Entry> {
    let mut profiles = BTreeSet::new();
    let mut files: BTreeSet<&str> = BTreeSet::new();
    for entry in truth {
        let special = entry.bad.is_some() || entry.blank || entry.document.contains('#');
        if special || entry.profile.as_ref().is_some_and(|profile| profiles.insert(profile)) {
            files.insert(entry.file());
        }
        if let Some(first) = &entry.duplicate_of {
            files.insert(entry.file());
            files.insert(first);
        }
    }
    truth.iter().filter(|entry| files.contains(entry.file())).cloned().collect()
}

#[test]
fn every_file_is_accounted_for() {
    let Some((scans, all)) = charts() else {
        println!("skipped: no ../shared/charts beside the repository");
        return;
    };
    let place = tempfile::tempdir().expect("a temporary folder");
    let whole = std::env::var_os("CHARTLIFT_CHARTS").is_some_and(|word| word == "all");
    let (input, truth) = if whole {
        (scans, all)
    } else {
        let picked = handful(&all);
        let input = place.path().join("scans");
        for file in picked.iter().map(Entry::file).collect::<BTreeSet<_>>() {
            let target = input.join(file);
            fs::create_dir_all(target.parent().expect("a folder")).expect("a new folder");
            fs::copy(scans.join(file), &target).unwrap_or_else(|error| panic!("{file}: {error}"));
        }
        (input, picked)
    };
    let archive = place.path().join("archive");
    let output = common::run(&input, &archive);
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "some files are broken on purpose: {talk}");

    let rows = common::rows(&archive);
    let seen: BTreeSet<&str> = rows.iter().map(|row| row.document.as_str()).collect();
    let known: BTreeSet<&str> = truth.iter().map(|entry| entry.document.as_str()).collect();
    let strangers: Vec<_> = seen.difference(&known).collect();
    assert!(strangers.is_empty(), "documents that nobody filed: {strangers:?}");
    verdicts_agree_with_the_scorer(&archive, place.path());
    let (bundles, resources) = common::validators::assert_valid(&archive.join("bundles"));
    println!("{bundles} bundles with {resources} resources pass every validator");
    assert_eq!(bundles, seen.len() as u64);
    for entry in &truth {
        let name = entry.document.as_str();
        if entry.bad.is_some() || entry.blank {
            assert!(!seen.contains(name), "{name} yields nothing: {:?}", entry.bad);
        } else if let Some(first) = &entry.duplicate_of {
            // Either of two equal files may be the one that is read.
            assert!(seen.contains(name) != seen.contains(first.as_str()), "of {name} and {first} one is read");
        } else if !truth.iter().any(|other| other.duplicate_of.as_deref() == Some(name)) {
            assert!(seen.contains(name), "{name} was read");
        }
    }
}

/// What `calibrate` takes for right is what the scorer of the charts does. Where two items are equally like one of the truth, either may be paired with it: a few values of a
/// thousand may differ, and no more.
fn verdicts_agree_with_the_scorer(archive: &Path, folder: &Path) {
    let (scorer, truth) = (common::root().join("../shared/score.py"), common::root().join("../shared/charts/truth.jsonl"));
    if !scorer.exists() || Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: no scorer, or no python3");
        return;
    }
    let known = Truth::read(&truth).expect("the truth");
    let (ledger, _) = Archive::look(archive).expect("the archive");
    let mut lines = String::new();
    for document in ledger.documents() {
        let document = document.expect("a document");
        let values: Vec<_> = document.values.iter().map(|value| &value.extracted).collect();
        let labels = known.labels(&document.id, &values).expect("the truth knows every file");
        for (value, verdict) in values.into_iter().zip(labels.verdicts) {
            // Nothing is accepted as far as this comparison goes, so what was read from a destroyed entry does not count.
            let verdict = match verdict {
                Verdict::Right => "right",
                Verdict::Wrong => "wrong",
                Verdict::Destroyed | Verdict::Uncounted => "none",
            };
            lines += &format!("{}\n", serde_json::json!([document.id.as_str(), value.item, value.field, value.value, verdict]));
        }
    }
    let file = folder.join("verdicts.jsonl");
    fs::write(&file, lines).expect("a file");
    let script = common::root().join("tests/labels.py");
    let output = Command::new("python3").arg(script).arg(scorer).arg(truth).arg(file).output().expect("python3");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<usize> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [values, differ] = numbers[..] else { panic!("{text}{}", String::from_utf8_lossy(&output.stderr)) };
    assert!(values > 100 && differ <= 4 + values / 500, "{differ} of {values} verdicts differ from the scorer's");
    println!("{differ} of {values} verdicts differ from the scorer's");
}
