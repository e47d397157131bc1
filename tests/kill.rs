//! A run that is killed ten times with SIGKILL, at moments spread over its course, and started again each time ends with the same bytes as
//! one that nobody disturbed.
#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "a test says what it did or left out")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use regex::Regex;

/// Numbers between 0 and 1 from a seed (splitmix64, after Steele et al. 2014): the moments differ, and can be had again.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Starts a run and kills it after `after`; whether it had ended by itself before.
fn killed(input: &Path, archive: &Path, after: Duration) -> bool {
    let mut run = common::chartlift()
        .args(["run", "--quiet"])
        .arg(input)
        .arg("--out")
        .arg(archive)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let start = Instant::now();
    while start.elapsed() < after {
        if run.try_wait().expect("a child").is_some() {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    run.kill().expect("a child can be killed");
    run.wait().expect("a child");
    false
}

#[test]
fn ten_kills_change_nothing() {
    let input = common::root().join("samples/scans");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (calm, rough) = (folder.path().join("calm"), folder.path().join("rough"));

    let start = Instant::now();
    let undisturbed = common::run(&input, &calm);
    let whole = start.elapsed();
    assert_eq!(undisturbed.status.code(), Some(3), "{}", String::from_utf8_lossy(&undisturbed.stderr));

    let seed = std::env::var("KILL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20261123);
    println!("KILL_SEED={seed}, the undisturbed run took {whole:?}");
    let mut moments = Moments(seed);
    let mut kills = 0;
    for round in 0..10 {
        // Early and late ones: from the opening of the ledger to a good part of a whole run.
        let after = whole.mul_f64(moments.next() * if round % 2 == 0 { 0.3 } else { 0.1 });
        if !killed(&input, &rough, after) {
            kills += 1;
        }
    }
    assert!(kills >= 5, "only {kills} of ten kills met a living run: the moments no longer fit");

    let last = common::run(&input, &rough);
    assert_eq!(last.status.code(), undisturbed.status.code(), "{}", String::from_utf8_lossy(&last.stderr));
    let bytes = |archive: &Path| fs::read(archive.join("fields.csv")).expect("fields.csv");
    assert!(bytes(&calm) == bytes(&rough), "fields.csv differs after {kills} kills (KILL_SEED={seed})");
    let instant = Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").expect("a pattern");
    // Values of one resource may have been decided in several runs where there were several.
    let run = Regex::new(r#"(\{\s+"code": "\d+",\s+"system": "urn:chartlift:run"\s+\},\s+)+"#).expect("a pattern");
    for file in outputs(&calm) {
        let read = |archive: &Path| {
            let text = fs::read_to_string(archive.join(&file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            // Bundles say when the ledger took a document and which run decided (`Provenance`): all that may differ.
            let text = instant.replace_all(&text, "INSTANT");
            run.replace_all(&text, "RUN").into_owned()
        };
        assert!(read(&calm) == read(&rough), "{} differs after {kills} kills (KILL_SEED={seed})", file.display());
    }
    assert_eq!(outputs(&calm), outputs(&rough));
}

/// What a run leaves for others: everything but the ledger and its lock, and the sheet of the audit, which the archive's own key chooses.
fn outputs(archive: &Path) -> BTreeSet<PathBuf> {
    let files: BTreeSet<PathBuf> = ["fields.csv", "review", "bundles"]
        .iter()
        .flat_map(|name| walkdir::WalkDir::new(archive.join(name)))
        .map(|entry| entry.expect("the run left it"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(archive).expect("below the archive").to_owned())
        .filter(|file| file != Path::new("review/audit.csv"))
        .collect();
    assert!(files.contains(Path::new("fields.csv")));
    files
}
