//! Pages that were read not long ago, by their pixels: the same cover sheet, consent form or fax in another file is not read again. Files that are
//! the same byte for byte are told apart earlier, by intake.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::ledger::PageRecord;
use crate::model::{PageNumber, RawPage, Sha256};

/// Pages kept: at some ten thousand bytes each, packed, they take as much memory as two pages of pixels.
const KEPT: usize = 1500;

/// The last pages read, for all threads of a run.
#[derive(Default)]
pub(super) struct RecentPages {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    records: HashMap<Sha256, PageRecord>,
    order: VecDeque<Sha256>,
}

/// What a page's reading depends on, as a digest; `None` for a page that brings words of its own.
pub(super) fn digest(raw: &RawPage) -> Option<Sha256> {
    if raw.text.is_some() {
        return None;
    }
    let (x, y) = raw.dpi.unwrap_or_default();
    let (width, height, turn) = (raw.grey.width, raw.grey.height, raw.tagged_turn);
    let what = format!("{width} x {height} at {x} x {y}, turned {turn}");
    Some(Sha256::of_parts(&[what.as_bytes(), &raw.grey.pixels]))
}

impl RecentPages {
    /// The record of a page of the same pixels, as page `number`.
    pub(super) fn find(&self, digest: &Sha256, number: PageNumber) -> Option<PageRecord> {
        let record = self.state.lock().unwrap_or_else(PoisonError::into_inner).records.get(digest).cloned()?;
        record.renumbered(number)
    }

    /// Keeps a page for others to find; the oldest gives way. Failures are not kept: they may have been the machine's.
    pub(super) fn keep(&self, digest: Sha256, record: &PageRecord) {
        if record.failure.is_some() {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.records.insert(digest, record.clone()).is_none() {
            state.order.push_back(digest);
        }
        if state.order.len() > KEPT
            && let Some(oldest) = state.order.pop_front()
        {
            state.records.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FailureKind, GreyPage, PageOutcome, SourceFailure};

    fn raw(shade: u8) -> RawPage {
        RawPage { number: PageNumber::new(1), grey: GreyPage::filled(20, 10, shade), dpi: Some((300.0, 300.0)), tagged_turn: 0, text: None }
    }

    #[test]
    fn the_digest_follows_all_that_a_reading_depends_on() {
        let base = digest(&raw(200)).unwrap();
        assert_eq!(digest(&RawPage { number: PageNumber::new(7), ..raw(200) }), Some(base), "its number does not matter");
        assert_ne!(digest(&raw(201)), Some(base));
        assert_ne!(digest(&RawPage { dpi: None, ..raw(200) }), Some(base));
        assert_ne!(digest(&RawPage { tagged_turn: 2, ..raw(200) }), Some(base));
        assert_ne!(digest(&RawPage { grey: GreyPage::filled(10, 20, 200), ..raw(200) }), Some(base));
    }

    #[test]
    fn a_page_is_found_under_its_new_number_until_others_push_it_out() {
        let pages = RecentPages::default();
        let of = |n: u32| Sha256::of(&n.to_le_bytes());
        pages.keep(of(0), &PageRecord::separator(PageNumber::new(1), "PATCHT".into()));
        let found = pages.find(&of(0), PageNumber::new(5)).unwrap();
        assert_eq!((found.number, found.outcome, found.separator.as_deref()), (PageNumber::new(5), PageOutcome::Separator, Some("PATCHT")));
        pages.keep(of(1), &PageRecord::failed(PageNumber::new(1), SourceFailure::new(FailureKind::Engine, "x")));
        assert!(pages.find(&of(1), PageNumber::new(1)).is_none(), "failures are tried again");
        for n in 2..2 + KEPT as u32 {
            pages.keep(of(n), &PageRecord::plain(PageNumber::new(1), PageOutcome::Blank));
        }
        assert!(pages.find(&of(0), PageNumber::new(1)).is_none());
    }
}
