//! The reviewer's station in a real browser (scripts/station): headless Chromium works at `chartlift review serve` as people would, by keys.
//!
//! `make test` installs Chromium; where it or Node cannot be had, these tests say so and hold nothing. What is measured is printed
//! (`cargo test --test station -- --nocapture`).
#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "a test says what it did or left out")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use common::{Row, folded, samples, validators};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

/// What may pass from a key to the next item painted, p95, milliseconds. More than the second no page may take, whatever the machine does besides.
const FLIP_MS: u32 = if cfg!(debug_assertions) { 250 } else { 100 };
/// What saving may take, p95, browser and all: the target is 25 ms of server time, with a program built for speed on a machine that does nothing else.
const SAVE_MS: u32 = if cfg!(debug_assertions) { 250 } else { 25 };

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
        // Asked to, it ends in good order; else it is made to.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        for _ in 0..100 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
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
fn all_waiting(folder: &Path, settings: &str) -> PathBuf {
    let archive = samples::copy(folder);
    let config = folder.join("run.toml");
    fs::write(&config, settings).expect("a file of settings");
    let output = common::chartlift()
        .args(["run", "--quiet", "--uncertified", "review", "--config"])
        .arg(&config)
        .arg(common::root().join("samples/scans"))
        .arg("--out")
        .arg(&archive)
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    // Else the first look at a page waits until it is decoded, which a program that was not built for speed does slowly.
    let prepared = common::chartlift().args(["review", "prepare"]).arg(&archive).output().expect("the program starts");
    assert!(prepared.status.success(), "{}", String::from_utf8_lossy(&prepared.stderr));
    archive
}

/// Makes an account.
fn account(archive: &Path, name: &str, role: &str) -> Value {
    let password = format!("{name} keys what the paper says");
    let mut child = common::chartlift()
        .args(["review", "user", "add", "--password-stdin", "--role", role])
        .arg(archive)
        .arg(name)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    writeln!(child.stdin.take().expect("a pipe"), "{password}").expect("a password");
    assert!(child.wait().expect("a child").success(), "no account {name}");
    json!({ "name": name, "password": password })
}

/// An item as the ledger holds it: where its value stands in `fields.csv`, and what the machine read.
struct Asked {
    document: String,
    page: u32,
    item: Option<u32>,
    field: String,
    value: String,
    lane: String,
}

/// All items of an archive by their names.
fn asked(archive: &Path) -> BTreeMap<String, Asked> {
    let ledger = Connection::open_with_flags(archive.join("ledger.sqlite"), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a ledger");
    let mut statement = ledger.prepare("SELECT name, document, page, item, field, machine_value, lane FROM items").expect("items");
    let items = statement.query_map([], |row| {
        let asked = Asked {
            document: row.get(1)?,
            page: row.get(2)?,
            item: row.get(3)?,
            field: row.get(4)?,
            value: row.get(5)?,
            lane: row.get(6)?,
        };
        Ok((row.get::<_, String>(0)?, asked))
    });
    items.expect("items").map(|item| item.expect("an item")).collect()
}

/// What the machine read, for the browser.
fn known(items: &BTreeMap<String, Asked>) -> Value {
    items
        .iter()
        .map(|(name, asked)| (name.clone(), json!({ "value": asked.value, "field": asked.field })))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Holds that everything that people did stands in `fields.csv` (which a thread of the station's brings up to date): the value that was given, as a person's.
fn assert_done(archive: &Path, deeds: &Path) -> usize {
    // Read now: errors are planted in what was decided meanwhile, too.
    let items = asked(archive);
    let deeds: Vec<Value> = serde_json::from_slice(&fs::read(deeds).expect("deeds")).expect("JSON");
    // Only the last word on an item counts.
    let last: BTreeMap<&str, &str> =
        deeds.iter().map(|deed| (deed["item"].as_str().expect("a name"), deed["value"].as_str().expect("a value"))).collect();
    let start = Instant::now();
    loop {
        let rows = common::rows(archive);
        let missing = last.iter().find_map(|(name, value)| {
            let asked = &items[*name];
            let of =
                |row: &&Row| row.document == asked.document && row.field == asked.field && row.item == asked.item && row.page == asked.page;
            let found: Vec<&Row> = rows.iter().filter(of).collect();
            let kept = |row: &&Row| match *value {
                "" => row.status == "rejected",
                value => matches!(row.status.as_str(), "verified" | "corrected") && folded(&row.value) == folded(value),
            };
            (asked.lane == "queue" && !found.iter().any(kept)).then(|| format!("{} {} {value:?}: {found:?}", asked.document, asked.field))
        });
        match missing {
            None => return last.len(),
            Some(missing) if start.elapsed() > Duration::from_secs(30) => panic!("not in fields.csv: {missing}"),
            Some(_) => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

#[test]
fn two_hundred_items_by_keys_alone() {
    let Some(_) = tools() else { return };
    let _turn = turn();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = all_waiting(folder.path(), "");
    let items = asked(&archive);
    let deeds = folder.path().join("deeds.json");
    let station = Station::open(&archive, "");
    let plan = json!({
        "known": known(&items),
        "items": 200,
        "correct": ["Organization.name", "Practitioner.name", "Condition.code.text", "Observation.code.text", "Coverage.payor"],
        "wanted": ["verified", "corrected", "alternative", "blind", "undone"],
        "reads": 200,
        "flip": FLIP_MS,
        "save": SAVE_MS,
        "deeds": deeds,
    });
    play("session", &station, plan);
    let done = assert_done(&archive, &deeds);
    println!("session: {done} answers stand in fields.csv");
}

#[test]
fn a_group_with_one_odd_tile() {
    let Some(_) = tools() else { return };
    let _turn = turn();
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Scans of one report again and again: other bytes, the same flags. None is to be asked blindly.
    let (scans, archive, config) = (folder.path().join("scans"), folder.path().join("archive"), folder.path().join("run.toml"));
    let settings = "[review]\nblind_share = 0.0\n";
    fs::create_dir(&scans).expect("a folder");
    fs::write(&config, settings).expect("a file of settings");
    let report = fs::read(common::root().join("samples/scans/chart 448213/labs.tif")).expect("a sample");
    for n in 0..4_u8 {
        fs::write(scans.join(format!("{n}.tif")), [report.as_slice(), &[n]].concat()).expect("a scan");
    }
    let mut run = common::chartlift();
    run.args(["run", "--quiet", "--uncertified", "review", "--config"]).arg(&config).arg(&scans).arg("--out").arg(&archive);
    let output = run.output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let items = asked(&archive);
    let deeds = folder.path().join("deeds.json");
    let station = Station::open(&archive, settings);
    play("group", &station, json!({ "known": known(&items), "deeds": deeds }));
    assert_done(&archive, &deeds);
}

#[test]
fn a_pair_keys_blindly_and_a_third_one_settles() {
    let Some(_) = tools() else { return };
    let _turn = turn();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = "[review]\nidentity = \"double\"\n";
    let archive = all_waiting(folder.path(), settings);
    let accounts = [("ines", "reviewer"), ("odd", "reviewer"), ("runa", "lead")].map(|(name, role)| account(&archive, name, role));
    let items = asked(&archive);
    let deeds = folder.path().join("deeds.json");
    let station = Station::open(&archive, settings);
    let plan = json!({
        "known": known(&items),
        "accounts": accounts,
        "field": "Patient.identifier.mrn",
        "pairs": 4,
        "error": "990017",
        "deeds": deeds,
    });
    play("pair", &station, plan);
    assert_done(&archive, &deeds);
}

#[test]
fn every_screen_is_accessible_and_small() {
    let Some(_) = tools() else { return };
    let _turn = turn();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = all_waiting(folder.path(), "");
    let station = Station::open(&archive, "");
    // `CHARTLIFT_SCREENS=FOLDER` keeps pictures of them all.
    let pictures = std::env::var_os("CHARTLIFT_SCREENS").map(PathBuf::from);
    play("screens", &station, json!({ "known": known(&asked(&archive)), "pictures": pictures }));
}

#[test]
fn printed_markup_stays_text_from_the_paper_to_every_file() {
    const EVIL: &str = "<img src=x onerror=alert(1)>";
    let Some(_) = tools() else { return };
    let _turn = turn();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = folder.path().join("archive");
    let output = common::run(&common::root().join("fixtures/markup"), &archive);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let items = asked(&archive);
    let deeds = folder.path().join("deeds.json");
    let station = Station::open(&archive, "");
    play("markup", &station, json!({ "known": known(&items), "deeds": deeds }));
    assert_done(&archive, &deeds);

    let texts = common::rows(&archive).into_iter().filter(|row| row.value.contains(EVIL)).count();
    assert!(texts >= 5, "the text is kept as it was printed: {texts}");
    let mut narratives = 0;
    for (file, bundle) in validators::json_files(&archive.join("bundles")) {
        for div in strings_of(&bundle, "div") {
            assert!(!div.contains("<img"), "{}: markup in a narrative", file.display());
            narratives += usize::from(div.contains("&lt;img src=x onerror=alert(1)&gt;"));
        }
    }
    assert!(narratives > 0, "the text stands in a narrative");
}

/// All strings of a name in a JSON document.
fn strings_of<'a>(value: &'a Value, name: &str) -> Vec<&'a str> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| if key == name { value.as_str().into_iter().collect() } else { strings_of(value, name) })
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| strings_of(item, name)).collect(),
        _ => Vec::new(),
    }
}
