//! The documents of one source made anew after a person has said how its pages go together: no page is read, and no other source is touched.

use std::path::Path;

use super::fingerprint::fingerprints;
use super::rules::Rules;
use super::{RunError, settle};
use crate::confidence;
use crate::ledger::{DocumentResult, Ledger, SourceKey};
use crate::model::{Field, Sha256};
use crate::patients::Kin;
use crate::settings::Settings;

/// Makes the documents of a source anew from the words that are kept, as people said that its pages join, and decides of their values by what may be
/// accepted in the archive at `root`. Decisions follow their pages. `false` if no source of that digest was read.
///
/// # Errors
/// A ledger or certificate that cannot be read.
pub(super) fn restructure(root: &Path, ledger: &mut Ledger, rules: &Rules, settings: &Settings, sha256: Sha256) -> Result<bool, RunError> {
    let Some(source) = ledger.source_read(sha256)? else { return Ok(false) };
    let (path, pages) = ledger.pages(source.key)?;
    let (mut documents, _) = rules.documents(&path, &pages, &ledger.joins(sha256)?);
    let understanding = fingerprints(settings, "", rules).understanding;
    let policy = settle::policy(root, ledger, settings.confidence.uncertified)?;
    let kin = kin(ledger, source.key, &documents)?;
    for document in &mut documents {
        let standing = confidence::Standing {
            kind: document.kind,
            kind_confidence: document.kind_confidence,
            origin: Some(&document.origin),
            reading: &source.reading,
            understanding: &understanding,
        };
        let values = settle::told_by_kin(std::mem::take(&mut document.values), &kin);
        document.values = confidence::settle(values, &standing, rules.confidence(), &policy);
    }
    ledger.record_understanding(source.run, source.key, &understanding, &documents)?;
    Ok(true)
}

/// The kin of a source's documents: of the archive's other papers only those are looked at that share a record number or a family name.
fn kin(ledger: &Ledger, source: SourceKey, documents: &[DocumentResult]) -> Result<Kin, RunError> {
    let mut kin = Kin::default();
    documents.iter().for_each(|document| kin.add(&document.values));
    let values = documents.iter().flat_map(|document| &document.values).map(|value| &value.extracted);
    let telling: Vec<(Field, &str)> = values
        .filter(|found| [Field::Mrn, Field::Family].contains(&found.field) && !found.value.is_empty())
        .map(|found| (found.field, found.value.as_str()))
        .collect();
    for row in ledger.documents_sharing(source, &telling)? {
        if let Some(document) = ledger.unsettled_after(row - 1)?.filter(|document| document.row == row) {
            kin.add(&document.stored.record.values);
        }
    }
    Ok(kin)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::ledger::{Decision, Finding, Fingerprints, PageRecord, Registration, RunKey, SourceResult};
    use crate::model::{Circumstances, FileKind, PageJoin, PageNumber, Reason, SourcePath, Status, ValueId};
    use crate::pipeline::rules::tests::{ANN, BOB, typed};

    struct Paper {
        root: PathBuf,
        ledger: Ledger,
        rules: Rules,
        run: RunKey,
        sha256: Sha256,
        _folder: tempfile::TempDir,
    }

    fn paper() -> Paper {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::create(&folder.path().join("ledger.sqlite"), "one").unwrap();
        let rules = Rules::load(None).unwrap();
        let prints = Fingerprints { reading: "r".into(), understanding: "u".into() };
        let (run, _) = ledger.begin_run("engine", &prints).unwrap();
        let (path, sha256) = (SourcePath::new("a.pdf"), Sha256::of(b"a"));
        let file = Registration { path: path.clone(), size: 1, sha256: Some(sha256), finding: Finding::Readable(FileKind::Pdf) };
        ledger.register(run, &[file]).unwrap();
        let key = ledger.claimable(&prints, 1).unwrap()[0].key;
        let pages: Vec<PageRecord> = vec![typed(1, ANN), typed(2, BOB), typed(3, "There is nothing to add.")];
        let (documents, _) = rules.documents(&path, &pages, &ledger.joins(sha256).unwrap());
        ledger.record(run, &prints, &SourceResult { key, sha256, pages_in: 3, pages, failure: None, documents }).unwrap();
        Paper { root: folder.path().to_owned(), ledger, rules, run, sha256, _folder: folder }
    }

    impl Paper {
        fn say(&mut self, page: u32, join: Option<PageJoin>) -> Vec<(String, Vec<u32>)> {
            let at = (self.sha256, 1, PageNumber::new(page));
            self.ledger.keep_join("lea", at, join, &Circumstances::default()).unwrap();
            assert!(restructure(&self.root, &mut self.ledger, &self.rules, &Settings::default(), self.sha256).unwrap());
            self.documents()
        }

        fn documents(&self) -> Vec<(String, Vec<u32>)> {
            assert_eq!(self.ledger.unaccounted().unwrap(), Vec::<String>::new());
            let documents = self.ledger.documents().map(Result::unwrap);
            documents.map(|d| (d.id.as_str().to_owned(), d.pages.iter().map(|page| page.get()).collect())).collect()
        }

        fn families(&self) -> Vec<(String, &'static str)> {
            let values = self.ledger.documents().flat_map(|document| document.unwrap().values);
            values
                .filter(|v| v.extracted.field == Field::Family && !v.extracted.value.is_empty())
                .map(|v| (v.extracted.value, v.status.as_str()))
                .collect()
        }
    }

    fn named(documents: &[(&str, &[u32])]) -> Vec<(String, Vec<u32>)> {
        documents.iter().map(|(name, pages)| ((*name).to_owned(), pages.to_vec())).collect()
    }

    #[test]
    fn a_source_is_parted_and_joined_as_people_say_and_decisions_follow_their_pages() {
        let mut paper = paper();
        let whole = named(&[("a.pdf", &[1, 2, 3])]);
        assert_eq!(paper.documents(), whole);
        // A page of another patient is read as its own, and the next one is its patient's again.
        assert_eq!(paper.say(2, Some(PageJoin::Apart)), named(&[("a.pdf#1", &[1, 3]), ("a.pdf#2", &[2])]));
        let record = paper.ledger.documents().nth(1).unwrap().unwrap();
        let value = record.values.iter().find(|v| v.extracted.field == Field::Family).unwrap();
        assert_eq!(value.extracted.value, "Quarry");
        let decision =
            Decision { place: value.extracted.place, ..Decision::new("ann", ValueId::of(&record, value), Status::Corrected, "Quarrie") };
        paper.ledger.decide(&[decision]).unwrap();
        // Its ordinal changes; what was said of it stays.
        assert_eq!(paper.say(3, Some(PageJoin::Begins)), named(&[("a.pdf#1", &[1]), ("a.pdf#2", &[2]), ("a.pdf#3", &[3])]));
        assert!(paper.families().contains(&("Quarrie".to_owned(), "corrected")), "{:?}", paper.families());
        paper.say(1, Some(PageJoin::Apart));
        assert_eq!(paper.say(2, Some(PageJoin::GoesOn)), named(&[("a.pdf#1", &[1, 2]), ("a.pdf#2", &[3])]));
        assert!(paper.families().contains(&("Quarrie".to_owned(), "corrected")), "{:?}", paper.families());
        // Left to the machine again: the page is a stray, nothing of it is read, and what a person said of it waits.
        for page in 1..=3 {
            paper.say(page, None);
        }
        assert_eq!(paper.documents(), whole);
        let record = paper.ledger.documents().next().unwrap().unwrap();
        let stale: Vec<_> = record.values.iter().filter(|v| v.reasons == [Reason::Stale]).map(|v| v.extracted.value.as_str()).collect();
        assert_eq!(stale, ["Quarrie"]);
    }

    #[test]
    fn a_run_obeys_too() {
        let mut paper = paper();
        let parted = paper.say(2, Some(PageJoin::Begins));
        assert_eq!(parted, named(&[("a.pdf#1", &[1]), ("a.pdf#2", &[2, 3])]));
        // As `run --redo understanding` does it.
        let source = paper.ledger.source_read(paper.sha256).unwrap().unwrap();
        let (path, pages) = paper.ledger.pages(source.key).unwrap();
        let (documents, _) = paper.rules.documents(&path, &pages, &paper.ledger.joins_of(source.key).unwrap());
        paper.ledger.record_understanding(paper.run, source.key, "v", &documents).unwrap();
        assert_eq!(paper.documents(), parted);
        assert_eq!(paper.ledger.all_joins().unwrap().len(), 1);
        assert!(!restructure(&paper.root, &mut paper.ledger, &paper.rules, &Settings::default(), Sha256::of(b"none")).unwrap());
    }
}
