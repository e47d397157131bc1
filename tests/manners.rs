//! What a run may not do to others and what others may not do to it: the lock, exit codes, signals, the modes of files, the untouched
//! input, patient text that never reaches a log.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use chartlift::pipeline::Archive;

fn chartlift(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chartlift"));
    // Nothing is signed with a developer's own key.
    command.env("CHARTLIFT_KEYS", std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("keys"));
    command.args(arguments).env_remove("CHARTLIFT_CONFIG").env_remove("CHARTLIFT_JOBS").env_remove("CHARTLIFT_LOG").stdin(Stdio::null());
    command
}

fn run(input: &Path, archive: &Path, more: &[&str]) -> Output {
    chartlift(&["run", "--quiet"]).arg(input).arg("--out").arg(archive).args(more).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("ended by a signal: {}", String::from_utf8_lossy(&output.stderr)))
}

/// An input folder with copies of some fixtures, and room for an archive.
fn setup(files: &[&str]) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    for file in files {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        fs::copy(&source, input.join(source.file_name().unwrap())).unwrap();
    }
    let archive = folder.path().join("out");
    (folder, input, archive)
}

/// Every file and folder with what could tell that somebody touched it.
fn look(folder: &Path) -> BTreeMap<PathBuf, (u64, i64, i64, u32, Vec<u8>)> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| {
            let entry = entry.unwrap();
            let data = entry.metadata().unwrap();
            let bytes = if data.is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
            (entry.into_path(), (data.ino(), data.mtime(), data.mtime_nsec(), data.mode(), bytes))
        })
        .collect()
}

#[test]
fn a_second_process_is_told_at_once_who_holds_the_archive() {
    let (_keep, input, archive) = setup(&["fixtures/digital.pdf"]);
    let held = Archive::open_or_create(&archive, &input).unwrap();
    let start = Instant::now();
    let second = run(&input, &archive, &[]);
    assert_eq!(code(&second), 11);
    assert!(start.elapsed() < Duration::from_secs(3), "it waited {:?}", start.elapsed());
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains(&format!("by process {}", std::process::id())), "{said}");
    // Looking is allowed at any time.
    let status = chartlift(&["status"]).arg(&archive).output().unwrap();
    assert_eq!(code(&status), 0);
    assert!(String::from_utf8_lossy(&status.stdout).contains(&format!("in progress, process {}", std::process::id())));
    drop(held);
    assert_eq!(code(&run(&input, &archive, &[])), 0);
}

#[test]
fn archives_that_are_damaged_or_cannot_be_written_have_their_codes() {
    let (_keep, input, archive) = setup(&["fixtures/digital.pdf"]);
    assert_eq!(code(&run(&input, &archive, &[])), 0);
    fs::write(
        archive.join("ledger.sqlite"),
        "no database at all, but long enough to look like the head of one, perhaps, to a hasty reader",
    )
    .unwrap();
    for name in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = fs::remove_file(archive.join(name));
    }
    assert_eq!(code(&run(&input, &archive, &[])), 12);
    fs::remove_file(archive.join("ledger.sqlite")).unwrap();
    let refused = run(&input, &archive, &[]);
    assert_eq!(code(&refused), 12);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("hint: "));
    assert!(!archive.join("ledger.sqlite").exists(), "an empty ledger over an existing archive");
    assert_eq!(code(&run(&input, Path::new("/proc/no-such-place/archive"), &[])), 13);
}

#[test]
fn the_input_is_not_touched_and_the_archive_is_for_its_owner() {
    let (_keep, input, archive) = setup(&["fixtures/digital.pdf", "fixtures/zero.pdf", "fixtures/cut.png", "fixtures/grey.png"]);
    let before = look(&input);
    let output = Command::new("sh")
        .args(["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_chartlift"), "run", "--quiet"])
        .arg(&input)
        .arg("--out")
        .arg(&archive)
        .output()
        .unwrap();
    assert_eq!(code(&output), 3);
    assert_eq!(look(&input), before);
    for (path, (_, _, _, mode, _)) in look(&archive) {
        assert_eq!(mode & 0o077, 0, "{} has mode {:o}", path.display(), mode & 0o777);
    }
    assert_eq!(fs::metadata(&archive).unwrap().permissions().mode() & 0o777, 0o700);
    // A second run has nothing to do and changes no output.
    let outputs = |archive: &Path| -> Vec<_> {
        look(archive).into_iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "csv" || e == "json")).collect()
    };
    let before = outputs(&archive);
    let again = run(&input, &archive, &["--json"]);
    assert_eq!(code(&again), 3, "failures are remembered");
    let summary: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(summary["thisRun"]["sources"], 0);
    assert_eq!(outputs(&archive), before);
}

#[test]
fn rules_that_change_cost_no_reading() {
    let (keep, input, archive) = setup(&["fixtures/digital.pdf", "fixtures/grey.png"]);
    assert_eq!(code(&run(&input, &archive, &[])), 0);
    let fields = fs::read(archive.join("fields.csv")).unwrap();
    let rules = keep.path().join("rules");
    fs::create_dir(&rules).unwrap();
    let built_in = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/confidence.toml")).unwrap();
    let doubtful: Vec<&str> =
        built_in.lines().map(|line| if line.starts_with("intercept =") { "intercept = -9.0" } else { line }).collect();
    assert_ne!(doubtful.join("\n"), built_in.trim_end());
    fs::write(rules.join("confidence.toml"), doubtful.join("\n")).unwrap();
    let config = keep.path().join("site.toml");
    fs::write(&config, format!("[rules]\nfolder = {:?}\n", rules.display().to_string())).unwrap();
    let summary = |output: &Output| serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    let other = run(&input, &archive, &["--json", "--config", config.to_str().unwrap()]);
    assert_eq!(code(&other), 0, "{}", String::from_utf8_lossy(&other.stderr));
    assert_eq!((summary(&other)["thisRun"]["pages"].as_u64(), summary(&other)["thisRun"]["understoodAnew"].as_u64()), (Some(0), Some(2)));
    assert_ne!(fs::read(archive.join("fields.csv")).unwrap(), fields);
    // Back to the built-in rules: the very bytes of the first time, from kept words.
    let back = run(&input, &archive, &["--json"]);
    assert_eq!(summary(&back)["thisRun"]["pages"].as_u64(), Some(0));
    assert_eq!(fs::read(archive.join("fields.csv")).unwrap(), fields);
    // And read anew: the same again.
    let redone = run(&input, &archive, &["--json", "--redo", "readings"]);
    assert_eq!(summary(&redone)["thisRun"]["sources"].as_u64(), Some(2));
    assert_eq!(fs::read(archive.join("fields.csv")).unwrap(), fields);
}

#[test]
fn one_signal_finishes_what_is_in_flight_and_another_run_goes_on() {
    let (_keep, input, archive) = setup(&["fixtures/grey.png"]);
    // Enough different files that the signal comes while there is work left: the bytes behind the end of a PNG are not looked at.
    let picture = fs::read(input.join("grey.png")).unwrap();
    for n in 0..30_u8 {
        fs::write(input.join(format!("copy {n:02}.png")), [picture.as_slice(), &[n]].concat()).unwrap();
    }
    let mut child = chartlift(&["run", "--log", "json", "--verbose", "--json"])
        .arg(&input)
        .arg("--out")
        .arg(&archive)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = {
        use std::io::{BufRead, BufReader};
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let mut seen = Vec::new();
        for line in lines.by_ref() {
            let done = line.contains("source-done");
            seen.push(line);
            if done {
                break;
            }
        }
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        seen.extend(lines);
        seen
    };
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130, "{}", log.join("\n"));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(summary["thisRun"]["sources"].as_u64().unwrap() >= 1);
    assert!(summary["totals"]["sources"]["waiting"].as_u64().unwrap() >= 1);
    assert_eq!(summary["unaccounted"].as_array().unwrap().len(), 0);
    assert!(log.iter().any(|line| line.contains("\"stopping\"")));
    for line in &log {
        let parsed: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(parsed["target"].as_str().unwrap().split("::").next(), Some("chartlift"), "{line}");
        assert!(!line.contains("Ferrante") && !line.contains("Rosalind"), "patient text in the log: {line}");
    }
    let rest = run(&input, &archive, &["--json"]);
    assert_eq!(code(&rest), 0);
    let summary: serde_json::Value = serde_json::from_slice(&rest.stdout).unwrap();
    assert_eq!(summary["totals"]["documents"], 31);
}

#[test]
fn an_archive_belongs_to_one_input() {
    let (keep, input, archive) = setup(&["fixtures/digital.pdf"]);
    assert_eq!(code(&run(&input, &archive, &[])), 0);
    let other = keep.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/grey.png"), other.join("digital.pdf")).unwrap();
    let refused = run(&other, &archive, &[]);
    assert_eq!(code(&refused), 2);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--moved"));
    // The same folder under another name is known again by what stands in it.
    let renamed = keep.path().join("renamed");
    fs::rename(&input, &renamed).unwrap();
    assert_eq!(code(&run(&renamed, &archive, &[])), 0);
}
