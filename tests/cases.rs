//! End-to-end cases, a folder each below tests/cases: `case.toml` with the input files and the steps, `N.stdout` and `N.stderr` with what
//! the N-th step says, `rows.csv` with rows that `fields.csv` must hold at the end. tests/cases/README.md tells the form.
//!
//! `CHARTLIFT_CASES=update cargo test --test cases` writes what the program says now; read the difference before keeping it.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case proves.
    #[allow(dead_code, reason = "for readers")]
    about: String,
    /// Files and folders of the repository that are copied into the input folder.
    #[serde(default)]
    input: Vec<PathBuf>,
    /// Commands, one after the other.
    step: Vec<Step>,
    /// Files that must be in the archive at the end.
    #[serde(default)]
    leaves: Vec<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Arguments; `{input}` and `{archive}` stand for the two folders.
    args: Vec<String>,
    /// The exit code.
    status: i32,
}

/// A row that must be there. An empty cell of `status` or `page` stands for any.
#[derive(Deserialize)]
struct Wanted {
    document: String,
    page: Option<u32>,
    field: String,
    value: String,
    status: String,
}

#[test]
fn cases() {
    let folder = common::root().join("tests/cases");
    let mut names: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("tests/cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("case.toml").is_file())
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no case below {}", folder.display());
    let faults: Vec<String> = names.iter().flat_map(|case| try_case(case)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn try_case(folder: &Path) -> Vec<String> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read_to_string(folder.join("case.toml")).expect("case.toml");
    let case: Case = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}/case.toml: {error}"));
    let place = tempfile::tempdir().expect("a temporary folder");
    // Links in the way to the temporary folder would show up resolved in messages.
    let base = place.path().canonicalize().expect("the folder is there");
    let (input, archive) = (base.join("input"), base.join("archive"));
    fs::create_dir(&input).expect("a new folder");
    for file in &case.input {
        common::copy_into(&common::root().join(file), &input);
    }

    let mut faults = Vec::new();
    for (number, step) in (1..).zip(&case.step) {
        let mut command = common::chartlift();
        for word in &step.args {
            command.arg(word.replace("{input}", &input.to_string_lossy()).replace("{archive}", &archive.to_string_lossy()));
        }
        let output = command.output().expect("the program starts");
        if output.status.code() != Some(step.status) {
            faults.push(format!("{name}, step {number}: {} instead of exit code {}", output.status, step.status));
        }
        for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            let said = redacted(&String::from_utf8_lossy(bytes), &base);
            faults.extend(compare(&folder.join(format!("{number}.{stream}")), &said, &name));
        }
    }
    faults.extend(case.leaves.iter().filter(|file| !archive.join(file).exists()).map(|file| format!("{name}: no {}", file.display())));
    faults.extend(missing_rows(&folder.join("rows.csv"), &archive, &name));
    faults
}

/// Compares with the expected text; a step without a file of its own may say what it likes.
fn compare(expected: &Path, said: &str, name: &str) -> Option<String> {
    if std::env::var_os("CHARTLIFT_CASES").is_some_and(|word| word == "update") && expected.is_file() {
        fs::write(expected, said).unwrap_or_else(|error| panic!("{}: {error}", expected.display()));
        return None;
    }
    let wanted = fs::read_to_string(expected).ok()?;
    let file = expected.file_name().unwrap_or_default().to_string_lossy();
    (wanted != said).then(|| format!("{name}/{file}:\n--- expected\n{wanted}--- said\n{said}---"))
}

fn missing_rows(expected: &Path, archive: &Path, name: &str) -> Vec<String> {
    if !expected.is_file() {
        return Vec::new();
    }
    let rows = common::rows(archive);
    let mut reader = csv::Reader::from_path(expected).expect("rows.csv");
    reader
        .deserialize()
        .map(|row| row.unwrap_or_else(|error| panic!("{name}/rows.csv: {error}")))
        .filter(|wanted: &Wanted| {
            !rows.iter().any(|row| {
                row.document == wanted.document
                    && row.field == wanted.field
                    && row.value == wanted.value
                    && wanted.page.is_none_or(|page| page == row.page)
                    && (wanted.status.is_empty() || wanted.status == row.status)
            })
        })
        .map(|wanted| {
            let near: Vec<_> = rows.iter().filter(|row| row.document == wanted.document && row.field == wanted.field).collect();
            format!("{name}: no row {} {} = {} {}; there is {near:?}", wanted.document, wanted.field, wanted.value, wanted.status)
        })
        .collect()
}

/// Takes out what differs from run to run (folders, times and rates), and how many values were found: that is for rows.csv to say.
fn redacted(said: &str, base: &Path) -> String {
    let mut said = said.replace(&*base.to_string_lossy(), "BASE");
    for (pattern, instead) in [
        (r"\d+(\.\d+)? (s|pages/s)\b", "N $2"),
        (r#""(seconds|readingSeconds|pagesPerSecond)":[0-9.e-]+"#, "\"$1\":N"),
        (r"\d+ accepted, \d+ queued", "N accepted, N queued"),
        (r"UNCERTIFIED \d+ values?", "UNCERTIFIED N values"),
        (r"\d+ accepted, none", "N accepted, none"),
        (r#""trust":\{[^}]*\}"#, "\"trust\":{}"),
        (r"(?m)^sandbox     .*$", "sandbox     S"),
        (r"(?m)^decisions   .*$", "decisions   D"),
        (r#""sandbox":\{[^}]*\}"#, "\"sandbox\":S"),
        (r#""checkpoint":\{[^}]*\}"#, "\"checkpoint\":{}"),
        (r"with \d+ resources", "with N resources"),
        (r#""resources":\d+"#, "\"resources\":N"),
        (r#""values":\{"accepted":\d+,"decided":0,"queued":\d+\}"#, "\"values\":{}"),
    ] {
        said = Regex::new(pattern).expect("a pattern").replace_all(&said, instead).into_owned();
    }
    said
}
