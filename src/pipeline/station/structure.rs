//! How the pages of a source make documents, as a lead says it.

use super::desk::Answered;
use super::publish::Change;
use super::sync::{Asking, sync_some};
use super::{Station, fault};
use crate::ledger::Ledger;
use crate::model::{Circumstances, DocumentRecord, PageNumber, PageOutcome, Reviewer, Sha256, SourcePath};
use crate::pipeline::structure::restructure;
use crate::review::desk::{DeskError, Paper, Restructure};

impl Station {
    /// Says how a page joins the one before it, and has the documents of its source made anew; gives the one in which the page is now.
    pub(super) fn restructured(&self, who: &Reviewer, change: &Restructure) -> Answered<Paper> {
        let page = PageNumber::new(change.page);
        let record = self.read(|ledger| self.document(ledger, &change.document))?;
        let (source, sha256) = (record.source.clone(), record.sha256);
        let read = self.read(|ledger| ledger.outline(&source).map_err(fault))?;
        if !read.iter().any(|known| known.number == page && known.outcome == PageOutcome::Read) {
            return Err(DeskError::Unknown);
        }
        let circumstances = Circumstances {
            mode: "document".to_owned(),
            session: who.session.clone(),
            build: env!("CARGO_PKG_VERSION").to_owned(),
            ..Circumstances::default()
        };
        let paper = self.write(|ledger| {
            ledger.keep_join(&who.name, (sha256, record.ordinal, page), change.join, &circumstances).map_err(fault)?;
            restructure(&self.root, ledger, &self.rules, &self.settings, sha256).map_err(fault)?;
            let documents = self.ask_anew(ledger, &source, sha256)?;
            let now = documents.iter().find(|document| document.pages.contains(&page)).ok_or(DeskError::Unknown)?;
            self.paper_of(ledger, who, now)
        })?;
        // Documents have come or gone, or have other names.
        self.publisher.tell(Change::All);
        Ok(paper)
    }

    /// Brings what is asked of a source's documents up to date, and gives these.
    fn ask_anew(&self, ledger: &mut Ledger, source: &SourcePath, sha256: Sha256) -> Answered<Vec<DocumentRecord>> {
        let seen = ledger.last_line().map_err(fault)?;
        let mut ordinals: Vec<u32> = ledger.outline(source).map_err(fault)?.iter().filter_map(|page| page.document).collect();
        ordinals.sort_unstable();
        ordinals.dedup();
        let mut records = Vec::new();
        for ordinal in ordinals {
            if let Some(id) = ledger.document_at(sha256, ordinal).map_err(fault)? {
                records.extend(ledger.document(&id).map_err(fault)?.map(|stored| stored.record));
            }
        }
        let asking = Asking::new(ledger, self.rules.vocabulary(), &self.settings.review).map_err(fault)?;
        sync_some(ledger, &asking, &records, seen).map_err(fault)?;
        ledger.retire_items().map_err(fault)?;
        Ok(records)
    }
}
