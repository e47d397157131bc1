//! What becomes of an answer: what holds, what is asked once more, what is one of two entries.

use super::typed::{self, Typed};
use crate::extract::Vocabulary;
use crate::ledger::{Answer, Doing, KeyedEntry};
use crate::model::{Act, AuditOutcome, Circumstances, DocumentRecord, Field, Item, ItemState, Lane, Mode, Outcome, PercentBox, Status};
use crate::review::desk::{DeskError, Given};

/// Said of a blind entry that differs from what was read: it tells no more than that.
pub(super) const DIFFERS: &str = "This differs from another reading. Look once more: key it anew, or keep it as it is.";
const EMPTY: &str = "nothing stands in the box: say that the paper is empty there, that it cannot be read, or that there is no such field";

/// An answer, and what it is held against.
pub(super) struct Case<'a> {
    pub item: &'a Item,
    pub given: &'a Given,
    /// The document, without what is asked blindly elsewhere.
    pub record: &'a DocumentRecord,
    pub vocabulary: &'a Vocabulary,
    /// What others have keyed of the item.
    pub entries: &'a [KeyedEntry],
    /// The audit whose item it is: its row.
    pub audit: Option<i64>,
    pub reviewer: &'a str,
    pub moved_to: Option<PercentBox>,
    pub circumstances: Circumstances,
}

/// What becomes of an answer.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is asked once more.
    Ask(String),
    /// It is kept so.
    Keep(Box<Doing>),
}

/// What somebody says of a place.
enum Said {
    Value(Typed),
    Nothing(Outcome),
}

/// Weighs an answer.
///
/// # Errors
/// What cannot stand in the field.
pub(super) fn weigh(case: Case<'_>) -> Result<Verdict, DeskError> {
    let Case { item, given, .. } = &case;
    if given.outcome == Outcome::WrongDocument {
        return Ok(Verdict::Keep(Box::new(Doing {
            outcome: Some(Outcome::WrongDocument),
            ..Doing::plain(Act::Escalate, case.circumstances)
        })));
    }
    let said = said(item, given, case.vocabulary)?;
    let settles = matches!(item.state, ItemState::Conflict | ItemState::Escalated);
    let unchanged = item.mode == Mode::Confirm && matches!(&said, Said::Value(typed) if typed.text() == item.shown);
    if let (Said::Value(typed), false) = (&said, unchanged) {
        if let Some(refusal) = typed::refusal(typed) {
            return Err(DeskError::Unclear(refusal));
        }
        if let Some(objection) = objection(&case, typed).filter(|_| !given.insist) {
            return Ok(Verdict::Ask(objection));
        }
    }
    // Who settles has seen what there is, so that nothing is asked back; a pair is held against one another and not against the machine.
    let alone = item.mode == Mode::Blind && !settles;
    if alone && !given.insist && !item.id.machine_value.is_empty() && !agrees(item, &said) {
        return Ok(Verdict::Ask(DIFFERS.to_owned()));
    }
    Ok(Verdict::Keep(Box::new(deed(case, said, settles))))
}

fn said(item: &Item, given: &Given, vocabulary: &Vocabulary) -> Result<Said, DeskError> {
    if given.value.chars().count() > typed::LONGEST {
        return Err(DeskError::Unclear(format!("at most {} characters", typed::LONGEST)));
    }
    match given.outcome {
        Outcome::Verified | Outcome::Corrected => {
            let typed = Typed::new(item.field(), &given.value, vocabulary);
            if !typed.text().is_empty() {
                return Ok(Said::Value(typed));
            }
            // That nothing was found may be confirmed: the paper has no such value.
            let nothing = item.mode == Mode::Confirm && item.shown.is_empty() && given.outcome == Outcome::Verified;
            if nothing { Ok(Said::Nothing(Outcome::Blank)) } else { Err(DeskError::Unclear(EMPTY.to_owned())) }
        }
        outcome => Ok(Said::Nothing(outcome)),
    }
}

/// What rules say against a typed value.
fn objection(case: &Case<'_>, typed: &Typed) -> Option<String> {
    let field = case.item.field();
    typed::objection(field, typed.text(), case.vocabulary, typed::this_year())
        .or_else(|| typed::conflict(field, &typed.value(), case.record, case.vocabulary))
}

/// Whether somebody says what the machine says.
fn agrees(item: &Item, said: &Said) -> bool {
    match said {
        Said::Value(typed) => typed.is(&item.id.machine_value),
        Said::Nothing(_) => item.id.machine_value.is_empty(),
    }
}

fn deed(case: Case<'_>, said: Said, settles: bool) -> Doing {
    let Case { item, entries, audit, reviewer, moved_to, circumstances, vocabulary, .. } = case;
    let base = Doing { moved_to, ..Doing::plain(Act::Decision, circumstances) };
    match item.lane {
        Lane::Seed => {
            let (outcome, value) = match &said {
                Said::Value(typed) if typed.is(&item.shown) => (Outcome::Verified, item.shown.clone()),
                Said::Value(typed) => (Outcome::Corrected, typed.value()),
                Said::Nothing(outcome) => (*outcome, String::new()),
            };
            return Doing { act: Act::Seed, outcome: Some(outcome), value, moved_to: None, ..base };
        }
        Lane::Queue | Lane::Audit => {}
    }
    if item.mode == Mode::Double && !settles {
        let second = item.state == ItemState::Second;
        let alike = second && entries.last().is_some_and(|entry| same_entry(item.field(), entry, &said, vocabulary));
        if !alike {
            let (outcome, value) = match said {
                // As it was typed: how it is to be read is asked when the other entry is there.
                Said::Value(typed) => (Outcome::Corrected, typed.text().to_owned()),
                Said::Nothing(outcome) => (outcome, String::new()),
            };
            return Doing { act: Act::Key, outcome: Some(outcome), value, ..base };
        }
    }
    let right = agrees(item, &said);
    let answer = audit.map(|audit| Answer {
        audit,
        reviewer: reviewer.to_owned(),
        outcome: match &said {
            Said::Value(_) => AuditOutcome::Value,
            Said::Nothing(Outcome::Illegible) => AuditOutcome::Illegible,
            Said::Nothing(_) => AuditOutcome::Absent,
        },
        value: match &said {
            Said::Value(typed) => typed.text().to_owned(),
            Said::Nothing(_) => String::new(),
        },
        right,
    });
    // What is confirmed is what is shown; what is keyed blindly is held against what the machine says.
    let held_against = if item.mode == Mode::Confirm { &item.shown } else { &item.id.machine_value };
    let (status, outcome, value) = match said {
        Said::Value(typed) if typed.is(held_against) => (Status::Verified, Outcome::Verified, held_against.clone()),
        // A test that no list knows has no code: the machine's goes, and nothing takes its place.
        Said::Value(typed) if item.field() == Field::ObservationLoinc && !typed.has_form() => {
            (Status::Rejected, Outcome::Absent, String::new())
        }
        Said::Value(typed) => (Status::Corrected, Outcome::Corrected, typed.value()),
        Said::Nothing(outcome) => (Status::Rejected, outcome, String::new()),
    };
    Doing { status: Some(status), outcome: Some(outcome), value, answer, ..base }
}

/// Whether an entry says what another person has keyed.
fn same_entry(field: Field, entry: &KeyedEntry, said: &Said, vocabulary: &Vocabulary) -> bool {
    match (entry.outcome, said) {
        (Outcome::Corrected | Outcome::Verified, Said::Value(typed)) => typed.agrees(&Typed::new(field, &entry.value, vocabulary)),
        (one, Said::Nothing(other)) => one == *other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::document;
    use crate::model::{DocumentKind, PageNumber, Sha256, ValueId};

    fn item(field: Field, mode: Mode, machine: &str) -> Item {
        Item {
            key: 1,
            name: "0".repeat(32),
            lane: Lane::Queue,
            id: ValueId {
                sha256: Sha256::of(b"a"),
                ordinal: 1,
                page: PageNumber::new(1),
                item: None,
                field,
                machine_value: machine.to_owned(),
            },
            document: "a.png".into(),
            kind: DocumentKind::ProgressNote,
            place: None,
            shown: machine.to_owned(),
            confidence: 0.5,
            reasons: Vec::new(),
            mode,
            state: ItemState::Open,
            version: 0,
            claim: None,
            keyed_by: Vec::new(),
        }
    }

    fn given(outcome: Outcome, value: &str, insist: bool) -> Given {
        let text = serde_json::json!({ "id": "x", "version": 0, "outcome": outcome.as_str(), "value": value, "insist": insist });
        serde_json::from_value(text).unwrap()
    }

    fn told(item: &Item, given: &Given, entries: &[KeyedEntry], audit: Option<i64>) -> Result<Verdict, DeskError> {
        let (record, vocabulary) = (document("a.png"), Vocabulary::load(None).unwrap());
        let circumstances = Circumstances::default();
        weigh(Case {
            item,
            given,
            record: &record,
            vocabulary: &vocabulary,
            entries,
            audit,
            reviewer: "ann",
            moved_to: None,
            circumstances,
        })
    }

    fn kept(item: &Item, given: &Given, entries: &[KeyedEntry]) -> Doing {
        match told(item, given, entries, None).unwrap() {
            Verdict::Keep(deed) => *deed,
            Verdict::Ask(question) => panic!("asked: {question}"),
        }
    }

    fn asked(item: &Item, given: &Given) -> String {
        match told(item, given, &[], None).unwrap() {
            Verdict::Ask(question) => question,
            Verdict::Keep(deed) => panic!("kept: {deed:?}"),
        }
    }

    #[test]
    fn what_is_confirmed_or_changed_holds() {
        let born = item(Field::BirthDate, Mode::Confirm, "1950-02-03");
        let of = |outcome, value: &str| {
            let deed = kept(&born, &given(outcome, value, false), &[]);
            (deed.act, deed.status.unwrap(), deed.outcome.unwrap(), deed.value)
        };
        let verified = (Act::Decision, Status::Verified, Outcome::Verified, "1950-02-03".to_owned());
        assert_eq!(of(Outcome::Verified, "1950-02-03"), verified);
        // Whatever the page calls it: the same value is verified.
        assert_eq!(of(Outcome::Corrected, "02/03/1950"), verified);
        assert_eq!(of(Outcome::Corrected, "02/08/1950"), (Act::Decision, Status::Corrected, Outcome::Corrected, "1950-02-08".to_owned()));
        assert_eq!(of(Outcome::Illegible, ""), (Act::Decision, Status::Rejected, Outcome::Illegible, String::new()));
        assert_eq!(kept(&born, &given(Outcome::WrongDocument, "", false), &[]).act, Act::Escalate);
        // Nothing in the box is no answer, unless nothing was found.
        assert!(matches!(told(&born, &given(Outcome::Verified, " ", false), &[], None), Err(DeskError::Unclear(_))));
        let missing = item(Field::BirthDate, Mode::Confirm, "");
        assert_eq!(kept(&missing, &given(Outcome::Verified, "", false), &[]).outcome, Some(Outcome::Blank));
        assert_eq!(kept(&missing, &given(Outcome::Corrected, "2/8/1950", false), &[]).value, "1950-02-08");
    }

    #[test]
    fn rules_object_once() {
        let born = item(Field::BirthDate, Mode::Confirm, "1950-02-03");
        assert!(asked(&born, &given(Outcome::Corrected, "04/31/1950", false)).contains("day 31 does not exist in April"));
        assert_eq!(kept(&born, &given(Outcome::Corrected, "04/31/1950", true), &[]).value, "04/31/1950");
        let kind = item(Field::DocumentType, Mode::Confirm, "11506-3");
        assert!(matches!(told(&kind, &given(Outcome::Corrected, "a novel", true), &[], None), Err(DeskError::Unclear(_))));
        assert_eq!(kept(&kind, &given(Outcome::Corrected, "Discharge summary", false), &[]).value, "18842-5");
    }

    #[test]
    fn a_blind_entry_that_differs_is_asked_for_once_more_without_the_other_reading() {
        let city = item(Field::City, Mode::Blind, "Portland");
        let question = asked(&city, &given(Outcome::Corrected, "Salem", false));
        assert!(!question.contains("Portland"));
        assert_eq!(asked(&city, &given(Outcome::Blank, "", false)), question);
        assert_eq!(kept(&city, &given(Outcome::Corrected, "Salem", true), &[]).status, Some(Status::Corrected));
        let same = kept(&city, &given(Outcome::Corrected, "portland", false), &[]);
        assert_eq!((same.status, same.value.as_str()), (Some(Status::Verified), "Portland"));
        let check = Item { lane: Lane::Audit, ..city };
        let answer = |text, insist| match told(&check, &given(Outcome::Corrected, text, insist), &[], Some(7)).unwrap() {
            Verdict::Keep(deed) => deed.answer.map(|answer| (answer.audit, answer.right)),
            Verdict::Ask(_) => None,
        };
        assert_eq!((answer("PORTLAND", false), answer("Salem", false), answer("Salem", true)), (Some((7, true)), None, Some((7, false))));
    }

    #[test]
    fn two_entries_agree_or_wait_for_a_third() {
        let entry = |outcome, value: &str| KeyedEntry { reviewer: "ben".into(), outcome, value: value.into() };
        let first = item(Field::Family, Mode::Double, "Smith");
        // The first entry is kept without being held against the machine's value.
        let key = kept(&first, &given(Outcome::Corrected, "Smyth", false), &[]);
        assert_eq!((key.act, key.status, key.value.as_str()), (Act::Key, None, "Smyth"));
        let second = Item { state: ItemState::Second, ..first.clone() };
        let of = |value: &str, other| kept(&second, &given(Outcome::Corrected, value, false), &[other]);
        let alike = of("smyth", entry(Outcome::Corrected, "Smyth"));
        assert_eq!((alike.act, alike.status), (Act::Decision, Some(Status::Corrected)));
        assert_eq!(of("SMITH", entry(Outcome::Corrected, "Smith")).status, Some(Status::Verified));
        assert_eq!(of("Smith", entry(Outcome::Corrected, "Smyth")).act, Act::Key);
        assert_eq!(of("Smith", entry(Outcome::Blank, "")).act, Act::Key);
        let nothing = kept(&second, &given(Outcome::Blank, "", false), &[entry(Outcome::Blank, "")]);
        assert_eq!((nothing.act, nothing.status), (Act::Decision, Some(Status::Rejected)));
        let conflict = Item { state: ItemState::Conflict, ..first };
        let third = kept(&conflict, &given(Outcome::Corrected, "Smythe", false), &[]);
        assert_eq!((third.act, third.status, third.value.as_str()), (Act::Decision, Some(Status::Corrected), "Smythe"));
    }

    #[test]
    fn what_is_said_of_a_planted_error_holds_for_nothing() {
        let seed = Item { lane: Lane::Seed, shown: "Quarny".into(), ..item(Field::Family, Mode::Confirm, "Quarry") };
        let of = |outcome, value: &str| {
            let deed = kept(&seed, &given(outcome, value, false), &[]);
            (deed.act, deed.status, deed.outcome)
        };
        assert_eq!(of(Outcome::Verified, "Quarny"), (Act::Seed, None, Some(Outcome::Verified)));
        assert_eq!(of(Outcome::Corrected, "Quarry"), (Act::Seed, None, Some(Outcome::Corrected)));
        assert_eq!(of(Outcome::Illegible, ""), (Act::Seed, None, Some(Outcome::Illegible)));
    }
}
