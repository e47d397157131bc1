//! `chartlift review export` and `chartlift review import`: what waits goes out as a sheet, is filled in, and comes back once, whole or not at all.
//!
//! The last test goes by way of LibreOffice, which comes with `make test` (Debian, Ubuntu); where it is not there it says so and passes.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use common::{chartlift, copy_into, libreoffice, root, rows};

type Row = BTreeMap<String, String>;

fn review(arguments: &[&str], paths: &[&Path]) -> (i32, String, String) {
    let output = chartlift().arg("review").args(arguments).args(paths).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// An archive in which everything waits.
fn setup() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (input, archive) = (folder.path().join("in"), folder.path().join("archive"));
    fs::create_dir(&input).unwrap();
    // Text that was never on paper: no page is read by an engine.
    copy_into(&root().join("samples/scans/chart 448213/medication list.pdf"), &input);
    let run = chartlift().args(["run", "--uncertified", "review", "--out"]).arg(&archive).arg(&input).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    (folder, archive)
}

fn account(archive: &Path, name: &str, role: &str) {
    let mut add = chartlift()
        .args(["review", "user", "add"])
        .arg(archive)
        .args([name, "--role", role, "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    add.stdin.take().unwrap().write_all(b"orchid-lantern-harbour\n").unwrap();
    assert!(add.wait().unwrap().success());
}

/// Exports a sheet.
fn export(archive: &Path) -> Vec<u8> {
    let output = chartlift().args(["review", "export"]).arg(archive).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn read(sheet: &[u8]) -> Vec<Row> {
    csv::Reader::from_reader(sheet).deserialize().map(Result::unwrap).collect()
}

/// A sheet with cells filled in.
fn fill(sheet: &[u8], mut how: impl FnMut(&mut Row)) -> Vec<u8> {
    let header = csv::Reader::from_reader(sheet).headers().unwrap().clone();
    let mut out = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    out.write_record(&header).unwrap();
    for mut row in read(sheet) {
        how(&mut row);
        out.write_record(header.iter().map(|column| &row[column])).unwrap();
    }
    out.into_inner().unwrap()
}

fn say(row: &mut Row, value: &str, outcome: &str, reviewer: &str) {
    for (column, text) in [("new_value", value), ("outcome", outcome), ("reviewer", reviewer)] {
        row.insert(column.to_owned(), text.to_owned());
    }
}

/// Imports a file of these bytes.
fn import(archive: &Path, bytes: &[u8], flags: &[&str]) -> (i32, serde_json::Value, String) {
    let file = archive.with_file_name("filled.csv");
    fs::write(&file, bytes).unwrap();
    let arguments: Vec<&str> = ["import", "--json"].iter().chain(flags).copied().collect();
    let (code, out, err) = review(&arguments, &[archive, &file]);
    (code, serde_json::from_str(&out).unwrap_or_default(), format!("{out}{err}"))
}

#[test]
fn a_sheet_goes_out_and_comes_back_once() {
    let (folder, archive) = setup();
    let sheet = export(&archive);
    let items = read(&sheet);
    let waiting = rows(&archive).into_iter().filter(|row| row.status == "review").count();
    assert!(waiting >= 15 && items.len() == waiting, "{} items of {waiting}", items.len());
    assert!(sheet.starts_with(b"\"item_id\",\"row_version\",\"document\",\"page\",\"field\",\"reason\",\"shown_value\",\"alternatives\","));
    let blind = |row: &Row| row["reason"].starts_with("blind");
    for row in &items {
        assert!(!blind(row) || (row["shown_value"].is_empty() && row["alternatives"].is_empty()));
    }
    assert!(items.iter().filter(|row| !blind(row)).count() >= 5);

    // Nobody has said anything.
    let (code, said, _) = import(&archive, &sheet, &[]);
    assert_eq!((code, &said["answers"], said["rows"].as_u64()), (0, &serde_json::json!({}), Some(items.len() as u64)));

    // One is verified, one corrected, one blank; the first that is asked blindly is keyed.
    let (mut shown, mut keyed) = (0, None);
    let values: BTreeMap<(String, String), String> = rows(&archive)
        .into_iter()
        .map(|row| ((row.field.clone(), row.item.map_or_else(String::new, |item| format!("[{item}]"))), row.value))
        .collect();
    let machine = |field: &str| {
        let at = field.find('[').unwrap_or(field.len());
        values[&(field[..at].to_owned(), field[at..].to_owned())].clone()
    };
    let mut corrected = None;
    let filled = fill(&sheet, |row| {
        if blind(row) {
            if keyed.is_none() {
                keyed = Some(row["field"].clone());
                let value = machine(&row["field"]);
                say(row, &value, "", "ann");
            }
            return;
        }
        shown += 1;
        match shown {
            1 => say(row, "", "verified", "ann"),
            2 => say(row, "", "illegible", "ann"),
            3 => {
                corrected = Some(row["field"].clone());
                say(row, "Quillfeather", "corrected", "ann");
            }
            _ => {}
        }
    });
    let kept = if keyed.is_some() { 4 } else { 3 };
    let before = fs::read(archive.join("fields.csv")).unwrap();
    let (code, said, text) = import(&archive, &filled, &[]);
    assert_eq!((code, said["applied"].as_bool()), (0, Some(false)), "{text}");
    assert_eq!(said["answers"]["corrected"].as_u64(), Some(1), "{text}");
    assert_eq!(fs::read(archive.join("fields.csv")).unwrap(), before);
    assert!(!text.contains("Quillfeather"));

    let (code, said, text) = import(&archive, &filled, &["--apply"]);
    assert_eq!((code, said["applied"].as_bool()), (0, Some(true)), "{text}");
    let sum: u64 = said["answers"].as_object().unwrap().values().filter_map(serde_json::Value::as_u64).sum();
    assert_eq!(sum, kept);
    let now = rows(&archive);
    let count = |status: &str| now.iter().filter(|row| row.status == status).count();
    assert_eq!((count("corrected"), count("rejected")), (1, 1));
    assert!(count("verified") >= 1);
    assert!(now.iter().any(|row| row.value == "Quillfeather" && corrected.as_ref().unwrap().starts_with(&row.field)));
    // What was planted since then is asked too; of what waited the rest waits.
    let names: Vec<String> = items.iter().map(|row| row["item_id"].clone()).collect();
    assert_eq!(read(&export(&archive)).iter().filter(|row| names.contains(&row["item_id"])).count() as u64, waiting as u64 - kept);
    assert_eq!(csv::Reader::from_path(archive.join("review/queue.csv")).unwrap().records().count() as u64, waiting as u64 - kept);

    // The same file again does nothing; the same sheet with more answers keeps what is new.
    let (code, said, _) = import(&archive, &filled, &["--apply"]);
    assert_eq!((code, said["applied_before"].as_bool(), said["applied"].as_bool()), (0, Some(true), Some(false)));
    let mut more = 0;
    let further = fill(&filled, |row| {
        if row["new_value"].is_empty() && row["outcome"].is_empty() && more == 0 {
            more += 1;
            say(row, "", "absent", "ann");
        }
    });
    let (code, said, text) = import(&archive, &further, &["--apply"]);
    assert_eq!((code, said["known"].as_u64(), said["answers"]["absent"].as_u64()), (0, Some(kept), Some(1)), "{text}");

    // What is answered otherwise than before is stale, and nothing of the file is kept.
    let changed = fill(&further, |row| {
        if row["new_value"] == "Quillfeather" {
            say(row, "Quarry", "corrected", "ann");
        } else if row["new_value"].is_empty() && row["outcome"].is_empty() {
            say(row, "", "blank", "ann");
        }
    });
    let fields = fs::read(archive.join("fields.csv")).unwrap();
    let (code, said, text) = import(&archive, &changed, &["--apply"]);
    assert_eq!((code, said["applied"].as_bool()), (2, Some(false)), "{text}");
    let kinds: Vec<&str> = said["obstacles"].as_array().unwrap().iter().map(|o| o["obstacle"]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["stale"]);
    assert_eq!(fs::read(archive.join("fields.csv")).unwrap(), fields);

    // A file is its owner's alone, and is not written over another one.
    let file = folder.path().join("out.csv");
    let (code, said, _) = review(&["export", "--bom", "--field", "Patient.name.family", "--out"], &[&file, &archive]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let part = fs::read(&file).unwrap();
    assert!(part.starts_with("\u{feff}".as_bytes()));
    assert!(read(&part[3..]).iter().all(|row| row["field"] == "Patient.name.family"));
    assert_eq!(review(&["export", "--out"], &[&file, &archive]).0, 2);
}

#[test]
fn what_is_in_the_way_is_told_and_nothing_is_kept() {
    let (_folder, archive) = setup();
    let sheet = export(&archive);
    let before = fs::read(archive.join("fields.csv")).unwrap();
    let refused = |bytes: &[u8]| {
        let (code, said, text) = import(&archive, bytes, &["--apply"]);
        assert_eq!((code, said["applied"].as_bool()), (2, Some(false)), "{text}");
        assert_eq!(fs::read(archive.join("fields.csv")).unwrap(), before);
        assert!(!text.contains("Quillfeather"));
        said
    };
    let kinds = |said: &serde_json::Value| -> Vec<String> {
        said["obstacles"].as_array().unwrap().iter().map(|o| o["obstacle"]["kind"].as_str().unwrap().to_owned()).collect()
    };
    let first = |value: &'static str, outcome: &'static str, who: &'static str| {
        let mut done = false;
        fill(&sheet, |row| {
            if !done && !row["reason"].starts_with("blind") {
                done = true;
                say(row, value, outcome, who);
            }
        })
    };
    assert_eq!(kinds(&refused(&first("", "verified", ""))), ["no-reviewer"]);
    assert_eq!(kinds(&refused(&first("Quillfeather", "blank", "ann"))), ["unclear"]);
    assert_eq!(kinds(&refused(&first("Quillfeather", "verified", "ann"))), ["unclear"]);
    assert_eq!(kinds(&refused(&first("", "Quillfeather", "ann"))), ["unclear"]);
    let all = fill(&sheet, |row| say(row, "", "illegible", "ann"));
    let mut twice = all.clone();
    twice.extend_from_slice(all.split(|b| *b == b'\n').nth(1).unwrap());
    assert_eq!(kinds(&refused(&twice)), ["duplicate"]);
    let mut differs = all.clone();
    let line = String::from_utf8_lossy(all.split(|b| *b == b'\n').nth(1).unwrap()).replace("illegible", "blank");
    differs.extend_from_slice(line.as_bytes());
    assert_eq!(kinds(&refused(&differs)), ["differs"]);

    // One cell that a spreadsheet has changed refuses the file, in whatever row.
    let mut done = false;
    let mangled = fill(&all, |row| {
        if !done && !row["shown_value"].is_empty() {
            done = true;
            row.insert("shown_value".to_owned(), "Quillfeather".to_owned());
        }
    });
    let said = refused(&mangled);
    assert_eq!((said["mangled"].as_array().unwrap().len(), &said["mangled"][0]["column"]), (1, &serde_json::json!("shown_value")));
    let zeros = fill(&sheet, |row| {
        let version = row["row_version"].trim_start_matches('0').to_owned();
        row.insert("row_version".to_owned(), version);
    });
    let said = refused(&zeros);
    assert_eq!(said["mangled"].as_array().unwrap().len(), read(&sheet).len());
    // Another archive's sheet.
    let (_other_folder, other) = setup();
    assert!(kinds(&refused(&fill(&export(&other), |row| say(row, "", "illegible", "ann")))).iter().all(|kind| kind == "unknown"));
    // What is no sheet.
    for bytes in [&b"a,b\n1,2\n"[..], b"\xff\xfe"] {
        let (code, _, text) = import(&archive, bytes, &[]);
        assert_eq!(code, 2, "{text}");
    }
    assert_eq!(import(&archive.with_file_name("in"), &sheet, &[]).0, 10);
}

#[test]
fn people_have_accounts_and_pairs_are_two_people() {
    let (_folder, archive) = setup();
    for (name, role) in [("ann", "reviewer"), ("ben", "reviewer"), ("cleo", "lead"), ("otto", "auditor")] {
        account(&archive, name, role);
    }
    // With accounts for a pair and one who settles, identity is keyed by two from the next run on.
    let input = archive.with_file_name("in");
    let run = chartlift().args(["run", "--uncertified", "review", "--out"]).arg(&archive).arg(&input).output().unwrap();
    assert!(run.status.success());
    let sheet = export(&archive);
    let family = |row: &Row| row["field"] == "Patient.name.family";
    assert!(read(&sheet).iter().any(|row| family(row) && row["reason"].starts_with("blind")), "identity is not asked blindly");
    let keyed = |sheet: &[u8], value: &str, who: &str| {
        fill(sheet, |row| {
            if family(row) {
                say(row, value, "", who);
            }
        })
    };
    for (who, wanted) in [("nobody", "reviewer"), ("otto", "reviewer")] {
        let (code, said, _) = import(&archive, &keyed(&sheet, "Smyth", who), &["--apply"]);
        assert_eq!((code, said["obstacles"][0]["obstacle"]["kind"].as_str()), (2, Some(wanted)));
    }
    let (code, said, text) = import(&archive, &keyed(&sheet, "Smyth", "ann"), &["--apply"]);
    assert_eq!((code, &said["answers"]), (0, &serde_json::json!({"keyed": 1})), "{text}");
    // It holds for nothing yet.
    assert!(rows(&archive).iter().all(|row| row.value != "Smyth"));
    let again = export(&archive);
    assert!(read(&again).iter().any(family));
    let (code, said, _) = import(&archive, &keyed(&again, "Smith", "ann"), &["--apply"]);
    assert_eq!((code, said["obstacles"][0]["obstacle"]["kind"].as_str()), (2, Some("reviewer")));
    let (code, _, text) = import(&archive, &keyed(&again, "Smyth", "ben"), &["--apply"]);
    assert_eq!(code, 0, "{text}");
    let now: Vec<String> = rows(&archive)
        .into_iter()
        .filter(|row| row.field == "Patient.name.family")
        .map(|row| format!("{} {}", row.status, row.value))
        .collect();
    assert_eq!(now, ["corrected Smyth"]);
    assert!(!read(&export(&archive)).iter().any(family));
}

#[test]
fn libreoffice_brings_it_back_unharmed() {
    if !libreoffice::is_there() {
        return;
    }
    let (_folder, archive) = setup();
    let filled = fill(&export(&archive), |row| {
        if row["reason"].starts_with("blind") {
            say(row, "", "illegible", "ann");
        } else {
            say(row, "", "verified", "ann");
        }
    });
    let (code, said, text) = import(&archive, &libreoffice::through(&filled, None), &["--apply"]);
    assert_eq!((code, said["applied"].as_bool()), (2, Some(false)), "{text}");
    assert_eq!(said["mangled"].as_array().unwrap().len(), read(&filled).len());
    let (code, said, text) = import(&archive, &libreoffice::through(&filled, Some(libreoffice::AS_TEXT)), &["--apply"]);
    assert_eq!((code, said["applied"].as_bool(), said["mangled"].as_array().map(Vec::len)), (0, Some(true), Some(0)), "{text}");
    let names: Vec<String> = read(&filled).into_iter().map(|mut row| row.remove("item_id").unwrap()).collect();
    assert!(!read(&export(&archive)).iter().any(|row| names.contains(&row["item_id"])));
    assert!(rows(&archive).iter().all(|row| row.status != "review"));
}
