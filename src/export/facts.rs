//! What a document's accepted values say, for forms of export that hold one document and its patient rather than every value.

use std::collections::{BTreeMap, BTreeSet};

use super::Scan;
use super::fhir::{ExportContext, LeftOut, LeftOutReason, date, text};
use super::fields_csv::in_order;
use crate::model::{DocumentId, DocumentKind, DocumentRecord, Field, Status};

/// The single values of a document that may leave, as text without control characters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    singles: BTreeMap<Field, String>,
    waiting: usize,
    settled: bool,
    refused: BTreeSet<Field>,
}

/// Whether it is certain whose paper a document is, so that a receiver may file it by its record number.
pub fn is_patient_certain(record: &DocumentRecord, context: &ExportContext) -> bool {
    Facts::of(record).certain_patient(&record.id, &context.contested).is_ok()
}

/// Parts of one address: they come from one paper or not at all.
const ADDRESS: [Field; 4] = [Field::AddressLine, Field::City, Field::State, Field::PostalCode];

impl Facts {
    /// Of several values of a field that may leave, the first in the order of fields.csv.
    pub fn of(record: &DocumentRecord) -> Self {
        let mut facts = Self { settled: !record.values.is_empty(), ..Self::default() };
        for value in in_order(&record.values) {
            let field = value.extracted.field;
            facts.waiting += usize::from(value.status == Status::Review);
            facts.settled &= value.status.is_settled();
            if field.group().is_none()
                && value.status.leaves()
                && let Some(text) = text(&value.extracted.value)
            {
                facts.singles.entry(field).or_insert(text);
            }
        }
        facts
    }

    /// A value.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.singles.get(&field).map(String::as_str)
    }

    /// A value as `read` reads it; what `read` refuses is left out for its form.
    pub fn read<T>(&mut self, field: Field, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let found = read(self.singles.get(&field)?);
        if found.is_none() {
            self.refused.insert(field);
        }
        found
    }

    /// A date as HL7 and DICOM write it, of whatever precision the paper has: `19500228`, `195002`, `1950`.
    pub fn compact_date(&mut self, field: Field) -> Option<String> {
        self.read(field, |raw| date(raw).map(|date| date.replace('-', "")))
    }

    /// The kind of the document, where that may leave.
    pub fn kind(&self) -> Option<DocumentKind> {
        self.text(Field::DocumentType).and_then(DocumentKind::parse)
    }

    /// How many values wait for a person.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether a person has settled every value.
    pub fn reviewed(&self) -> bool {
        self.settled
    }

    /// The record number, where it is certain whose paper this is; else why it is not, in words.
    ///
    /// The number alone is not enough: family name or birth date have to stand beside it, and no other paper may contradict.
    pub fn certain_patient(&self, document: &DocumentId, contested: &BTreeSet<DocumentId>) -> Result<&str, Vec<String>> {
        let Some(number) = self.text(Field::Mrn) else {
            return Err(vec!["no record number was accepted, so that nobody can tell whose it is".to_owned()]);
        };
        let mut reasons = Vec::new();
        if contested.contains(document) {
            reasons.push("papers with its record number contradict one another: a person has to say whose it is".to_owned());
        }
        if self.text(Field::Family).is_none() && self.text(Field::BirthDate).is_none() {
            reasons.push("beside the record number neither family name nor birth date was accepted".to_owned());
        }
        if reasons.is_empty() { Ok(number) } else { Err(reasons) }
    }

    /// The record number and the scan, for forms that take no document without both; else why not, in words.
    pub fn certain_with_scan<'s>(
        &self,
        record: &DocumentRecord,
        context: &ExportContext,
        scan: Option<&'s Scan>,
    ) -> Result<(String, &'s Scan), Vec<String>> {
        let number = self.certain_patient(&record.id, &context.contested)?.to_owned();
        scan.map(|scan| (number, scan)).ok_or_else(|| vec!["its scan is not to be had".to_owned()])
    }

    /// Takes what a later paper of the same person says in place of what is known. An address is taken as a whole.
    pub fn overtake(&mut self, later: Self) {
        if ADDRESS.iter().any(|part| later.singles.contains_key(part)) {
            self.singles.retain(|field, _| !ADDRESS.contains(field));
        }
        self.singles.extend(later.singles);
        self.waiting += later.waiting;
        self.settled &= later.settled;
    }

    /// The values that were left out for their form.
    pub fn left_out(&self) -> Vec<LeftOut> {
        self.refused.iter().map(|&field| LeftOut { field, item: None, reason: LeftOutReason::Form }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::{self, value};

    #[test]
    fn a_patient_is_certain_by_two_facts_that_nobody_contradicts() {
        let of = |fields: &[Field]| {
            let mut record = sample::document("a.png");
            record.values = fields.iter().map(|&field| value(field, None, sample::plausible(field)).build()).collect();
            Facts::of(&record)
        };
        let (document, nobody) = (DocumentId::from_stored("a.png"), BTreeSet::new());
        assert_eq!(of(&[Field::Mrn, Field::Family]).certain_patient(&document, &nobody), Ok("00-12-34"));
        assert_eq!(of(&[Field::Mrn, Field::BirthDate]).certain_patient(&document, &nobody), Ok("00-12-34"));
        for (fields, contested, expected) in [
            (&[Field::Family, Field::BirthDate][..], false, "no record number"),
            (&[Field::Mrn, Field::Given], false, "neither family name"),
            (&[Field::Mrn, Field::Family], true, "contradict"),
        ] {
            let contested = if contested { BTreeSet::from([document.clone()]) } else { BTreeSet::new() };
            let reasons = of(fields).certain_patient(&document, &contested).unwrap_err();
            assert!(reasons.len() == 1 && reasons[0].contains(expected), "{reasons:?}");
        }
    }

    #[test]
    fn values_that_wait_stay_and_later_papers_win() {
        let mut record = sample::full("a.png");
        record.values.push(value(Field::Family, None, "Wrong").status(Status::Review).build());
        record.values.retain(|v| v.extracted.field != Field::City);
        record.values.push(value(Field::City, None, "Waits").status(Status::Review).build());
        let mut first = Facts::of(&record);
        assert_eq!((first.text(Field::Family), first.text(Field::City), first.waiting()), (Some("O'Brien"), None, 2));
        let mut later = sample::document("b.png");
        later.values = vec![value(Field::AddressLine, None, "1 New St").build(), value(Field::Family, None, "Miller").build()];
        first.overtake(Facts::of(&later));
        assert_eq!(first.text(Field::AddressLine), Some("1 New St"));
        assert_eq!(first.text(Field::PostalCode), None, "a new street in the old town is nobody's address");
        assert_eq!((first.text(Field::Family), first.text(Field::Given)), (Some("Miller"), Some("Anne Marie")));
    }
}
