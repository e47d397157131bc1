//! What the ledger promises of items: who is handed what, that each is decided once, and that taking back leaves what was before.

use super::super::*;
use super::*;
use crate::model::*;

const KEY: &[u8] = b"a key of an archive";
const NOW: i64 = 1_800_000_000;

fn ledger() -> (tempfile::TempDir, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(&folder.path().join(FILE_NAME), "one").unwrap();
    (folder, ledger)
}

fn person(name: &str, role: Role) -> Reviewer {
    Reviewer { name: name.into(), role, session: "s".into() }
}

fn ann() -> Reviewer {
    person("ann", Role::Reviewer)
}

fn digest(of: u32) -> Sha256 {
    Sha256::of(&of.to_le_bytes())
}

/// The `nth` item of a document: a field a number, so that items of one document are told apart by them.
fn new(lane: Lane, document: u32, nth: u32, field: Field, mode: Mode, rank: f64) -> NewItem {
    let id = ValueId {
        sha256: digest(document),
        ordinal: 1,
        page: PageNumber::new(1),
        item: Some(nth),
        field,
        machine_value: format!("value {nth}"),
    };
    NewItem {
        name: item_name(KEY, lane, &id),
        lane,
        id,
        document: format!("{document}.png"),
        kind: DocumentKind::ProgressNote,
        place: Some(PercentBox { x: 1.0, y: 2.0, width: 3.0, height: 4.0 }),
        shown: format!("value {nth}"),
        confidence: 0.5,
        reasons: vec![Reason::LowConfidence],
        rank,
        mode,
    }
}

fn asked(document: u32, items: Vec<NewItem>) -> Asked {
    Asked { sha256: digest(document), ordinal: 1, items }
}

fn wanted() -> Claimable {
    Claimable { count: 100, run: 20, lease: 600, oldest_days: 14, key: KEY.to_vec(), ..Claimable::default() }
}

fn numbers(items: &[Item]) -> Vec<u32> {
    items.iter().map(|item| item.id.item.unwrap()).collect()
}

/// The counts that triggers keep are those that counting gives.
fn assert_counted(ledger: &Ledger) {
    let rows = |sql: &str| -> Vec<String> {
        let mut statement = ledger.connection.prepare(sql).unwrap();
        let width = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..width).map(|at| row.get::<_, rusqlite::types::Value>(at).map(|v| format!("{v:?}"))).collect::<rusqlite::Result<Vec<_>>>()
        });
        rows.unwrap().map(|row| row.unwrap().join(" ")).collect()
    };
    let keyed = |column: &str| format!("CASE WHEN state IN ('second', 'conflict') THEN {column} ELSE '' END");
    let counted = format!(
        "SELECT state, lane, mode, {} AS a, {} AS b, field, kind, reason, count(*) FROM items GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8",
        keyed("first_by"),
        keyed("second_by")
    );
    assert_eq!(rows("SELECT * FROM item_counts ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"), rows(&counted));
    let waits = "lane = 'queue' AND state IN ('open', 'second', 'conflict', 'escalated')";
    let by_document = format!("SELECT sha256, ordinal, count(*) FROM items WHERE {waits} GROUP BY 1, 2 ORDER BY 1, 2");
    assert_eq!(rows("SELECT * FROM open_by_document ORDER BY 1, 2"), rows(&by_document));
    assert_eq!(rows("SELECT n FROM nearly_done"), rows("SELECT count(*) FROM open_by_document WHERE n = 1"));
    let dear = format!(
        "SELECT id FROM items WHERE {waits} AND urgency <> rank * CASE (SELECT n FROM open_by_document AS d WHERE d.sha256 = items.sha256
         AND d.ordinal = items.ordinal) WHEN 1 THEN 1.5 ELSE 1.0 END"
    );
    assert_eq!(rows(&dear), Vec::<String>::new());
    let answers = "SELECT reviewer, act, status, outcome, count(*) FROM decisions WHERE act IN ('decision', 'key', 'seed')
         AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.act = 'undo' AND u.replaces = decisions.id) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4";
    assert_eq!(rows("SELECT reviewer, act, status, outcome, n FROM answer_counts WHERE n > 0 ORDER BY 1, 2, 3, 4"), rows(answers));
}

#[test]
fn a_run_is_of_one_field_and_the_dearest_first_and_held_by_one() {
    let (_folder, mut ledger) = ledger();
    let of = |nth: u32, field, rank| new(Lane::Queue, nth / 10, nth, field, Mode::Confirm, rank);
    let items: Vec<NewItem> =
        (0..30).map(|nth| of(nth, if nth % 2 == 0 { Field::City } else { Field::Phone }, f64::from(nth % 10))).collect();
    let documents: Vec<Asked> = (0..3).map(|d| asked(d, items[d as usize * 10..][..10].to_vec())).collect();
    assert_eq!(ledger.sync_items(&documents, 0).unwrap(), 30);
    assert_eq!(ledger.sync_items(&documents, 0).unwrap(), 0);
    assert_counted(&ledger);
    let got = ledger.claim(&ann(), &Claimable { count: 4, ..wanted() }, NOW).unwrap();
    assert!(got.iter().all(|item| item.field() == Field::Phone), "{got:?}");
    assert_eq!(numbers(&got), [9, 19, 29, 7]);
    // The rest of the run, and nothing beyond it while most of it is to be done.
    let have: Vec<String> = got.iter().map(|item| item.name.clone()).collect();
    let more = ledger.claim(&ann(), &Claimable { have, ..wanted() }, NOW).unwrap();
    assert_eq!(more.len(), 11);
    let have: Vec<String> = got.iter().chain(&more).map(|item| item.name.clone()).collect();
    assert_eq!(ledger.claim(&ann(), &Claimable { have, ..wanted() }, NOW).unwrap(), []);
    // Somebody else has the other field; a third one nothing, until a lease is over.
    let bob = person("bob", Role::Reviewer);
    assert!(ledger.claim(&bob, &wanted(), NOW).unwrap().iter().all(|item| item.field() == Field::City));
    let cid = person("cid", Role::Reviewer);
    assert_eq!(ledger.claim(&cid, &wanted(), NOW + 599).unwrap(), []);
    assert_eq!(numbers(&ledger.claim(&cid, &wanted(), NOW + 600).unwrap())[..4], [9, 19, 29, 7]);
    assert_eq!(ledger.release("cid").unwrap(), 15);
    assert_eq!(ledger.claim(&person("eve", Role::Auditor), &wanted(), NOW + 9999).unwrap(), []);
}
