//! Looking at one document: what the ledger holds of it, and what today's rules make of its kept words. Reads no page and changes nothing.

use std::path::Path;

use super::rules::{Rules, STRAY_RULE, UnderstoodAnew};
use super::{Archive, RunError};
use crate::ledger::{PageRecord, StoredDocument};
use crate::model::{DocumentId, PageOutcome};

/// A document, to be looked at.
pub struct Looked {
    /// As the ledger holds it, people's decisions included; labels have their places where the rules of today find the same values.
    pub stored: StoredDocument,
    /// Its pages as laid out and understood now; `None` if that fails.
    pub understood: Option<UnderstoodAnew>,
    /// The rules.
    pub rules: Rules,
}

/// Finds a document in an archive. `folder` holds the site's rules, as in a run.
///
/// # Errors
/// No archive, a damaged one, rules that cannot be read, no document of that name.
pub fn look(archive: &Path, document: &DocumentId, folder: Option<&Path>) -> Result<Looked, RunError> {
    let (ledger, _) = Archive::look(archive)?;
    let rules = Rules::load(folder)?;
    let Some(mut stored) = ledger.document(document)? else {
        return Err(RunError::NoDocument { document: document.clone(), archive: archive.to_owned() });
    };
    let pages = ledger.pages_at(&stored.record.source)?;
    // Pages of another patient are listed with the document, and its values are had without them.
    let stray = |number| stored.record.values.iter().any(|v| v.extracted.page == number && v.extracted.rule == STRAY_RULE);
    let wanted =
        |page: &&PageRecord| page.outcome == PageOutcome::Read && stored.record.pages.contains(&page.number) && !stray(page.number);
    let own: Vec<&PageRecord> = pages.iter().filter(wanted).collect();
    let understood = rules.understand_anew(&own);
    if let Some(understood) = &understood {
        for value in &mut stored.record.values {
            let known = &mut value.extracted;
            let same = |again: &&crate::model::DecidedValue| {
                let again = &again.extracted;
                (again.field, again.item, again.page) == (known.field, known.item, known.page) && again.place == known.place
            };
            known.label_place = understood.values.iter().find(same).and_then(|again| again.extracted.label_place);
        }
    }
    Ok(Looked { stored, understood, rules })
}
