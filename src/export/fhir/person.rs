//! One Patient for all papers of a person: what they say of the person, put together so that it does not matter which paper came first.
//!
//! * Of an address, and of a contact, all parts are of one paper: the latest that gives its line (its name), else the latest that gives any part.
//! * Of given names the fullest counts (`Anne Marie` over `A.`); the group holds only names that fit one another.
//! * Else the latest paper that says something wins. What tells people apart cannot differ within a group (`patients`).
//! * A text that a person has looked at is taken before the machine's reading of the same text.
//!
//! A document's Provenance speaks of the elements that its own values support; a value that another paper has overruled is listed as left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::export::fields_csv::in_order;
use crate::export::squeeze;
use crate::model::{DecidedValue, DocumentRecord, Field, Sha256, Status};

/// Fields that are taken from one paper together; the first of each leads.
const TOGETHER: [&[Field]; 2] = [
    &[Field::AddressLine, Field::City, Field::State, Field::PostalCode],
    &[Field::ContactName, Field::ContactTelecom, Field::ContactRelationship],
];

/// What the papers of a person say of the person.
#[derive(Clone, PartialEq)]
pub struct Person {
    /// What holds, a value a field.
    pub(super) values: BTreeMap<Field, DecidedValue>,
    /// Fields that wait in some paper.
    pub(super) waiting: BTreeSet<Field>,
    /// The document that lends the Patient its identity: digest of the source and ordinal.
    pub(super) anchor: (Sha256, u32),
    /// Whether the record number is in doubt in some paper.
    pub(super) contested: bool,
}

/// Shows the fields alone: the texts are a patient's.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({:?}, {:?})", self.values.keys(), self.anchor)
    }
}

/// What one paper says of the person.
type Said = BTreeMap<Field, DecidedValue>;

impl Person {
    /// Puts the papers of a person together: `papers` by their date, the latest last. `anchor` is the document that lends the Patient its identity, and has to be the
    /// same one each time.
    pub fn of<'r>(papers: impl IntoIterator<Item = &'r DocumentRecord>, anchor: &DocumentRecord, contested: bool) -> Self {
        let (mut said, mut waiting): (Vec<Said>, BTreeSet<Field>) = (Vec::new(), BTreeSet::new());
        for paper in papers {
            let mut here = Said::new();
            for value in in_order(&paper.values).into_iter().filter(|value| is_of_person(value.extracted.field)) {
                let field = value.extracted.field;
                if leaves(value) {
                    here.entry(field).or_insert_with(|| value.clone());
                } else if value.status == Status::Review {
                    waiting.insert(field);
                }
            }
            said.push(here);
        }
        let mut values = BTreeMap::new();
        for &field in Field::ALL.iter().filter(|field| is_of_person(**field)) {
            let chosen = match TOGETHER.iter().find(|together| together.contains(&field)) {
                Some(together) => paper_of(together, &said).and_then(|here| here.get(&field)),
                None if field == Field::Given => fullest(&said),
                None => said.iter().rev().find_map(|here| here.get(&field)),
            };
            let Some(chosen) = chosen else { continue };
            let same =
                said.iter().rev().filter_map(|here| here.get(&field)).find(|value| value.status.is_reviewed() && same_text(value, chosen));
            values.insert(field, same.unwrap_or(chosen).clone());
        }
        Self { values, waiting, anchor: (anchor.sha256, anchor.ordinal), contested }
    }
}

/// Whether a field is one of the Patient.
pub(super) fn is_of_person(field: Field) -> bool {
    field.as_str().starts_with("Patient.")
}

/// Whether two values say the same, as far as people would mind.
pub(super) fn same_text(a: &DecidedValue, b: &DecidedValue) -> bool {
    squeeze(&a.extracted.value).to_lowercase() == squeeze(&b.extracted.value).to_lowercase()
}

fn leaves(value: &DecidedValue) -> bool {
    value.status.leaves() && super::datatypes::text(&value.extracted.value).is_some()
}

fn paper_of<'s>(together: &[Field], said: &'s [Said]) -> Option<&'s Said> {
    let latest = |fields: &[Field]| said.iter().rev().find(|here| fields.iter().any(|field| here.contains_key(field)));
    latest(&together[..1]).or_else(|| latest(together))
}

/// The given name with the most letters; of equal ones the latest.
fn fullest(said: &[Said]) -> Option<&DecidedValue> {
    let letters = |value: &DecidedValue| value.extracted.value.chars().filter(|c| c.is_alphanumeric()).count();
    said.iter().filter_map(|here| here.get(&Field::Given)).max_by_key(|value| letters(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fhir::{ExportContext, ExportSettings, check, render, to_json, transaction};
    use crate::export::sample::{document, value};
    use serde_json::Value;

    fn paper(name: &str, values: &[(Field, &str)]) -> DocumentRecord {
        DocumentRecord { values: values.iter().map(|(field, text)| value(*field, None, text).build()).collect(), ..document(name) }
    }

    fn text(person: &Person, field: Field) -> Option<&str> {
        person.values.get(&field).map(|value| value.extracted.value.as_str())
    }

    fn papers() -> Vec<DocumentRecord> {
        use Field::{AddressLine, BirthDate, City, Family, Given, Mrn, Phone};
        vec![
            paper(
                "1999.pdf",
                &[(Mrn, "17"), (Family, "Doe"), (Given, "Anne Marie"), (AddressLine, "1 Elm St"), (City, "Salem"), (Phone, "1")],
            ),
            paper("2004.pdf", &[(Mrn, "17"), (Family, "Roe"), (BirthDate, "1950-02-28"), (AddressLine, "9 Oak Ave"), (Phone, "2")]),
            paper("2007.pdf", &[(Mrn, "17"), (Family, "ROE"), (Given, "A"), (City, "Boise")]),
        ]
    }

    #[test]
    fn the_latest_paper_wins_and_an_address_is_of_one_paper() {
        let papers = papers();
        let person = Person::of(&papers, &papers[0], false);
        let table = [
            (Field::Family, Some("ROE")),
            (Field::Given, Some("Anne Marie")),
            (Field::BirthDate, Some("1950-02-28")),
            (Field::AddressLine, Some("9 Oak Ave")),
            // Salem was another house, and Boise stands without one.
            (Field::City, None),
            (Field::Phone, Some("2")),
            (Field::Email, None),
        ];
        for (field, expected) in table {
            assert_eq!(text(&person, field), expected, "{field}");
        }
    }

    #[test]
    fn what_a_person_has_looked_at_speaks_for_the_same_text() {
        let mut papers = papers();
        papers[1].values[1].status = Status::Verified;
        papers[0].values[1].status = Status::Verified;
        let person = Person::of(&papers, &papers[0], false);
        assert_eq!((text(&person, Field::Family), person.values[&Field::Family].status), (Some("Roe"), Status::Verified));
    }

    #[test]
    fn every_paper_brings_the_same_patient_and_speaks_of_its_own_values() {
        let papers = papers();
        // The QuestionnaireResponse would keep what was overruled.
        let settings = ExportSettings { questionnaire_response: false, ..ExportSettings::default() };
        let context = ExportContext { person: Some(Person::of(&papers, &papers[0], false)), ..ExportContext::new(settings) };
        let rendered: Vec<_> = papers.iter().map(|paper| render(paper, &context, None)).collect();
        let patient = |at: usize| rendered[at].resources.iter().find(|r| r.kind == "Patient").unwrap();
        for at in 1..3 {
            assert_eq!(patient(at), patient(0));
        }
        assert_eq!(patient(0).condition.as_deref(), Some("identifier=urn:chartlift:mrn|17"));
        let entities = |at: usize| -> Vec<String> {
            let about = |r: &&crate::export::fhir::Rendered| r.path == "Provenance/Patient";
            let found = rendered[at].resources.iter().find(about).unwrap().resource["entity"].as_array().unwrap().clone();
            found.iter().filter_map(|entity| entity["id"].as_str().map(str::to_owned)).collect()
        };
        assert_eq!(entities(1), ["identifier-0-value", "name-0-family", "birthDate", "telecom-0-value", "address-0-line-0"]);
        assert_eq!(entities(2), ["identifier-0-value", "name-0-family"]);
        // What another paper has overruled is told, and is not lost in silence.
        let left = |at: usize| rendered[at].left_out.iter().map(|left| (left.field, left.reason)).collect::<Vec<_>>();
        let overruled = crate::export::fhir::LeftOutReason::Overruled;
        assert_eq!(left(2), [(Field::Given, overruled), (Field::City, overruled)]);
        assert_eq!(left(1), []);
        for rendering in rendered {
            let json: Value = serde_json::from_slice(&transaction(rendering).json).unwrap();
            assert_eq!(check(&json), Vec::<String>::new());
            assert!(!to_json(&json, false).is_empty());
        }
    }

    #[test]
    fn a_contested_number_matches_nobody_and_the_anchor_names_the_person() {
        let papers = papers();
        let context = ExportContext { person: Some(Person::of(&papers, &papers[1], true)), ..ExportContext::default() };
        let anchor = format!("identifier=urn:chartlift:resource|{}/1/Patient", papers[1].sha256);
        for paper in &papers {
            assert_eq!(render(paper, &context, None).resources[0].condition.as_deref(), Some(anchor.as_str()));
        }
    }
}
