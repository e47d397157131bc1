//! What an item is about: its document, and the page on which it stands, laid out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::layout;
use crate::ledger::{Ledger, LedgerError};
use crate::model::{DecidedValue, DocumentId, DocumentRecord, Item, PageLayout, PageNumber, Sha256, Status};

/// Pages that stay laid out.
const IN_MEMORY: usize = 64;

/// A document and one of its pages.
pub(super) struct Scene {
    /// The document, people's decisions included.
    pub record: DocumentRecord,
    /// The page; `None` if it has no words or what is kept of it cannot be read.
    pub page: Option<Arc<PageLayout>>,
}

impl Scene {
    /// The value that an item asks of, as the record has it now.
    pub fn value(&self, item: &Item) -> Option<&DecidedValue> {
        let same = |v: &&DecidedValue| {
            let found = &v.extracted;
            (found.page, found.field, found.item) == (item.id.page, item.id.field, item.id.item)
        };
        let here = || self.record.values.iter().filter(same);
        here()
            .find(|v| v.extracted.value == item.id.machine_value && v.extracted.place == item.place)
            .or_else(|| here().find(|v| v.extracted.value == item.id.machine_value))
            .or_else(|| here().find(|v| v.extracted.place == item.place))
    }

    /// A settled value of a field; of the same entry where the field repeats.
    pub fn settled(&self, field: crate::model::Field, item: Option<u32>) -> Option<&str> {
        let of_entry = |v: &&DecidedValue| v.extracted.item == item || v.extracted.field.group().is_none();
        let leaves = |v: &&DecidedValue| v.status.leaves() && v.extracted.field == field && !v.extracted.value.is_empty();
        self.record.values.iter().filter(leaves).find(of_entry).map(|v| v.extracted.value.as_str())
    }
}

/// Lays pages out, and keeps the last ones.
#[derive(Default)]
pub(super) struct Scenes {
    recent: Mutex<VecDeque<(Sha256, Arc<PageLayout>)>>,
}

impl Scenes {
    /// A document by what items are tied to, and a page of it.
    pub fn at(&self, ledger: &Ledger, sha256: Sha256, ordinal: u32, page: PageNumber) -> Result<Option<Scene>, LedgerError> {
        let Some(id) = ledger.document_at(sha256, ordinal)? else { return Ok(None) };
        self.of(ledger, &id, page)
    }

    /// A document and a page of it.
    pub fn of(&self, ledger: &Ledger, id: &DocumentId, page: PageNumber) -> Result<Option<Scene>, LedgerError> {
        let Some(stored) = ledger.document(id)? else { return Ok(None) };
        let record = stored.record;
        let page = self.page(ledger, &record, page)?;
        Ok(Some(Scene { record, page }))
    }

    /// A page of a document's source.
    pub fn page(&self, ledger: &Ledger, record: &DocumentRecord, page: PageNumber) -> Result<Option<Arc<PageLayout>>, LedgerError> {
        let Some(kept) = ledger.page_at(&record.source, page)? else { return Ok(None) };
        let Some(packed) = kept.reading.as_deref() else { return Ok(None) };
        // A page that was read anew has other bytes.
        let name = Sha256::of(packed);
        if let Some(known) = self.known(name) {
            return Ok(Some(known));
        }
        let laid_out = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| kept.unpack().map(layout::analyse)));
        let Some(layout) = laid_out.ok().flatten().map(Arc::new) else { return Ok(None) };
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back((name, Arc::clone(&layout)));
        while recent.len() > IN_MEMORY {
            recent.pop_front();
        }
        Ok(Some(layout))
    }

    fn known(&self, name: Sha256) -> Option<Arc<PageLayout>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.iter().find(|(known, _)| *known == name).map(|(_, layout)| Arc::clone(layout))
    }
}

/// The opaque name of a document: digest and ordinal of what it stands in, without any name of a file.
pub(super) fn opaque(sha256: Sha256, ordinal: u32) -> String {
    format!("{sha256}-{ordinal}")
}

/// The way back.
pub(super) fn of_opaque(name: &str) -> Option<(Sha256, u32)> {
    let (digest, ordinal) = name.split_once('-')?;
    Some((Sha256::from_hex(digest)?, ordinal.parse().ok()?))
}

/// What other papers of the same record number say of a field, settled values alone, each once.
pub(super) fn elsewhere(ledger: &Ledger, record: &DocumentRecord, field: crate::model::Field) -> Result<Vec<String>, LedgerError> {
    /// Papers that are looked at.
    const PAPERS: usize = 12;
    /// Values that are given.
    const VALUES: usize = 3;
    use crate::model::Field;
    if !field.is_demographic() || field == Field::Mrn {
        return Ok(Vec::new());
    }
    let is_number = |v: &&DecidedValue| v.extracted.field == Field::Mrn && v.status != Status::Rejected && !v.extracted.value.is_empty();
    let Some(number) = record.values.iter().find(is_number).map(|v| v.extracted.value.clone()) else { return Ok(Vec::new()) };
    let mut values: Vec<String> = Vec::new();
    for id in ledger.papers_of_number(&number, PAPERS)?.into_iter().filter(|id| *id != record.id) {
        let Some(other) = ledger.document(&id)? else { continue };
        // What is asked blindly of another paper is told by none.
        let asked = ledger.items_of(other.record.sha256, other.record.ordinal)?;
        if asked.iter().any(|item| item.field() == field && super::task::hides(item)) {
            continue;
        }
        for value in other.record.values.iter().filter(|v| v.extracted.field == field && v.status.leaves()) {
            let text = &value.extracted.value;
            if !text.is_empty() && !values.contains(text) && values.len() < VALUES {
                values.push(text.clone());
            }
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opaque_names_lead_back_and_odd_ones_nowhere() {
        let digest = Sha256::of(b"a");
        assert_eq!(of_opaque(&opaque(digest, 12)), Some((digest, 12)));
        for odd in ["", "-", "abc-1", &format!("{digest}"), &format!("{digest}-x"), &format!("{digest}-1-2")] {
            assert_eq!(of_opaque(odd), None, "{odd}");
        }
    }
}
