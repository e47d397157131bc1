//! `chartlift audit`: the sheet that a run leaves, the answers that come back, and what is said of them.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{chartlift, copy_into, root, rows};

/// Runs a command of `chartlift audit` with the settings of this file: everything is checked.
fn audit(archive: &Path, arguments: &[&str]) -> (i32, String, String) {
    let settings = archive.with_file_name("site.toml");
    let output = chartlift().arg("audit").arg(archive).arg("--config").arg(settings).args(arguments).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn setup() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (input, archive, settings) = (folder.path().join("in"), folder.path().join("archive"), folder.path().join("site.toml"));
    fs::create_dir(&input).unwrap();
    fs::write(&settings, "[audit]\nfloor = 1000.0\nfloor_identity = 1000.0\nmost_share = 1.0\n").unwrap();
    // Text that was never on paper: no page is read by an engine.
    copy_into(&root().join("samples/scans/chart 448213/medication list.pdf"), &input);
    let run = chartlift().arg("run").arg(&input).arg("--out").arg(&archive).arg("--config").arg(&settings).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    (folder, archive)
}

fn sheet(archive: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(archive.join("review/audit.csv")).unwrap().deserialize().map(Result::unwrap).collect()
}

#[test]
fn what_was_accepted_is_keyed_blindly_and_comes_back() {
    let (folder, archive) = setup();
    let accepted: Vec<common::Row> = rows(&archive).into_iter().filter(|row| row.status == "accepted").collect();
    let to_check = sheet(&archive);
    // One of a document and field: every accepted field stands once.
    let fields: Vec<&String> = to_check.iter().map(|row| &row["field"]).collect();
    let mut once = fields.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), fields.len());
    assert!(fields.len() >= 5, "{fields:?}");
    assert!(accepted.iter().all(|row| fields.contains(&&row.field)));
    let text = fs::read_to_string(archive.join("review/audit.csv")).unwrap();
    for row in &accepted {
        let told = text.split([',', '\n']).any(|cell| cell.trim_matches(['"', '\r']) == row.value && row.value.len() > 2);
        assert!(!told, "the sheet tells {}", row.field);
    }

    let (code, table, _) = audit(&archive, &[]);
    assert_eq!(code, 0);
    assert!(table.contains("0 checked, 0 wrong: nothing is known yet") && table.contains(fields[0]), "{table}");

    // All are keyed as they were read but the last, where there is nothing.
    let file = folder.path().join("answers.csv");
    let mut out = String::from("audit_id,value,outcome,reviewer\n");
    let (last, others) = to_check.split_last().unwrap();
    for row in others {
        let item = row["item"].parse::<u32>().ok();
        let value = &accepted.iter().find(|a| a.field == row["field"] && a.item == item).unwrap().value;
        out.push_str(&format!("{},\"{value}\",,ann\n", row["audit_id"]));
    }
    let wrong = format!("{out}{},Quillfeather,absent,ann\n", last["audit_id"]);
    fs::write(&file, &wrong).unwrap();
    let path = file.to_str().unwrap();
    let (code, _, stderr) = audit(&archive, &["import", path]);
    assert_eq!(code, 2);
    assert!(stderr.contains(&format!("line {}: a value was keyed", to_check.len() + 1)) && stderr.contains("hint: "), "{stderr}");
    assert!(!stderr.contains("Quillfeather"));
    assert_eq!(sheet(&archive).len(), to_check.len());

    fs::write(&file, format!("{out}{},,absent,ann\n", last["audit_id"])).unwrap();
    let (code, said, _) = audit(&archive, &["import", path, "--dry-run"]);
    assert_eq!((code, sheet(&archive).len()), (0, to_check.len()));
    assert!(said.contains("would be kept"), "{said}");
    let (code, said, _) = audit(&archive, &["import", path, "--json"]);
    assert_eq!(code, 0);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((said["kept"].as_u64(), said["wrong"].as_u64()), (Some(to_check.len() as u64), Some(1)));
    assert!(sheet(&archive).is_empty());
    let now = rows(&archive);
    let verified = now.iter().filter(|row| row.status == "verified").count();
    let rejected: Vec<&str> = now.iter().filter(|row| row.status == "rejected").map(|row| row.field.as_str()).collect();
    assert_eq!((verified, rejected.as_slice()), (to_check.len() - 1, [last["field"].as_str()].as_slice()));

    let (code, json, _) = audit(&archive, &["--json"]);
    assert_eq!(code, 0);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["overall"]["audited"].as_u64(), json["overall"]["wrong"].as_u64()), (Some(to_check.len() as u64), Some(1)));
    // A single document per field shows hardly anything: the bound says so.
    assert!(json["overall"]["bound"].as_f64().unwrap() > 0.1);
}

#[test]
fn what_is_no_archive_or_no_sheet_is_refused() {
    let (folder, archive) = setup();
    assert_eq!(audit(&folder.path().join("in"), &[]).0, 10);
    let (code, _, stderr) = audit(&archive, &["import", "/nowhere.csv"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("cannot read the answers in /nowhere.csv"), "{stderr}");
}
