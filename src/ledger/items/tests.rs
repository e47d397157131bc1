//! What the ledger promises of items: who is handed what, that each is decided once, and that taking back leaves what was before.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::*;
use super::*;
use crate::model::*;

const KEY: &[u8] = b"a key of an archive";
const NOW: i64 = 1_800_000_000;

fn ledger() -> (tempfile::TempDir, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(&folder.path().join(FILE_NAME), "one").unwrap();
    // What is promised of power cuts is not tried here.
    ledger.connection.pragma_update(None, "synchronous", "OFF").unwrap();
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

fn verified(item: &Item) -> Doing {
    Doing {
        status: Some(Status::Verified),
        outcome: Some(Outcome::Verified),
        value: item.shown.clone(),
        ..Doing::plain(Act::Decision, Circumstances::default())
    }
}

fn keyed(value: &str) -> Doing {
    Doing { value: value.into(), ..Doing::plain(Act::Key, Circumstances::default()) }
}

fn put_off(until: i64) -> Doing {
    Doing { until, ..Doing::plain(Act::Postpone, Circumstances::default()) }
}

fn escalated() -> Doing {
    Doing { outcome: Some(Outcome::WrongDocument), ..Doing::plain(Act::Escalate, Circumstances::default()) }
}

fn now(ledger: &Ledger, item: &Item) -> Item {
    ledger.item(&item.name).unwrap().unwrap()
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
        "SELECT state, lane, mode, {} AS a, {} AS b, what, name, count(*) FROM
             (SELECT state, lane, mode, first_by, second_by, 'field' AS what, field AS name FROM items
              UNION ALL SELECT state, lane, mode, first_by, second_by, 'kind', kind FROM items
              UNION ALL SELECT state, lane, mode, first_by, second_by, 'reason', reason FROM items)
         GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7",
        keyed("first_by"),
        keyed("second_by")
    );
    assert_eq!(rows("SELECT * FROM item_counts ORDER BY 1, 2, 3, 4, 5, 6, 7"), rows(&counted));
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
        (0..30).map(|nth| of(nth, if nth.is_multiple_of(2) { Field::City } else { Field::Phone }, f64::from(nth % 10))).collect();
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

/// Documents of one item each, all of one field.
fn queue(n: u32, mode: Mode) -> Vec<Asked> {
    (0..n).map(|d| asked(d, vec![new(Lane::Queue, d, d, Field::City, mode, f64::from(d))])).collect()
}

#[test]
fn the_last_of_a_document_counts_half_as_much_again_and_what_waits_too_long_comes_first() {
    let (_folder, mut ledger) = ledger();
    let of = |document, nth, field, rank| new(Lane::Queue, document, nth, field, Mode::Confirm, rank);
    let documents = [
        asked(0, vec![of(0, 0, Field::City, 10.0), of(0, 1, Field::City, 9.0)]),
        asked(1, vec![of(1, 2, Field::City, 7.0)]),
        asked(2, vec![of(2, 3, Field::City, 6.0)]),
        asked(3, vec![of(3, 4, Field::Phone, 1.0)]),
    ];
    ledger.sync_items(&documents, 0).unwrap();
    let one = Claimable { run: 4, ..wanted() };
    let got = ledger.claim(&ann(), &one, NOW).unwrap();
    assert_eq!(numbers(&got), [2, 0, 1, 3]);
    assert_eq!(ledger.queue_counts("ann", NOW).unwrap().nearly, 3);
    let doing = verified(&got[1]);
    ledger.keep(&ann(), &got[1], &doing).unwrap().unwrap();
    assert_counted(&ledger);
    assert_eq!(ledger.queue_counts("ann", NOW).unwrap().nearly, 4);
    ledger.release("ann").unwrap();
    assert_eq!(numbers(&ledger.claim(&ann(), &one, NOW).unwrap()), [1, 2, 3]);
    // The cheap one has waited for longer than anything may.
    ledger.release("ann").unwrap();
    ledger.connection.execute("UPDATE items SET day = day - 20 WHERE item = 4", []).unwrap();
    let today = super::now();
    assert_eq!(numbers(&ledger.claim(&ann(), &one, today).unwrap()), [4]);
}

#[test]
fn checks_and_planted_errors_take_their_share_of_turns_in_an_order_that_a_key_draws() {
    let (_folder, mut ledger) = ledger();
    let fields = [Field::City, Field::Phone, Field::Family];
    let kind = |nth: u32| fields[nth as usize % 3];
    let mut items: Vec<NewItem> = (0..1200).map(|nth| new(Lane::Queue, 0, nth, kind(nth), Mode::Confirm, f64::from(nth))).collect();
    // A field of which nothing waits is checked all the same.
    items.extend(
        (0..200).map(|nth| new(Lane::Audit, 0, nth, if nth.is_multiple_of(4) { Field::State } else { kind(nth) }, Mode::Blind, 0.0)),
    );
    items.extend((0..60).map(|nth| new(Lane::Seed, 0, nth, kind(nth), Mode::Confirm, 0.0)));
    ledger.sync_items(&[asked(0, items.clone())], 0).unwrap();
    assert_eq!(ledger.queue_counts("ann", NOW).unwrap().open, 1460);
    let shares = Claimable { audit_share: 0.1, seed_share: 0.03, ..wanted() };
    let mut met: Vec<Item> = Vec::new();
    while met.len() < 800 {
        let got = ledger.claim(&ann(), &shares, NOW).unwrap();
        let alike = |item: &Item| (item.field(), item.kind) == (got[0].field(), got[0].kind);
        assert!(got.iter().all(alike), "{got:?}");
        for item in got {
            let doing = verified(&item);
            ledger.keep(&ann(), &item, &doing).unwrap().unwrap();
            met.push(item);
        }
    }
    let of = |lane: Lane| met.iter().filter(|item| item.lane == lane).count() as f64 / met.len() as f64;
    // Four standard deviations of a draw of 800 turns.
    assert!((of(Lane::Audit) - 0.1).abs() < 0.043, "{}", of(Lane::Audit));
    assert!((of(Lane::Seed) - 0.03).abs() < 0.025, "{}", of(Lane::Seed));
    assert!(met.iter().any(|item| item.field() == Field::State));
    // Within a field the names, which are keyed digests, make the order.
    for lane in [Lane::Audit, Lane::Seed] {
        let names: Vec<&str> = met.iter().filter(|i| i.lane == lane && i.field() == Field::City).map(|i| i.name.as_str()).collect();
        assert!(names.len() > 3 && names.is_sorted(), "{names:?}");
    }
    // Everything is handed out in the end.
    loop {
        let got = ledger.claim(&ann(), &shares, NOW).unwrap();
        if got.is_empty() {
            break;
        }
        for item in got {
            let doing = verified(&item);
            ledger.keep(&ann(), &item, &doing).unwrap().unwrap();
            met.push(item);
        }
    }
    assert_eq!(met.len(), 1460);
    assert_counted(&ledger);
}

#[test]
fn a_pair_is_keyed_by_two_people_and_settled_by_a_third_who_leads() {
    let (_folder, mut ledger) = ledger();
    ledger.sync_items(&queue(2, Mode::Double), 0).unwrap();
    let (bob, cid, lee) = (person("bob", Role::Reviewer), person("cid", Role::Reviewer), person("lee", Role::Lead));
    let got = ledger.claim(&ann(), &wanted(), NOW).unwrap();
    let (alike, apart) = (got[0].clone(), got[1].clone());
    ledger.keep(&ann(), &alike, &keyed("Salem")).unwrap().unwrap();
    ledger.keep(&ann(), &apart, &keyed("Salem")).unwrap().unwrap();
    let (alike, apart) = (now(&ledger, &alike), now(&ledger, &apart));
    assert_eq!((apart.state, apart.keyed_by.as_slice()), (ItemState::Second, ["ann".to_owned()].as_slice()));
    // Nobody keys twice.
    assert_eq!(ledger.keep(&ann(), &apart, &keyed("Eugene")).unwrap(), Err(apart.clone()));
    assert_eq!(ledger.claim(&ann(), &wanted(), NOW).unwrap(), []);
    assert_eq!(ledger.queue_counts("ann", NOW).unwrap().open, 0);
    assert_eq!(ledger.queue_counts("bob", NOW).unwrap().open, 2);
    assert_eq!(ledger.claim(&bob, &wanted(), NOW).unwrap().len(), 2);
    let said = Doing { status: Some(Status::Corrected), outcome: Some(Outcome::Corrected), value: "Salem".into(), ..verified(&alike) };
    ledger.keep(&bob, &alike, &said).unwrap().unwrap();
    ledger.keep(&bob, &apart, &keyed("Eugene")).unwrap().unwrap();
    let (alike, apart) = (now(&ledger, &alike), now(&ledger, &apart));
    assert_eq!((alike.state, apart.state), (ItemState::Final, ItemState::Conflict));
    // The first can no longer be taken back, and neither settles it.
    assert!(ledger.mine("ann", 50).unwrap().iter().all(|entry| !entry.undoable));
    assert_eq!(ledger.undo(&ann(), None, 600).unwrap(), None);
    let conflicts = Claimable { pool: Pool::Conflicts, ..wanted() };
    for who in [person("ann", Role::Lead), person("bob", Role::Lead), cid.clone()] {
        assert_eq!(ledger.keep(&who, &apart, &said).unwrap(), Err(apart.clone()), "{who:?}");
        assert_eq!(ledger.claim(&who, &conflicts, NOW).unwrap(), [], "{who:?}");
    }
    assert_eq!(ledger.queue_counts("lee", NOW).unwrap().conflicts, 1);
    assert_eq!(ledger.queue_counts("bob", NOW).unwrap().conflicts, 0);
    assert_eq!(ledger.claim(&lee, &wanted(), NOW).unwrap(), []);
    let got = ledger.claim(&lee, &conflicts, NOW).unwrap();
    assert_eq!(got.len(), 1);
    assert_eq!(ledger.keep(&lee, &got[0], &keyed("Bend")).unwrap(), Err(got[0].clone()));
    ledger.keep(&lee, &got[0], &said).unwrap().unwrap();
    let done = now(&ledger, &apart);
    assert_eq!((done.state, done.keyed_by), (ItemState::Final, vec!["ann".to_owned(), "bob".to_owned()]));
    assert_counted(&ledger);
    let figures = ledger.figures().unwrap();
    let pairs = |who: &str| (figures[who].paired, figures[who].agreed);
    assert_eq!((pairs("ann"), pairs("bob"), pairs("lee")), ((2, 1), (2, 1), (0, 0)));
}

#[test]
fn a_lead_is_not_handed_a_pair_that_nobody_else_could_settle() {
    let (_folder, mut ledger) = ledger();
    let lead = |ledger: &mut Ledger, name: &str| {
        assert!(ledger.add_account("test", &Account::new(name, Role::Lead)).unwrap());
    };
    ledger.sync_items(&queue(2, Mode::Double), 0).unwrap();
    lead(&mut ledger, "lee");
    let (lee, mia) = (person("lee", Role::Lead), person("mia", Role::Lead));
    assert_eq!(ledger.claim(&lee, &wanted(), NOW).unwrap(), []);
    lead(&mut ledger, "mia");
    let got = ledger.claim(&lee, &wanted(), NOW).unwrap();
    assert_eq!(got.len(), 2);
    ledger.keep(&lee, &got[0], &keyed("Salem")).unwrap().unwrap();
    ledger.release("lee").unwrap();
    // Of the two that wait, mia may begin one and not follow lee.
    assert_eq!(numbers(&ledger.claim(&mia, &wanted(), NOW).unwrap()), [0]);
    assert_eq!(numbers(&ledger.claim(&ann(), &wanted(), NOW).unwrap()), [1]);
}

#[test]
fn what_somebody_else_changed_or_holds_is_refused_and_a_group_is_kept_as_a_whole() {
    let (_folder, mut ledger) = ledger();
    ledger.sync_items(&queue(3, Mode::Confirm), 0).unwrap();
    let bob = person("bob", Role::Reviewer);
    let got = ledger.claim(&ann(), &wanted(), super::now()).unwrap();
    let said = verified(&got[0]);
    assert_eq!(ledger.keep(&bob, &got[0], &said).unwrap(), Err(got[0].clone()));
    ledger.release("ann").unwrap();
    // Nobody holds it: whoever has seen it may answer, once.
    ledger.keep(&bob, &got[0], &said).unwrap().unwrap();
    let done = now(&ledger, &got[0]);
    assert_eq!(ledger.keep(&ann(), &got[0], &said).unwrap(), Err(done.clone()));
    assert_eq!(ledger.keep(&ann(), &done, &said).unwrap(), Err(done.clone()));
    let all = |items: &[&Item]| -> Vec<Done> {
        items.iter().map(|item| Done { who: ann(), item: (*item).clone(), doing: verified(item) }).collect()
    };
    let line = ledger.last_line().unwrap();
    assert_eq!(ledger.keep_all(&all(&[&got[1], &got[0], &got[2]])).unwrap(), Err(vec![(1, done.clone())]));
    assert_eq!(ledger.keep_all(&all(&[&got[1], &got[1]])).unwrap().unwrap_err().len(), 1);
    assert_eq!((ledger.last_line().unwrap(), now(&ledger, &got[1]).state), (line, ItemState::Open));
    assert_eq!(ledger.keep_all(&all(&[&got[1], &got[2]])).unwrap(), Ok(vec![line + 1, line + 2]));
    assert_eq!(
        ledger.keep(&person("eve", Role::Auditor), &done, &Doing::plain(Act::Note, Circumstances::default())).unwrap(),
        Err(done.clone())
    );
    // A remark changes nothing, whoever has the item.
    ledger.keep(&ann(), &got[0], &Doing::plain(Act::Note, Circumstances::default())).unwrap().unwrap();
    assert_eq!(now(&ledger, &done), done);
    assert_counted(&ledger);
}

#[test]
fn what_is_put_off_comes_back_and_what_is_escalated_goes_to_a_lead() {
    let (_folder, mut ledger) = ledger();
    ledger.sync_items(&queue(3, Mode::Confirm), 0).unwrap();
    let at = super::now();
    let got = ledger.claim(&ann(), &wanted(), at).unwrap();
    ledger.keep(&ann(), &got[0], &put_off(at + 1800)).unwrap().unwrap();
    ledger.keep(&ann(), &got[1], &escalated()).unwrap().unwrap();
    ledger.release("ann").unwrap();
    let counts = ledger.queue_counts("ann", at).unwrap();
    assert_eq!((counts.open, counts.postponed, counts.escalated), (1, 1, 1));
    assert_eq!(ledger.queue_counts("bob", at).unwrap().postponed, 0);
    assert_eq!(ledger.queue_counts("ann", at + 1800).unwrap().open, 2);
    let bob = person("bob", Role::Reviewer);
    assert_eq!(ledger.claim(&bob, &wanted(), at + 1799).unwrap().len(), 1);
    ledger.release("bob").unwrap();
    assert_eq!(ledger.claim(&bob, &wanted(), at + 1800).unwrap().len(), 2);
    let given = Claimable { pool: Pool::Escalated, ..wanted() };
    assert_eq!(ledger.claim(&bob, &given, at).unwrap(), []);
    let lee = person("lee", Role::Lead);
    let got = ledger.claim(&lee, &given, at).unwrap();
    assert_eq!(ledger.keep(&bob, &got[0], &verified(&got[0])).unwrap(), Err(got[0].clone()));
    ledger.keep(&lee, &got[0], &verified(&got[0])).unwrap().unwrap();
    assert_counted(&ledger);
}

#[test]
fn a_run_understood_anew_keeps_what_people_did() {
    let (_folder, mut ledger) = ledger();
    let item = |nth| new(Lane::Queue, 0, nth, Field::City, Mode::Double, 1.0);
    ledger.sync_items(&[asked(0, vec![item(0), item(1), item(2), item(3)])], 0).unwrap();
    let got = ledger.claim(&ann(), &wanted(), super::now()).unwrap();
    ledger.keep(&ann(), &got[0], &keyed("Salem")).unwrap().unwrap();
    ledger.keep(&ann(), &got[1], &verified(&got[1])).unwrap().unwrap();
    let seen = ledger.last_line().unwrap();
    // The second of four is decided and is not asked any more; the others go over to a second document, and somebody else reads them better.
    let mut moved = vec![item(0), item(2), item(3)];
    moved[1].rank = 3.0;
    moved[2].shown = "Eugene".into();
    let second = Asked { ordinal: 2, ..asked(0, moved.clone()) };
    assert_eq!(ledger.sync_items(&[asked(0, vec![]), second.clone()], seen).unwrap(), 0);
    assert_counted(&ledger);
    let states: Vec<(ItemState, u32, i64)> =
        got.iter().map(|item| now(&ledger, item)).map(|item| (item.state, item.id.ordinal, item.version)).collect();
    use ItemState::{Final, Gone, Open, Second};
    assert_eq!(states, [(Second, 2, 1), (Final, 1, 1), (Open, 2, 0), (Open, 2, 1)]);
    assert_eq!(now(&ledger, &got[2]).claim.map(|(who, _)| who).as_deref(), Some("ann"));
    // Gone, and back: who has keyed it has keyed it.
    assert_eq!(ledger.sync_items(&[Asked { ordinal: 2, ..asked(0, vec![]) }], seen).unwrap(), 0);
    assert_eq!(now(&ledger, &got[0]).state, Gone);
    assert_eq!(ledger.claim(&ann(), &wanted(), super::now()).unwrap(), []);
    assert_eq!(ledger.sync_items(std::slice::from_ref(&second), seen).unwrap(), 3);
    assert_eq!((now(&ledger, &got[0]).state, now(&ledger, &got[0]).keyed_by), (Second, vec!["ann".to_owned()]));
    // What is decided stays so when it is asked as before.
    assert_eq!(ledger.sync_items(&[asked(0, vec![item(1)])], seen).unwrap(), 0);
    assert_eq!(now(&ledger, &got[1]).state, Final);
    assert_counted(&ledger);
    // What a person has taken back meanwhile does not go with a list that was made before.
    ledger.undo(&ann(), None, 600).unwrap().unwrap();
    assert_eq!(now(&ledger, &got[1]).state, Open);
    ledger.sync_items(&[asked(0, vec![])], seen).unwrap();
    assert_eq!(now(&ledger, &got[1]).state, Open);
    ledger.sync_items(&[asked(0, vec![])], ledger.last_line().unwrap()).unwrap();
    assert_eq!(now(&ledger, &got[1]).state, Gone);
    assert_eq!(ledger.retire_items().unwrap(), 3);
    assert_eq!(ledger.queue_counts("bob", NOW).unwrap(), QueueCounts::default());
    assert_counted(&ledger);
}

#[test]
fn a_stale_value_is_asked_again_and_its_old_lines_are_of_another_question() {
    let (_folder, mut ledger) = ledger();
    let mut item = new(Lane::Queue, 0, 0, Field::City, Mode::Confirm, 1.0);
    ledger.sync_items(&[asked(0, vec![item.clone()])], 0).unwrap();
    let got = ledger.claim(&ann(), &wanted(), super::now()).unwrap();
    let first = ledger.keep(&ann(), &got[0], &verified(&got[0])).unwrap().unwrap();
    item.reasons = vec![Reason::Stale];
    // Seen before it was decided: not asked again.
    assert_eq!(ledger.sync_items(&[asked(0, vec![item.clone()])], first - 1).unwrap(), 0);
    assert_eq!(ledger.sync_items(&[asked(0, vec![item.clone()])], first).unwrap(), 1);
    assert_eq!(now(&ledger, &got[0]).state, ItemState::Open);
    assert_eq!(ledger.undo(&ann(), Some(first), 600).unwrap(), None);
    let got = ledger.claim(&ann(), &wanted(), super::now()).unwrap();
    let second = ledger.keep(&ann(), &got[0], &verified(&got[0])).unwrap().unwrap();
    let replaced: Option<i64> =
        ledger.connection.query_row("SELECT replaces FROM decisions WHERE id = ?1", [second], |row| row.get(0)).unwrap();
    assert_eq!(replaced, Some(first));
    assert_eq!(ledger.undo(&ann(), None, 600).unwrap().unwrap().item.unwrap().state, ItemState::Open);
    assert_counted(&ledger);
}

#[test]
fn an_answer_is_taken_back_until_it_has_left_or_somebody_has_gone_on_from_it() {
    let (_folder, mut ledger) = ledger();
    ledger.sync_items(&queue(60, Mode::Confirm), 0).unwrap();
    let at = super::now();
    let items = ledger.claim(&ann(), &Claimable { run: 60, ..wanted() }, at).unwrap();
    let lines: Vec<i64> = items.iter().map(|item| ledger.keep(&ann(), item, &verified(item)).unwrap().unwrap()).collect();
    let mine = ledger.mine("ann", 60).unwrap();
    assert_eq!(mine.iter().map(|entry| entry.line).collect::<Vec<_>>(), lines.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(mine.iter().filter(|entry| entry.undoable).count(), UNDO);
    assert_eq!(ledger.undo(&ann(), Some(lines[9]), 600).unwrap(), None);
    assert_eq!(ledger.undo(&person("bob", Role::Reviewer), Some(lines[59]), 600).unwrap(), None);
    let back = ledger.undo(&ann(), Some(lines[10]), 600).unwrap().unwrap();
    assert_eq!((back.entry.line, back.item.as_ref().unwrap().name.as_str()), (lines[10], items[10].name.as_str()));
    let held = back.item.unwrap();
    assert_eq!((held.state, held.claim.clone().unwrap().0.as_str()), (ItemState::Open, "ann"));
    // It comes first when items are handed out, and its line is no more among the last ones.
    assert_eq!(ledger.claim(&ann(), &wanted(), at).unwrap()[0].name, held.name);
    assert_eq!(ledger.undo(&ann(), Some(lines[10]), 600).unwrap(), None);
    // An export has taken everything out of the archive up to a line.
    ledger
        .connection
        .execute(
            "INSERT INTO checkpoints (at, why, lines, head, public, signature) VALUES (?1, 'export', ?2, '', '', '')",
            params![at, lines[40]],
        )
        .unwrap();
    assert_eq!(ledger.undo(&ann(), Some(lines[40]), 600).unwrap(), None);
    assert!(ledger.undo(&ann(), Some(lines[41]), 600).unwrap().is_some());
    assert_eq!(ledger.mine("ann", 60).unwrap().iter().filter(|entry| entry.undoable).count(), 18);
    assert_counted(&ledger);
}

#[test]
fn a_group_is_of_one_value_with_planted_errors_among_it() {
    let (_folder, mut ledger) = ledger();
    let item =
        |lane, nth: u32, shown: &str, rank| NewItem { shown: shown.into(), ..new(lane, nth, nth, Field::Gender, Mode::Confirm, rank) };
    let mut items: Vec<NewItem> =
        (0..50).map(|nth| item(Lane::Queue, nth, if nth.is_multiple_of(2) { "female" } else { "male" }, f64::from(nth))).collect();
    items.extend((50..60).map(|nth| item(Lane::Queue, nth, "", 100.0)));
    items.extend((60..80).map(|nth| item(Lane::Seed, nth, "male", 0.0)));
    let documents: Vec<Asked> = items.into_iter().map(|item| asked(item.id.item.unwrap(), vec![item])).collect();
    ledger.sync_items(&documents, 0).unwrap();
    let group = Claimable { pool: Pool::Group, field: Some(Field::Gender), seed_share: 0.3, run: 30, ..wanted() };
    let got = ledger.claim(&ann(), &group, NOW).unwrap();
    assert!(got.len() > 25 && got.iter().all(|item| item.shown == "male"), "{got:?}");
    assert!(got.iter().any(|item| item.lane == Lane::Seed));
    let bob = person("bob", Role::Reviewer);
    assert!(ledger.claim(&bob, &group, NOW).unwrap().iter().all(|item| item.shown == "female"));
    ledger.release("bob").unwrap();
    assert_eq!(ledger.claim(&bob, &Claimable { field: None, ..group }, NOW).unwrap(), []);
}

#[test]
fn figures_and_pace_are_of_what_stands() {
    let (_folder, mut ledger) = ledger();
    let mut documents = queue(30, Mode::Confirm);
    documents.extend((30..40).map(|d| asked(d, vec![new(Lane::Seed, d, d, Field::City, Mode::Confirm, 0.0)])));
    ledger.sync_items(&documents, 0).unwrap();
    assert_eq!(ledger.pace(Some("ann")).unwrap(), None);
    let items = ledger.claim(&ann(), &Claimable { run: 40, ..wanted() }, NOW).unwrap();
    let (queue, seeds): (Vec<Item>, Vec<Item>) = (0..30)
        .map(|d| now(&ledger, &items[d]))
        .chain(documents[30..].iter().map(|d| ledger.item(&d.items[0].name).unwrap().unwrap()))
        .partition(|i| i.lane == Lane::Queue);
    for (nth, item) in queue.iter().enumerate() {
        let mut doing = verified(item);
        doing.circumstances.measured.active_ms = 1000 + nth as u32;
        if nth < 6 {
            (doing.status, doing.outcome) = (Some(Status::Corrected), Some(Outcome::Corrected));
        }
        ledger.keep(&ann(), item, &doing).unwrap().unwrap();
    }
    for (nth, item) in seeds.iter().enumerate() {
        let outcome = if nth < 7 { Outcome::Corrected } else { Outcome::Verified };
        ledger.keep(&ann(), item, &Doing { act: Act::Seed, status: None, outcome: Some(outcome), ..verified(item) }).unwrap().unwrap();
    }
    ledger.undo(&ann(), None, 600).unwrap().unwrap();
    let figures = ledger.figures().unwrap();
    let expected =
        Work { answered: 39, timed: 30, active_ms: 30_435, verified: 24, corrected: 6, seeded: 9, caught: 7, paired: 0, agreed: 0 };
    assert_eq!(figures, BTreeMap::from([("ann".to_owned(), expected)]));
    assert_eq!(ledger.pace(Some("ann")).unwrap(), Some(1015));
    assert_eq!(ledger.pace(None).unwrap(), Some(1015));
    assert_eq!(ledger.pace(Some("bob")).unwrap(), None);
    assert_eq!(ledger.paces().unwrap(), BTreeMap::from([(Field::City, 1015)]));
    assert_counted(&ledger);
}

#[test]
fn eight_at_once_decide_each_of_a_thousand_items_exactly_once() {
    let (_folder, mut ledger) = ledger();
    let fields = [Field::City, Field::Phone, Field::Family, Field::State];
    let items =
        |d: u32| (0..10).map(|nth| new(Lane::Queue, d, d * 10 + nth, fields[(nth % 4) as usize], Mode::Confirm, f64::from(nth))).collect();
    ledger.sync_items(&(0..100).map(|d| asked(d, items(d))).collect::<Vec<_>>(), 0).unwrap();
    let path = ledger.path.clone();
    let answered: Vec<usize> = std::thread::scope(|scope| {
        let work = |nth: usize| {
            let path = &path;
            scope.spawn(move || {
                let who = person(&format!("r{nth}"), Role::Reviewer);
                let mut ledger = Ledger::open(path).unwrap();
                let mut kept = 0;
                loop {
                    let got = ledger.claim(&who, &Claimable { run: 7, ..wanted() }, super::now()).unwrap();
                    if got.is_empty() && ledger.queue_counts(&who.name, super::now()).unwrap().open == 0 {
                        return kept;
                    }
                    for item in got {
                        assert!(ledger.keep(&who, &item, &verified(&item)).unwrap().is_ok());
                        // A second time, as a page does that has had no answer.
                        assert!(ledger.keep(&who, &item, &verified(&item)).unwrap().is_err());
                        kept += 1;
                    }
                }
            })
        };
        let threads: Vec<_> = (0..8).map(work).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answered.iter().sum::<usize>(), 1000);
    let lines: (i64, i64) = ledger
        .connection
        .query_row("SELECT count(*), count(DISTINCT item_name) FROM decisions WHERE act = 'decision'", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(lines, (1000, 1000));
    assert_counted(&ledger);
}

/// What one of three people tries with one of four items.
#[derive(Clone, Copy, Debug)]
enum Try {
    Do(usize, usize, Act),
    Undo(usize, Option<usize>),
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let act = prop_oneof![
        4 => Just(Act::Key), 4 => Just(Act::Decision), 1 => Just(Act::Postpone), 1 => Just(Act::Escalate), 1 => Just(Act::Note)
    ];
    let one = prop_oneof![
        3 => (0..3_usize, 0..4_usize, act).prop_map(|(who, item, act)| Try::Do(who, item, act)),
        2 => (0..3_usize, prop::option::of(0..6_usize)).prop_map(|(who, nth)| Try::Undo(who, nth)),
    ];
    prop::collection::vec(one, 1..40)
}

fn doing(item: &Item, act: Act) -> Doing {
    match act {
        Act::Decision => verified(item),
        Act::Postpone => put_off(NOW),
        Act::Escalate => escalated(),
        Act::Key => keyed("Salem"),
        other => Doing::plain(other, Circumstances::default()),
    }
}

/// Everything that people's deeds make of an item; versions count on, and who took it back holds it.
fn made_of(ledger: &Ledger, names: &[String]) -> Vec<String> {
    let of = |name: &String| {
        ledger
            .connection
            .query_row(
                "SELECT state, first_by, second_by, agreed, not_before, put_off_by, urgency FROM items WHERE name = ?1",
                [name],
                |row| {
                    (0..7)
                        .map(|at| row.get::<_, rusqlite::types::Value>(at).map(|v| format!("{v:?}")))
                        .collect::<rusqlite::Result<Vec<_>>>()
                },
            )
            .unwrap()
            .join(" ")
    };
    names.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is done and taken back, what is left is as if what was taken back had never been done.
    #[test]
    fn what_is_taken_back_was_never_done(tries in tries()) {
        let people = [ann(), person("bob", Role::Reviewer), person("lee", Role::Lead)];
        let documents = [queue(2, Mode::Confirm), queue(4, Mode::Double)[2..].to_vec()].concat();
        let names: Vec<String> = documents.iter().map(|document| document.items[0].name.clone()).collect();
        let (_one, mut ledger) = ledger();
        ledger.sync_items(&documents, 0).unwrap();
        // Who has done what and has not taken it back, by the line.
        let mut standing: BTreeMap<i64, (usize, usize, Act)> = BTreeMap::new();
        for one in tries {
            match one {
                Try::Do(who, at, act) => {
                    // What was taken back is held by who did it.
                    people.iter().for_each(|person| { ledger.release(&person.name).unwrap(); });
                    let item = ledger.item(&names[at]).unwrap().unwrap();
                    if let Ok(line) = ledger.keep(&people[who], &item, &doing(&item, act)).unwrap() {
                        standing.insert(line, (who, at, act));
                    }
                }
                Try::Undo(who, nth) => {
                    let mine = ledger.mine(&people[who].name, UNDO).unwrap();
                    let wanted = nth.and_then(|nth| mine.get(nth)).or(mine.first());
                    let undone = ledger.undo(&people[who], nth.and(wanted).map(|entry| entry.line), 600).unwrap();
                    prop_assert_eq!(undone.is_some(), wanted.is_some_and(|entry| entry.undoable));
                    if let Some(undone) = undone {
                        standing.remove(&undone.entry.line).unwrap();
                    }
                }
            }
        }
        assert_counted(&ledger);
        let (_other, mut again) = super::tests::ledger();
        again.sync_items(&documents, 0).unwrap();
        for (who, at, act) in standing.into_values() {
            let item = again.item(&names[at]).unwrap().unwrap();
            prop_assert!(again.keep(&people[who], &item, &doing(&item, act)).unwrap().is_ok());
        }
        prop_assert_eq!(made_of(&ledger, &names), made_of(&again, &names));
        prop_assert_eq!(ledger.figures().unwrap().into_iter().filter(|(_, work)| *work != Work::default()).collect::<BTreeMap<_, _>>(), again.figures().unwrap());
    }
}
