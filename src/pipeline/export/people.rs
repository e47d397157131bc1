//! Who is who: the people of an archive in names, dates and digests alone, and what the rendering of one of their documents depends on.

use std::collections::{BTreeMap, BTreeSet};

use crate::export::BundleNames;
use crate::export::fhir::{self, ExportContext, ExportSettings};
use crate::ledger::Ledger;
use crate::model::{DocumentId, DocumentRecord, Field, Sha256};
use crate::patients::{self, Grouping};
use crate::pipeline::RunError;

/// The people of an archive.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct People {
    /// They, by the name of their first document.
    pub persons: Vec<Person>,
    twins: BTreeSet<DocumentId>,
}

/// Documents that are about one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::pipeline) struct Person {
    /// The documents by their own date, those without one first, then by name.
    pub documents: Vec<DocumentId>,
    /// Whether a document of it says who the person is.
    pub identified: bool,
    /// Whether the record number is in doubt.
    contested: bool,
}

/// What is kept of each document on a walk over all of them, in the order of their names.
#[derive(Default)]
pub(in crate::pipeline) struct Notes {
    names: BundleNames,
    twins: BTreeSet<DocumentId>,
    dates: BTreeMap<DocumentId, String>,
    /// Digests of record numbers, folded.
    numbers: BTreeMap<DocumentId, Sha256>,
    /// Documents that have a family name or a birth date.
    corroborated: BTreeSet<DocumentId>,
}

impl Notes {
    /// Takes note of a document.
    pub fn take(&mut self, record: &DocumentRecord) {
        let id = &record.id;
        if self.names.is_twin(id) {
            self.twins.insert(id.clone());
        }
        if let Some(date) = said(record, Field::DocumentDate) {
            self.dates.insert(id.clone(), date.to_owned());
        }
        if let Some(number) = said(record, Field::Mrn) {
            let folded: String = number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            self.numbers.insert(id.clone(), Sha256::of(folded.as_bytes()));
        }
        if [Field::Family, Field::BirthDate].iter().any(|field| said(record, *field).is_some()) {
            self.corroborated.insert(id.clone());
        }
    }
}

/// The least of the values of a field that may leave.
fn said(record: &DocumentRecord, field: Field) -> Option<&str> {
    let leaving = record.values.iter().filter(|value| value.extracted.field == field && value.status.leaves());
    leaving.map(|value| value.extracted.value.as_str()).filter(|text| !text.is_empty()).min()
}

impl People {
    /// Walks over all documents.
    pub fn of(ledger: &Ledger) -> Result<Self, RunError> {
        Self::seen(ledger, |_| {})
    }

    /// The same; `look` sees each of them.
    pub fn seen(ledger: &Ledger, mut look: impl FnMut(&DocumentRecord)) -> Result<Self, RunError> {
        let (mut notes, mut fault) = (Notes::default(), None);
        let records = ledger.documents().map_while(|record| match record {
            Ok(record) => {
                notes.take(&record);
                look(&record);
                Some(record)
            }
            Err(error) => {
                fault = Some(error);
                None
            }
        });
        let grouping = patients::group(records);
        fault.map_or_else(|| Ok(Self::new(grouping, notes)), |fault| Err(fault.into()))
    }

    /// Takes the groups of a walk. Groups of one record number that contradict each other in nothing are one person here: a server would match both by that number, and
    /// the first to come would win.
    pub fn new(grouping: Grouping, notes: Notes) -> Self {
        let Grouping { groups, contested, .. } = grouping;
        let mut persons: Vec<Person> = Vec::new();
        let mut by_number: BTreeMap<Sha256, usize> = BTreeMap::new();
        for group in groups {
            let doubt = group.documents.iter().any(|id| contested.contains(id));
            let corroborated = group.documents.iter().any(|id| notes.corroborated.contains(id));
            let number = group.documents.iter().find_map(|id| notes.numbers.get(id)).filter(|_| corroborated && !doubt);
            match number.and_then(|number| by_number.get(number)) {
                Some(&at) => persons[at].documents.extend(group.documents),
                None => {
                    by_number.extend(number.map(|number| (*number, persons.len())));
                    persons.push(Person { documents: group.documents, identified: group.identified, contested: doubt });
                }
            }
        }
        for person in &mut persons {
            person.documents.sort_by(|a, b| (notes.dates.get(a), a).cmp(&(notes.dates.get(b), b)));
        }
        Self { persons, twins: notes.twins }
    }

    /// Whether another document, earlier in the alphabet, has the name but for the case.
    pub fn is_twin(&self, document: &DocumentId) -> bool {
        self.twins.contains(document)
    }
}

/// Hands out documents of one person at a time with what their rendering depends on.
#[derive(Clone, Debug)]
pub(in crate::pipeline) struct Papers {
    /// What holds for the document that was asked for last.
    pub context: ExportContext,
    /// Documents of the person that were read to put the person together and have not been asked for.
    read: BTreeMap<DocumentId, DocumentRecord>,
}

impl Papers {
    /// Begins with no person.
    pub fn new(settings: &ExportSettings) -> Self {
        Self { context: ExportContext::new(settings.clone()), read: BTreeMap::new() }
    }

    /// Turns to a person: one who has several papers is put together of all of them.
    pub fn turn_to(&mut self, ledger: &Ledger, person: &Person) -> Result<(), RunError> {
        self.context.contested = if person.contested { person.documents.iter().cloned().collect() } else { BTreeSet::new() };
        self.context.person = None;
        self.read.clear();
        if person.documents.len() < 2 {
            return Ok(());
        }
        let mut papers = Vec::new();
        for id in &person.documents {
            let known = ledger.place_of(id)?;
            papers.extend(ledger.document(id)?.map(|stored| (known, stored.record)));
        }
        // The paper that was known first lends the Patient its identity: papers that come later do not move it.
        let anchor = papers.iter().min_by(|(a, _), (b, _)| a.cmp(b)).map(|(_, record)| record);
        self.context.person = anchor.map(|anchor| fhir::Person::of(papers.iter().map(|(_, record)| record), anchor, person.contested));
        self.read = papers.into_iter().map(|(_, record)| (record.id.clone(), record)).collect();
        Ok(())
    }

    /// A document of the person that was turned to.
    pub fn document(&mut self, ledger: &Ledger, id: &DocumentId) -> Result<Option<DocumentRecord>, RunError> {
        let record = match self.read.remove(id) {
            Some(record) => Some(record),
            None => ledger.document(id)?.map(|stored| stored.record),
        };
        if record.is_some() {
            self.context.trail = ledger.trail(id)?;
        }
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::{document, value};

    fn paper(name: &str, values: &[(Field, &str)]) -> DocumentRecord {
        DocumentRecord { values: values.iter().map(|(field, text)| value(*field, None, text).build()).collect(), ..document(name) }
    }

    fn people(papers: &[DocumentRecord]) -> People {
        let mut notes = Notes::default();
        papers.iter().for_each(|paper| notes.take(paper));
        People::new(patients::group(papers), notes)
    }

    #[test]
    fn papers_of_a_person_come_by_date_and_people_by_name() {
        use Field::{BirthDate, DocumentDate, Family, Mrn};
        let papers = [
            paper("a.pdf", &[(Mrn, "1"), (Family, "Doe"), (DocumentDate, "2005-01-01")]),
            paper("b.pdf", &[(Family, "Roe")]),
            paper("c.pdf", &[(Mrn, "1"), (Family, "Doe"), (DocumentDate, "1999-01-01")]),
            paper("d.pdf", &[(Mrn, "1"), (Family, "Doe")]),
            // Nothing but the number joins it, and nothing contradicts.
            paper("e.pdf", &[(Mrn, "0-1"), (BirthDate, "1950-02-28")]),
            paper("f.pdf", &[(Mrn, "01"), (Family, "Poe")]),
        ];
        let found = people(&papers);
        let names = |at: usize| found.persons[at].documents.iter().map(DocumentId::as_str).collect::<Vec<_>>();
        assert_eq!([names(0), names(1)], [vec!["d.pdf", "c.pdf", "a.pdf"], vec!["b.pdf"]]);
        assert_eq!((found.persons.len(), names(2)), (3, vec!["e.pdf", "f.pdf"]));
    }

    #[test]
    fn a_number_in_doubt_joins_nobody() {
        let papers = [
            paper("a.pdf", &[(Field::Mrn, "1"), (Field::Family, "Doe"), (Field::BirthDate, "1950-02-28")]),
            paper("b.pdf", &[(Field::Mrn, "1"), (Field::Family, "Doe"), (Field::BirthDate, "1951-02-28")]),
            paper("c.pdf", &[(Field::Mrn, "1"), (Field::Family, "Poe")]),
        ];
        let found = people(&papers);
        assert_eq!(found.persons.len(), 3);
        assert!(found.persons.iter().all(|person| person.contested));
    }
}
