//! What becomes of decisions when a source is understood anew: a table of what the machine said before, what a person said, what the machine says now.

use super::tests::{file, prints, result, temp};
use super::*;
use crate::model::*;

/// A ledger with one document, and what may be done to it.
struct Desk {
    ledger: Ledger,
    run: RunKey,
    key: SourceKey,
    _folder: tempfile::TempDir,
}

/// A value: item, field, text, left and top edge (percent).
type Row = (Option<u32>, Field, &'static str, Option<(f32, f32)>);

fn place((x, y): (f32, f32)) -> PercentBox {
    PercentBox { x, y, width: 10.0, height: 2.0 }
}

fn rows(rows: &[Row]) -> Vec<DecidedValue> {
    let one = |&(item, field, text, at): &Row| {
        let reason = if text.is_empty() { Reason::NotFound } else { Reason::LowConfidence };
        let mut value = DecidedValue::to_look_at(field, PageNumber::new(1), "test.rule", reason);
        value.extracted.item = item;
        value.extracted.value = text.to_owned();
        value.extracted.place = at.map(place);
        value
    };
    rows.iter().map(one).collect()
}

impl Desk {
    fn of(values: &[Row]) -> Self {
        let (folder, path) = temp();
        let mut ledger = Ledger::create(&path, "one").unwrap();
        let fresh = prints("r", "u");
        let (run, _) = ledger.begin_run("engine", &fresh).unwrap();
        ledger.register(run, &[file("a.png", "A")]).unwrap();
        let key = ledger.claimable(&fresh, 1).unwrap()[0].key;
        let mut all = result(key, "a.png", "A");
        all.documents[0].values = rows(values);
        ledger.record(run, &fresh, &all).unwrap();
        Self { ledger, run, key, _folder: folder }
    }

    fn id(&self, (item, field, text, _): Row) -> ValueId {
        let machine_value = text.to_owned();
        ValueId { sha256: Sha256::of(b"A"), ordinal: 1, page: PageNumber::new(1), item, field, machine_value }
    }

    fn say(&mut self, row: Row, status: Status, value: &str, moved_to: Option<(f32, f32)>) {
        let decision = Decision { moved_to: moved_to.map(place), ..Decision::new("ann", self.id(row), status, value) };
        self.ledger.decide(&[decision]).unwrap();
    }

    fn undo(&mut self, line: i64, row: Row) {
        let (id, circumstances) = (self.id(row), Circumstances::default());
        let transaction = self.ledger.connection.transaction().unwrap();
        chain::append(&transaction, &chain::Line { replaces: Some(line), ..chain::Line::of("ann", Act::Undo, &id, &circumstances) })
            .unwrap();
        transaction.commit().unwrap();
    }

    /// As another document of the source, its second one.
    fn understand(&mut self, values: &[Row]) {
        let mut all = result(self.key, "a.png", "A");
        all.documents[0].values = rows(values);
        all.documents[0].ordinal = 2;
        self.ledger.record_understanding(self.run, self.key, "v", &all.documents).unwrap();
    }

    /// Item, field, status and value of everything that is not as the machine left it, and the sums of the ledger agree with it.
    fn decided(&self) -> Vec<(Option<u32>, Field, &'static str, String)> {
        let record = self.ledger.documents().next().unwrap().unwrap();
        let totals = self.ledger.totals(None).unwrap();
        let waiting = record.values.iter().filter(|value| value.status == Status::Review).count() as u64;
        assert_eq!((totals.values_queued, totals.values_decided), (waiting, record.values.len() as u64 - waiting));
        let trail = self.ledger.trail(&record.id).unwrap();
        for value in &record.values {
            let looked = trail.of(value).is_some_and(|told| told.review.is_some());
            assert_eq!(looked, value.status != Status::Review || value.reasons == [Reason::Stale], "{value:?}");
        }
        let shown = |value: &DecidedValue| {
            let status = if value.reasons == [Reason::Stale] { "stale" } else { value.status.as_str() };
            (value.extracted.item, value.extracted.field, status, value.extracted.value.clone())
        };
        record.values.iter().map(shown).filter(|(_, _, status, _)| *status != "review").collect()
    }
}

const HERE: Option<(f32, f32)> = Some((10.0, 10.0));
const NEAR: Option<(f32, f32)> = Some((12.0, 10.0));
const THERE: Option<(f32, f32)> = Some((60.0, 50.0));
const CITY: Row = (None, Field::City, "Salern", HERE);

#[test]
fn a_decision_holds_where_page_field_and_place_agree_and_is_stale_where_they_do_not() {
    let corrected = |value: &str| vec![(None, Field::City, "corrected", value.to_owned())];
    let stale = |value: &str| vec![(None, Field::City, "stale", value.to_owned())];
    type Case = (Row, Status, &'static str, Option<(f32, f32)>, &'static [Row], Vec<(Option<u32>, Field, &'static str, String)>);
    let table: Vec<Case> = vec![
        // The machine says the same, in the same place, or nearly.
        (CITY, Status::Corrected, "Salem", None, &[CITY], corrected("Salem")),
        (CITY, Status::Corrected, "Salem", None, &[(None, Field::City, "Salern", NEAR)], corrected("Salem")),
        // It reads something else there: what the person said holds.
        (CITY, Status::Corrected, "Salem", None, &[(None, Field::City, "Salen", NEAR)], corrected("Salem")),
        // It has learnt to read it.
        (
            CITY,
            Status::Corrected,
            "Salem",
            None,
            &[(None, Field::City, "Salem", HERE)],
            vec![(None, Field::City, "verified", "Salem".into())],
        ),
        // It reads something else where a person had confirmed it.
        (CITY, Status::Verified, "Salern", None, &[(None, Field::City, "Salen", HERE)], corrected("Salern")),
        // Elsewhere, as another field, or nothing at all.
        (CITY, Status::Corrected, "Salem", None, &[(None, Field::City, "Salern", THERE)], stale("Salem")),
        (CITY, Status::Verified, "Salern", None, &[(None, Field::State, "OR", HERE)], stale("Salern")),
        (CITY, Status::Verified, "Salern", None, &[(None, Field::Family, "Quill", THERE)], stale("Salern")),
        // What was refused is gone without a word, and stays refused where the machine finds it again.
        (CITY, Status::Rejected, "", None, &[(None, Field::Family, "Quill", THERE)], vec![]),
        (CITY, Status::Rejected, "", None, &[(None, Field::City, "Salen", NEAR)], vec![(None, Field::City, "rejected", String::new())]),
        // A person moved it, and the machine follows.
        (
            CITY,
            Status::Corrected,
            "Salem",
            THERE,
            &[(None, Field::City, "Salem", THERE)],
            vec![(None, Field::City, "verified", "Salem".into())],
        ),
        (CITY, Status::Corrected, "Salem", THERE, &[CITY], corrected("Salem")),
        // Of what was not found: it stays with the field while nothing is found, and where it is found on its page.
        ((None, Field::City, "", None), Status::Corrected, "Salem", None, &[(None, Field::City, "", None)], corrected("Salem")),
        ((None, Field::City, "", None), Status::Corrected, "Salem", None, &[(None, Field::City, "Salern", HERE)], corrected("Salem")),
        (
            (None, Field::City, "", None),
            Status::Corrected,
            "Salem",
            THERE,
            &[(None, Field::City, "Salem", HERE)],
            vec![(None, Field::City, "verified", "Salem".into())],
        ),
        ((None, Field::City, "", None), Status::Rejected, "", None, &[(None, Field::City, "Salern", HERE)], vec![]),
        // Two places, none of which it named.
        (
            (None, Field::City, "", None),
            Status::Corrected,
            "Salem",
            None,
            &[(None, Field::City, "Salern", HERE), (None, Field::City, "Dallas", THERE)],
            stale("Salem"),
        ),
    ];
    for (number, (row, status, value, moved_to, now, wanted)) in table.into_iter().enumerate() {
        let mut desk = Desk::of(&[row]);
        desk.say(row, status, value, moved_to);
        desk.understand(now);
        assert_eq!(desk.decided(), wanted, "case {number}");
        // And the same once more: nothing depends on the order of understandings.
        desk.understand(&[row]);
        desk.understand(now);
        assert_eq!(desk.decided(), wanted, "case {number} again");
    }
}

#[test]
fn a_value_stands_where_a_person_moved_it() {
    let mut desk = Desk::of(&[CITY]);
    desk.say(CITY, Status::Corrected, "Salem", THERE);
    let record = desk.ledger.documents().next().unwrap().unwrap();
    assert_eq!(record.values[0].extracted.place, THERE.map(place));
}

#[test]
fn the_line_before_holds_again_when_one_is_taken_back() {
    let mut desk = Desk::of(&[CITY]);
    desk.say(CITY, Status::Verified, "Salern", None);
    desk.say(CITY, Status::Corrected, "Salem", None);
    assert_eq!(desk.decided(), [(None, Field::City, "corrected", "Salem".to_owned())]);
    desk.undo(2, CITY);
    assert_eq!(desk.decided(), [(None, Field::City, "verified", "Salern".to_owned())]);
    desk.undo(1, CITY);
    assert_eq!(desk.decided(), []);
    desk.say(CITY, Status::Rejected, "", None);
    assert_eq!(desk.decided(), [(None, Field::City, "rejected", String::new())]);
}

#[test]
fn what_a_person_says_of_a_stale_value_settles_it() {
    let mut desk = Desk::of(&[CITY]);
    desk.say(CITY, Status::Corrected, "Salem", None);
    let elsewhere = (None, Field::City, "Dallas", THERE);
    desk.understand(&[elsewhere]);
    let id = |desk: &Desk| {
        let record = desk.ledger.documents().next().unwrap().unwrap();
        let value = record.values.iter().find(|value| value.reasons == [Reason::Stale]).unwrap().clone();
        (ValueId::of(&record, &value), value.extracted.place)
    };
    let (stale, at) = id(&desk);
    assert_eq!(stale.machine_value, "");
    for (status, wanted) in [(Status::Verified, vec![(None, Field::City, "verified", "Salem".to_owned())]), (Status::Rejected, vec![])] {
        desk.ledger.decide(&[Decision { place: at, ..Decision::new("bo", stale.clone(), status, "Salem") }]).unwrap();
        assert_eq!(desk.decided(), wanted);
    }
}

#[test]
fn what_a_person_added_stays_and_can_be_changed() {
    let nothing = (None, Field::Family, "", None);
    let mut desk = Desk::of(&[nothing]);
    let missed = (None, Field::Phone, "", None);
    desk.say(missed, Status::Corrected, "+15035550100", THERE);
    assert_eq!(desk.decided(), [(None, Field::Phone, "corrected", "+15035550100".to_owned())]);
    desk.understand(&[nothing, CITY, (None, Field::Phone, "+15035550199", HERE)]);
    assert_eq!(desk.decided(), [(None, Field::Phone, "corrected", "+15035550100".to_owned())]);
    let record = desk.ledger.documents().next().unwrap().unwrap();
    let added = record.values.iter().find(|value| value.extracted.rule == ADDED).unwrap();
    assert_eq!((added.extracted.place, added.status.leaves()), (THERE.map(place), true));
    let changed =
        Decision { place: added.extracted.place, ..Decision::new("bo", ValueId::of(&record, added), Status::Corrected, "+15035550101") };
    desk.ledger.decide(&[changed]).unwrap();
    assert_eq!(desk.decided(), [(None, Field::Phone, "corrected", "+15035550101".to_owned())]);
    // The machine finds it where the person had seen it.
    desk.understand(&[nothing, (None, Field::Phone, "+15035550101", THERE)]);
    assert_eq!(desk.decided(), [(None, Field::Phone, "verified", "+15035550101".to_owned())]);
}

#[test]
fn a_dose_stays_with_its_medicine_when_the_list_is_counted_anew() {
    use Field::{DosageText, MedicationText};
    let (aspirin, lisinopril) = (Some((10.0, 20.0)), Some((10.0, 30.0)));
    let before = [(Some(1), MedicationText, "aspirin", aspirin), (Some(2), MedicationText, "lisinopril", lisinopril)];
    let mut desk = Desk::of(&before);
    desk.say((Some(2), DosageText, "", None), Status::Corrected, "10 mg", None);
    assert_eq!(desk.decided(), [(Some(2), DosageText, "corrected", "10 mg".to_owned())]);
    let metformin = Some((10.0, 25.0));
    let of = |item, text, at| (Some(item), MedicationText, text, at);
    // A medicine more before it.
    desk.understand(&[of(1, "aspirin", aspirin), of(2, "metformin", metformin), of(3, "lisinopril", lisinopril)]);
    assert_eq!(desk.decided(), [(Some(3), DosageText, "corrected", "10 mg".to_owned())]);
    // Its medicine is not found any more: it stands alone rather than beside another one.
    desk.understand(&[of(1, "aspirin", aspirin), of(2, "metformin", metformin)]);
    assert_eq!(desk.decided(), [(Some(3), DosageText, "corrected", "10 mg".to_owned())]);
    // Two values of one box, told apart by their items: one of them goes.
    let both = [(Some(1), DosageText, "5 mg", aspirin), (Some(2), DosageText, "6 mg", aspirin)];
    let mut desk = Desk::of(&both);
    desk.say(both[0], Status::Verified, "5 mg", None);
    desk.say(both[1], Status::Verified, "6 mg", None);
    desk.understand(&both[..1]);
    let kept = [(Some(1), DosageText, "verified", "5 mg".to_owned()), (Some(2), DosageText, "stale", "6 mg".to_owned())];
    assert_eq!(desk.decided(), kept);
}

#[test]
fn a_corrected_kind_is_the_kind_of_the_document() {
    let kind = (None, Field::DocumentType, DocumentKind::ProgressNote.as_str(), None);
    let mut desk = Desk::of(&[kind]);
    let other = DocumentKind::ALL.iter().copied().find(|kind| *kind != DocumentKind::ProgressNote).unwrap();
    desk.say(kind, Status::Corrected, other.as_str(), None);
    let now = |desk: &Desk| desk.ledger.documents().next().unwrap().unwrap().kind;
    assert_eq!(now(&desk), other);
    desk.undo(1, kind);
    assert_eq!(now(&desk), DocumentKind::ProgressNote);
}

#[test]
fn what_an_older_program_wrote_holds_by_the_value_alone() {
    let mut desk = Desk::of(&[CITY]);
    let transaction = desk.ledger.connection.transaction().unwrap();
    transaction
        .execute(
            "INSERT INTO decisions (id, decided_at, reviewer, act, sha256, ordinal, page, item, field, machine_value, status, outcome, value, circumstances)
             VALUES (1, 1, 'ann', 'decision', ?1, 1, 1, NULL, 'Patient.address.city', 'Salern', 'corrected', '', 'Salem', '{}')",
            [Sha256::of(b"A").to_string()],
        )
        .unwrap();
    transaction.commit().unwrap();
    desk.understand(&[(None, Field::City, "Salern", THERE)]);
    assert_eq!(desk.decided(), [(None, Field::City, "corrected", "Salem".to_owned())]);
    desk.understand(&[(None, Field::City, "Salen", HERE)]);
    assert_eq!(desk.decided(), [(None, Field::City, "stale", "Salem".to_owned())]);
}
