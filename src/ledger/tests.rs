//! The ledger's promises: migrations run once, results are whole, what is left is found again, no page is lost.

use super::*;
use crate::model::*;

pub(super) fn temp() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    (folder, path)
}

pub(super) fn prints(reading: &str, understanding: &str) -> Fingerprints {
    Fingerprints { reading: reading.into(), understanding: understanding.into() }
}

pub(super) fn file(path: &str, bytes: &str) -> Registration {
    Registration {
        path: SourcePath::new(path),
        size: bytes.len() as u64,
        sha256: Some(Sha256::of(bytes.as_bytes())),
        finding: Finding::Readable(FileKind::Png),
    }
}

fn reading(number: u32) -> PageReading {
    PageReading {
        number: PageNumber::new(number),
        width: 100,
        height: 200,
        to_source: Affine::IDENTITY,
        words: vec![Word {
            text: "Quillfeather".into(),
            rect: Rect { x: 1.0, y: 2.0, w: 30.0, h: 9.0 },
            confidence: 0.93,
            line: 0,
            block: 0,
            ..Word::default()
        }],
        rulings: vec![],
        checkboxes: vec![],
        circles: Vec::new(),
        uncovered: vec![],
        text_source: TextSource::Ocr,
        second_there: false,
        quality: PageQuality {
            turn: QuarterTurn::None,
            skew_degrees: 0.1,
            dpi: 300.0,
            ink: 0.05,
            bilevel: false,
            mean_confidence: 0.93,
            treatments: vec![],
        },
    }
}

fn value(field: Field, text: &str, status: Status) -> DecidedValue {
    DecidedValue {
        extracted: ExtractedValue {
            field,
            item: None,
            value: text.into(),
            raw: text.to_uppercase(),
            page: PageNumber::new(1),
            place: Some(PercentBox { x: 1.0, y: 2.5, width: 10.0, height: 1.25 }),
            label_place: None,
            rule: "test.rule".into(),
            signals: Signals::default(),
        },
        confidence: Confidence::new(0.97),
        status,
        reasons: if status == Status::Review { vec![Reason::LowConfidence] } else { vec![] },
    }
}

pub(super) fn result(key: SourceKey, path: &str, bytes: &str) -> SourceResult {
    SourceResult {
        key,
        sha256: Sha256::of(bytes.as_bytes()),
        pages_in: 2,
        pages: vec![PageRecord::read(&reading(1)).unwrap(), PageRecord::plain(PageNumber::new(2), PageOutcome::Blank)],
        failure: None,
        documents: vec![DocumentResult {
            id: DocumentId::from_stored(path),
            ordinal: 1,
            pages: vec![PageNumber::new(1)],
            kind: DocumentKind::ProgressNote,
            kind_confidence: 0.8,
            origin: Origin::default(),
            values: vec![value(Field::Family, "Quillfeather", Status::Accepted), value(Field::City, "Salem", Status::Review)],
        }],
    }
}

fn records(ledger: &Ledger) -> Vec<DocumentRecord> {
    ledger.documents().collect::<Result<_, _>>().unwrap()
}

#[test]
fn migrations_run_once_and_a_newer_ledger_is_refused() {
    let (_folder, path) = temp();
    drop(Ledger::create(&path, "one").unwrap());
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!(ledger.archive_id().unwrap().as_deref(), Some("one"));
    let shape = |ledger: &Ledger| -> Vec<String> {
        let mut statement = ledger.connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let before = shape(&ledger);
    drop(ledger);
    let mut ledger = Ledger::open(&path).unwrap();
    schema::migrate(&mut ledger.connection, &path).unwrap();
    assert_eq!(shape(&ledger), before);
    ledger.connection.pragma_update(None, "user_version", schema::MIGRATIONS.len() as i64 + 1).unwrap();
    drop(ledger);
    assert!(matches!(Ledger::open(&path), Err(LedgerError::Newer { .. })));
    assert!(matches!(Ledger::read_only(&path), Err(LedgerError::Newer { .. })));
}

#[test]
fn pragmas_hold_and_the_library_is_new_enough() {
    let (_folder, path) = temp();
    let ledger = Ledger::create(&path, "one").unwrap();
    assert!(rusqlite::version_number() >= SQLITE_AT_LEAST);
    let get = |name: &str| -> String {
        ledger.connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).map(|v| format!("{v:?}")).unwrap()
    };
    assert_eq!(get("journal_mode"), "Text(\"wal\")");
    assert_eq!(get("synchronous"), "Integer(2)");
    assert_eq!(get("foreign_keys"), "Integer(1)");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_is_no_ledger_is_refused() {
    let (_folder, path) = temp();
    std::fs::write(&path, "this is not a database, whatever its name says; it only has to be long enough to be looked at").unwrap();
    assert!(Ledger::open(&path).err().unwrap().is_damage());
    std::fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(matches!(Ledger::open(&path), Err(LedgerError::Foreign { .. })));
}

#[test]
fn a_result_is_recorded_whole_and_read_back() {
    let (_folder, path) = temp();
    let mut ledger = Ledger::create(&path, "one").unwrap();
    let fresh = prints("r", "u");
    let (run, _) = ledger.begin_run("engine", &fresh).unwrap();
    ledger.register(run, &[file("a.png", "A"), file("b.png", "B")]).unwrap();
    let claims = ledger.claimable(&fresh, 10).unwrap();
    assert_eq!(claims.iter().map(|c| c.path.as_str()).collect::<Vec<_>>(), ["a.png", "b.png"]);
    ledger.take(run, claims[0].key).unwrap();
    assert_eq!(ledger.claimable(&fresh, 10).unwrap().len(), 1);
    ledger.record(run, &fresh, &result(claims[0].key, "a.png", "A")).unwrap();

    let all = records(&ledger);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].values, result(claims[0].key, "a.png", "A").documents[0].values);
    let (path_again, pages) = ledger.pages(claims[0].key).unwrap();
    assert_eq!(path_again.as_str(), "a.png");
    assert_eq!(pages[0].unpack().unwrap(), reading(1));
    assert!(ledger.unaccounted().unwrap().is_empty());
    let totals = ledger.totals(Some(&fresh)).unwrap();
    assert_eq!((totals.pages_in, totals.of(PageOutcome::Read), totals.of(PageOutcome::Blank)), (2, 1, 1));
    assert_eq!((totals.values_accepted, totals.values_queued, totals.sources_waiting), (1, 1, 1));
}

#[test]
fn what_is_stale_is_found_by_its_fingerprint() {
    let (_folder, path) = temp();
    let mut ledger = Ledger::create(&path, "one").unwrap();
    let fresh = prints("r", "u");
    let (run, _) = ledger.begin_run("engine", &fresh).unwrap();
    ledger.register(run, &[file("a.png", "A")]).unwrap();
    let key = ledger.claimable(&fresh, 1).unwrap()[0].key;
    ledger.record(run, &fresh, &result(key, "a.png", "A")).unwrap();
    assert_eq!(ledger.work_left(&fresh).unwrap(), (0, 0));
    assert_eq!(ledger.work_left(&prints("r", "other")).unwrap(), (0, 1));
    assert_eq!(ledger.work_left(&prints("other", "u")).unwrap(), (1, 0));
    // The same words, understood anew: no page is read.
    let anew = prints("r", "other");
    assert_eq!(ledger.to_understand(&anew).unwrap(), [key]);
    ledger.record_understanding(run, key, &anew.understanding, &result(key, "a.png", "A").documents).unwrap();
    assert_eq!(ledger.work_left(&anew).unwrap(), (0, 0));
    // Other bytes under the name: the old result describes what is not there any more.
    let registered = ledger.register(run, &[file("a.png", "other bytes")]).unwrap();
    assert_eq!(registered.changed, [SourcePath::new("a.png")]);
    assert!(records(&ledger).is_empty());
    assert_eq!(ledger.work_left(&anew).unwrap(), (1, 0));
    ledger.make_stale(Some(Redo::Readings)).unwrap();
    assert_eq!(ledger.work_left(&anew).unwrap(), (1, 0));
}

#[test]
fn copies_are_read_once_and_follow_their_original() {
    let (_folder, path) = temp();
    let mut ledger = Ledger::create(&path, "one").unwrap();
    let fresh = prints("r", "u");
    let (run, _) = ledger.begin_run("engine", &fresh).unwrap();
    ledger.register(run, &[file("a.png", "same"), file("b.png", "same")]).unwrap();
    let claims = ledger.claimable(&fresh, 10).unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].path.as_str(), "a.png");
    ledger.record(run, &fresh, &result(claims[0].key, "a.png", "same")).unwrap();
    assert_eq!(ledger.totals(None).unwrap().of(PageOutcome::Duplicate), 2);
    assert_eq!(ledger.duplicates(10).unwrap(), [(SourcePath::new("b.png"), SourcePath::new("a.png"))]);
    assert!(ledger.unaccounted().unwrap().is_empty());
    // A copy whose name sorts before the original does not take its place: names of documents never move.
    ledger.register(run, &[file("0.png", "same"), file("a.png", "same"), file("b.png", "same")]).unwrap();
    assert_eq!(ledger.claimable(&fresh, 10).unwrap(), []);
    assert_eq!(ledger.totals(None).unwrap().of(PageOutcome::Duplicate), 4);
    // The original gets other bytes: the first copy is read in its stead.
    ledger.register(run, &[file("a.png", "new"), file("b.png", "same")]).unwrap();
    let paths: Vec<_> = ledger.claimable(&fresh, 10).unwrap().into_iter().map(|c| c.path).collect();
    assert_eq!(paths, [SourcePath::new("a.png"), SourcePath::new("b.png")]);
}

#[test]
fn what_has_gone_from_the_folder_stays_in_the_archive() {
    let (_folder, path) = temp();
    let mut ledger = Ledger::create(&path, "one").unwrap();
    let fresh = prints("r", "u");
    let (run, _) = ledger.begin_run("engine", &fresh).unwrap();
    ledger.register(run, &[file("a.png", "A")]).unwrap();
    let key = ledger.claimable(&fresh, 1).unwrap()[0].key;
    ledger.record(run, &fresh, &result(key, "a.png", "A")).unwrap();
    let registered = ledger.register(run, &[]).unwrap();
    assert_eq!(registered.missing, [SourcePath::new("a.png")]);
    assert_eq!(records(&ledger).len(), 1);
    assert_eq!(
        ledger.work_left(&prints("other", "other")).unwrap(),
        (0, 1),
        "its words are understood anew, its pages cannot be read again"
    );
    // A share that cannot be read for an hour costs nothing either.
    let gone = SourceFailure::new(FailureKind::Unreadable, "away");
    let away = Registration { sha256: None, finding: Finding::Unreachable(gone.clone()), ..file("a.png", "A") };
    let registered = ledger.register(run, &[away]).unwrap();
    assert_eq!((registered.missing, registered.unreachable), (vec![], vec![(SourcePath::new("a.png"), gone)]));
    assert_eq!(records(&ledger).len(), 1);
}

#[test]
fn hopeless_files_count_as_one_failed_page() {
    let (_folder, path) = temp();
    let mut ledger = Ledger::create(&path, "one").unwrap();
    let fresh = prints("r", "u");
    let (run, _) = ledger.begin_run("engine", &fresh).unwrap();
    let empty = Registration { finding: Finding::Hopeless(SourceFailure::new(FailureKind::Empty, "no bytes")), ..file("a.pdf", "") };
    let other = Registration { path: SourcePath::new("b.pdf"), ..empty.clone() };
    ledger.register(run, &[empty, other]).unwrap();
    assert_eq!(ledger.claimable(&fresh, 10).unwrap(), []);
    let totals = ledger.totals(Some(&fresh)).unwrap();
    assert_eq!((totals.pages_in, totals.of(PageOutcome::Failed), totals.sources_duplicate), (2, 2, 0));
    assert_eq!(ledger.failures(10).unwrap().len(), 2);
    assert!(ledger.unaccounted().unwrap().is_empty());
}

#[test]
fn a_dead_process_leaves_suspects_that_come_last() {
    let (_folder, path) = temp();
    let mut ledger = Ledger::create(&path, "one").unwrap();
    let fresh = prints("r", "u");
    let (run, suspects) = ledger.begin_run("engine", &fresh).unwrap();
    assert_eq!(suspects, 0);
    ledger.register(run, &[file("a.png", "A"), file("b.png", "B")]).unwrap();
    let key = ledger.claimable(&fresh, 1).unwrap()[0].key;
    ledger.take(run, key).unwrap();
    drop(ledger);

    let mut ledger = Ledger::open(&path).unwrap();
    let (run, suspects) = ledger.begin_run("engine", &fresh).unwrap();
    assert_eq!(suspects, 1);
    let claims = ledger.claimable(&fresh, 10).unwrap();
    assert_eq!(claims.iter().map(|c| (c.path.as_str(), c.suspect)).collect::<Vec<_>>(), [("b.png", false), ("a.png", true)]);
    ledger.record(run, &fresh, &result(key, "a.png", "A")).unwrap();
    assert!(ledger.claimable(&fresh, 10).unwrap().iter().all(|claim| !claim.suspect));
}

#[test]
fn lost_pages_are_noticed() {
    let (_folder, path) = temp();
    let mut ledger = Ledger::create(&path, "one").unwrap();
    let fresh = prints("r", "u");
    let (run, _) = ledger.begin_run("engine", &fresh).unwrap();
    ledger.register(run, &[file("a.png", "A")]).unwrap();
    let key = ledger.claimable(&fresh, 1).unwrap()[0].key;
    let whole = result(key, "a.png", "A");
    let mut lacking = whole.clone();
    lacking.pages.pop();
    let mut homeless = whole.clone();
    homeless.documents.clear();
    let mut silent = whole.clone();
    silent.documents[0].values.clear();
    for (case, expected) in [(lacking, "not as many"), (homeless, "no document"), (silent, "no value"), (whole, "")] {
        ledger.record(run, &fresh, &case).unwrap();
        let found = ledger.unaccounted().unwrap();
        assert_eq!(found.is_empty(), expected.is_empty(), "{found:?}");
        assert!(found.iter().all(|line| line.starts_with("a.png: ")));
        assert!(expected.is_empty() || found.iter().any(|line| line.contains(expected)), "{found:?}");
    }
}

#[test]
fn the_trail_tells_engines_runs_and_looks_and_names_no_reviewer() {
    let (_folder, path) = temp();
    let mut ledger = Ledger::create(&path, "one").unwrap();
    let prints = prints("r", "u");
    let (run, _) = ledger.begin_run("engine 5", &prints).unwrap();
    ledger.register(run, &[file("a.png", "x")]).unwrap();
    let key = ledger.claimable(&prints, 1).unwrap()[0].key;
    ledger.record(run, &prints, &result(key, "a.png", "x")).unwrap();
    let id = DocumentId::from_stored("a.png");
    let of = |ledger: &Ledger, text: &str| {
        let record = ledger.document(&id).unwrap().unwrap().record;
        let value = record.values.iter().find(|value| value.extracted.value == text).unwrap().clone();
        ledger.trail(&id).unwrap().of(&value).cloned().unwrap()
    };
    assert_eq!(of(&ledger, "Quillfeather"), Told { run: Some(run.0), review: None });
    let seen = ledger.document(&id).unwrap().unwrap().record;
    let family = seen.values.iter().find(|value| value.extracted.field == Field::Family).unwrap();
    let decision = Decision::new("Rosalind", ValueId::of(&seen, family), Status::Corrected, "Quillfether");
    ledger.decide(std::slice::from_ref(&decision)).unwrap();
    let review = of(&ledger, "Quillfether").review.unwrap();
    let name = review.reviewer.unwrap();
    assert!(review.at > 0 && !name.contains("Rosalind") && uuid::Uuid::parse_str(&name).is_ok(), "{name}");
    let trail = ledger.trail(&id).unwrap();
    assert_eq!((trail.engines.as_str(), trail.rules.as_str()), ("engine 5", "u"));
    assert_eq!(ledger.place_of(&id).unwrap().map(|(_, ordinal)| ordinal), Some(1));
    assert_eq!(ledger.trail(&DocumentId::from_stored("none")).unwrap(), Trail::default());
}

#[test]
fn decisions_outlive_a_new_extraction() {
    let (_folder, path) = temp();
    let mut ledger = Ledger::create(&path, "one").unwrap();
    let fresh = prints("r", "u");
    let (run, _) = ledger.begin_run("engine", &fresh).unwrap();
    ledger.register(run, &[file("a.png", "A")]).unwrap();
    let key = ledger.claimable(&fresh, 1).unwrap()[0].key;
    ledger.record(run, &fresh, &result(key, "a.png", "A")).unwrap();
    let id = ValueId {
        sha256: Sha256::of(b"A"),
        ordinal: 1,
        page: PageNumber::new(1),
        item: None,
        field: Field::City,
        machine_value: "Salem".into(),
    };
    let decision = Decision::new("clerk", id, Status::Corrected, "Sale");
    assert!(!format!("{decision:?}").contains("Sale"));
    ledger.decide(std::slice::from_ref(&decision)).unwrap();
    ledger.record_understanding(run, key, "v", &result(key, "a.png", "A").documents).unwrap();
    let city = |ledger: &Ledger| records(ledger)[0].values.iter().find(|v| v.extracted.field == Field::City).cloned().unwrap();
    assert_eq!((city(&ledger).status, city(&ledger).extracted.value.as_str()), (Status::Corrected, "Sale"));
    let totals = ledger.totals(None).unwrap();
    assert_eq!((totals.values_accepted, totals.values_queued, totals.values_decided), (1, 0, 1));
    // What the machine says there now does not matter; what it says elsewhere is something else.
    let mut other = result(key, "a.png", "A");
    other.documents[0].values[1].extracted.value = "Salerno".into();
    ledger.record_understanding(run, key, "w", &other.documents).unwrap();
    assert_eq!((city(&ledger).status, city(&ledger).extracted.value.as_str()), (Status::Corrected, "Sale"));
    other.documents[0].values[1].extracted.place = Some(PercentBox { x: 50.0, y: 2.5, width: 10.0, height: 1.25 });
    ledger.record_understanding(run, key, "w", &other.documents).unwrap();
    assert_eq!(city(&ledger).status, Status::Review);
}

#[test]
fn the_audit_cannot_be_changed() {
    let (_folder, path) = temp();
    let mut ledger = Ledger::create(&path, "one").unwrap();
    ledger.audit("clerk", "looked", "1 document").unwrap();
    assert!(ledger.connection.execute("UPDATE audit SET actor = 'nobody'", []).is_err());
    assert!(ledger.connection.execute("DELETE FROM audit", []).is_err());
}
