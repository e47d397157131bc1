//! What people decided outlives a new understanding and a new reading of the same pages, and says so where it does not fit any more.

mod common;

use std::path::Path;

use chartlift::ledger::{Decision, FILE_NAME, Ledger};
use chartlift::model::{DecidedValue, DocumentRecord, Field, PercentBox, Status, ValueId};

/// Field, value and status of a row of fields.csv, for those that a test asks about.
fn row(archive: &Path, field: &str, value: &str) -> Option<String> {
    common::rows(archive).into_iter().find(|row| row.field == field && row.value == value).map(|row| row.status)
}

fn run_again(scans: &Path, archive: &Path, redo: &str) {
    let output =
        common::chartlift().arg("run").arg(scans).arg("--out").arg(archive).args(["--redo", redo]).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn decisions_outlive_what_is_done_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (scans, archive) = (folder.path().join("scans"), folder.path().join("archive"));
    std::fs::create_dir(&scans).expect("a folder");
    common::copy_into(&common::root().join("samples/scans/chart 448213/medication list.pdf"), &scans);
    assert!(common::run(&scans, &archive).status.success());
    let mut ledger = Ledger::open(&archive.join(FILE_NAME)).expect("the ledger");
    let record: DocumentRecord = ledger.documents().next().expect("a document").expect("read");
    // Four values that stand somewhere, each of a field of which there is one value alone.
    let alone = |value: &&DecidedValue| {
        let found = &value.extracted;
        let same = record.values.iter().filter(|other| other.extracted.field == found.field).count();
        same == 1 && found.place.is_some() && found.item.is_none() && !found.value.is_empty() && found.field != Field::DocumentType
    };
    let values: Vec<&DecidedValue> = record.values.iter().filter(alone).collect();
    let &[verified, corrected, rejected, moved, ..] = values.as_slice() else { panic!("{:?}", record.values) };
    let decision = |value: &DecidedValue, status, text: &str| Decision::new("ann", ValueId::of(&record, value), status, text);
    let elsewhere = PercentBox { x: 90.0, y: 96.0, width: 5.0, height: 1.0 };
    let missed = ValueId { field: Field::Email, item: None, machine_value: String::new(), ..ValueId::of(&record, verified) };
    ledger
        .decide(&[
            decision(verified, Status::Verified, &verified.extracted.value),
            decision(corrected, Status::Corrected, "what the paper says"),
            decision(rejected, Status::Rejected, ""),
            // As if the machine had found it in another corner then.
            Decision { place: Some(elsewhere), ..decision(moved, Status::Corrected, "said of another place") },
            Decision { moved_to: Some(elsewhere), ..Decision::new("ann", missed, Status::Corrected, "ann@clinic.example") },
        ])
        .expect("decided");
    drop(ledger);
    for redo in ["understanding", "readings"] {
        run_again(&scans, &archive, redo);
        let status = |value: &DecidedValue, text: &str| row(&archive, value.extracted.field.as_str(), text);
        assert_eq!(status(verified, &verified.extracted.value).as_deref(), Some("verified"), "{redo}");
        assert_eq!(status(corrected, "what the paper says").as_deref(), Some("corrected"), "{redo}");
        assert_eq!(status(rejected, "").as_deref(), Some("rejected"), "{redo}");
        assert_eq!(row(&archive, Field::Email.as_str(), "ann@clinic.example").as_deref(), Some("corrected"), "{redo}");
        // The value that the machine finds is undecided, and what was said of the other place waits beside it.
        let machine = status(moved, &moved.extracted.value).expect("the machine's value is there");
        assert!(["accepted", "review"].contains(&machine.as_str()), "{redo}: {machine}");
        assert_eq!(status(moved, "said of another place").as_deref(), Some("review"), "{redo}");
        let queue = std::fs::read_to_string(archive.join("review/queue.csv")).expect("a queue");
        let line = queue.lines().find(|line| line.contains("said of another place")).expect("it is queued");
        assert!(line.contains("stale"), "{redo}: {line}");
    }
    // The ledger and its sums say the same as the table.
    let ledger = Ledger::read_only(&archive.join(FILE_NAME)).expect("the ledger");
    let totals = ledger.totals(None).expect("sums");
    let rows = common::rows(&archive);
    let count = |wanted: &[&str]| rows.iter().filter(|row| wanted.contains(&row.status.as_str())).count() as u64;
    assert_eq!(totals.values_decided, count(&["verified", "corrected", "rejected"]));
    assert_eq!((totals.values_accepted, totals.values_queued), (count(&["accepted"]), count(&["review"])));
}
