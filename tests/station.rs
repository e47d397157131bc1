//! The reviewer's station in a real browser (scripts/station): headless Chromium works at `chartlift review serve` as people would, by keys.
//!
//! `make test` installs Chromium; where it or Node cannot be had, these tests say so and hold nothing. What is measured is printed
//! (`cargo test --test station -- --nocapture`).
#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "a test says what it did or left out")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use common::samples;
use serde_json::{Value, json};

/// Node and the browser, or the reason why there is none.
fn tools() -> Option<&'static (PathBuf, PathBuf)> {
    static TOOLS: OnceLock<Option<(PathBuf, PathBuf)>> = OnceLock::new();
    TOOLS
        .get_or_init(|| {
            let output = Command::new(common::root().join("scripts/station/setup.sh")).arg("--look").output().expect("bash");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let mut lines = said.lines().map(PathBuf::from);
            match (output.status.success(), lines.next(), lines.next()) {
                (true, Some(node), Some(browser)) => Some((node, browser)),
                _ => {
                    println!("left out: the station in a browser. {}", String::from_utf8_lossy(&output.stderr).trim());
                    None
                }
            }
        })
        .as_ref()
}

/// One browser at a time: what is measured is not to wait for another test's work.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A station that serves an archive, until it is dropped.
struct Station {
    child: Child,
    link: String,
}

impl Station {
    fn open(archive: &Path, settings: &str) -> Self {
        let config = archive.with_extension("toml");
        fs::write(&config, settings).expect("a file of settings");
        let mut child = common::chartlift()
            .args(["review", "serve", "--no-browser", "--config"])
            .arg(&config)
            .arg(archive)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let link = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:")).map(str::to_owned));
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, link: link.expect("the station says its address") }
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets the browser play a scenario of scripts/station/play.mjs, which is told `plan` and fails where something does not hold.
fn play(scenario: &str, station: &Station, mut plan: Value) {
    let (node, browser) = tools().expect("the tools");
    plan["browser"] = json!(browser);
    plan["link"] = json!(station.link);
    let mut child = Command::new(node)
        .arg(common::root().join("scripts/station/play.mjs"))
        .arg(scenario)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node starts");
    child.stdin.take().expect("a pipe").write_all(plan.to_string().as_bytes()).expect("node reads its plan");
    let output = child.wait_with_output().expect("node ends");
    print!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{scenario}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A copy of the samples' archive in which every value waits for a person.
fn all_waiting(folder: &Path) -> PathBuf {
    let archive = samples::copy(folder);
    let output = common::chartlift()
        .args(["run", "--quiet", "--uncertified", "review"])
        .arg(common::root().join("samples/scans"))
        .arg("--out")
        .arg(&archive)
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    archive
}
