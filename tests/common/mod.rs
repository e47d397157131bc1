//! What the end-to-end tests share: running the program, and the rows of `fields.csv`.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod fhir_server;
pub mod libreoffice;
pub mod samples;
pub mod validators;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The program with an environment that a developer's own settings do not reach.
pub fn chartlift() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chartlift"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CHARTLIFT_") {
            command.env_remove(name);
        }
    }
    // Whether a developer has installed the second engine's model must not show, either: tests that want it name its folder.
    command.env("CHARTLIFT_MODELS", "/nowhere");
    // Nor is anything signed with a developer's own key, or kept beside it.
    command.env("CHARTLIFT_KEYS", Path::new(env!("CARGO_TARGET_TMPDIR")).join("keys"));
    command.env_remove("RUST_LOG").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// Runs `chartlift run` to its end.
pub fn run(input: &Path, archive: &Path) -> Output {
    chartlift().arg("run").arg(input).arg("--out").arg(archive).output().expect("the program starts")
}

/// A row of `fields.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Row {
    pub document: String,
    pub page: u32,
    pub item: Option<u32>,
    pub field: String,
    pub value: String,
    pub raw: String,
    pub confidence: f64,
    pub status: String,
    pub x: Option<f64>,
    pub y: Option<f64>,
    pub width: Option<f64>,
    pub height: Option<f64>,
}

/// The rows of an archive.
pub fn rows(archive: &Path) -> Vec<Row> {
    let path = archive.join("fields.csv");
    let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.deserialize().map(|row| row.unwrap_or_else(|error| panic!("{}: {error}", path.display()))).collect()
}

/// Copies a file or a folder into a folder, under its own name.
pub fn copy_into(source: &Path, folder: &Path) {
    let name = source.file_name().expect("a name");
    let target = folder.join(name);
    if source.is_dir() {
        fs::create_dir_all(&target).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
        for entry in fs::read_dir(source).unwrap_or_else(|error| panic!("{}: {error}", source.display())) {
            copy_into(&entry.expect("an entry").path(), &target);
        }
    } else {
        fs::copy(source, &target).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    }
}

/// A value as the score compares it: case folded, white space squeezed, points and commas at the ends left out.
pub fn folded(value: &str) -> String {
    let squeezed = value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    squeezed.trim_matches(|c: char| " .,;:".contains(c)).to_owned()
}
