//! The first walk: who is who, in names and dates alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::export::BundleNames;
use crate::ledger::Ledger;
use crate::model::{DocumentId, DocumentRecord, Field};
use crate::patients;
use crate::pipeline::RunError;

/// The people of an archive.
pub(in crate::pipeline) struct People {
    /// They, by the name of their first document.
    pub persons: Vec<Person>,
    /// Documents whose record number contradicts another document.
    pub contested: BTreeSet<DocumentId>,
    twins: BTreeSet<DocumentId>,
}

/// Documents that are about one person.
pub(in crate::pipeline) struct Person {
    /// The documents by their own date, those without one first, then by name.
    pub documents: Vec<DocumentId>,
    /// Whether a document of it says who the person is.
    pub identified: bool,
}

impl People {
    /// Walks over all documents.
    pub fn of(ledger: &Ledger) -> Result<Self, RunError> {
        let mut names = BundleNames::new();
        let (mut twins, mut dates, mut fault) = (BTreeSet::new(), BTreeMap::new(), None);
        let records = ledger.documents().map_while(|record| match record {
            Ok(record) => {
                if names.is_twin(&record.id) {
                    twins.insert(record.id.clone());
                }
                if let Some(date) = date(&record) {
                    dates.insert(record.id.clone(), date);
                }
                Some(record)
            }
            Err(error) => {
                fault = Some(error);
                None
            }
        });
        let grouping = patients::group(records);
        if let Some(fault) = fault {
            return Err(fault.into());
        }
        let person = |mut group: patients::PatientGroup| {
            group.documents.sort_by(|a, b| (dates.get(a), a).cmp(&(dates.get(b), b)));
            Person { documents: group.documents, identified: group.identified }
        };
        Ok(Self { persons: grouping.groups.into_iter().map(person).collect(), contested: grouping.contested, twins })
    }

    /// Whether another document, earlier in the alphabet, has the name but for the case.
    pub fn is_twin(&self, document: &DocumentId) -> bool {
        self.twins.contains(document)
    }
}

/// The paper's own date, where that may leave.
fn date(record: &DocumentRecord) -> Option<String> {
    let leaving = record.values.iter().filter(|value| value.extracted.field == Field::DocumentDate && value.status.leaves());
    leaving.map(|value| value.extracted.value.clone()).filter(|text| !text.is_empty()).min()
}
