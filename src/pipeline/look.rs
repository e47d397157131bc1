//! Looking at one document: what the ledger holds of it, and what today's rules make of its kept words. Reads no page and changes nothing.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::rules::{Rules, STRAY_RULE, UnderstoodAnew};
use super::take_stock::INPUT_NOTE;
use super::{Archive, RunError, settle};
use crate::confidence::{Gate, Policy};
use crate::decode::{self, DecodeEvent, DecodeSettings};
use crate::intake::{self, Content, Source};
use crate::ledger::{PageRecord, StoredDocument, Unsettled};
use crate::model::{
    DocumentId, DocumentRecord, ExtractedValue, FailureKind, GreyPage, PageOutcome, PageReading, RawPage, Reason, SourceFailure,
};
use crate::settings::Settings;

/// A document, to be looked at.
pub struct Looked {
    /// As the ledger holds it, people's decisions included; labels have their places where the rules of today find the same values.
    pub stored: StoredDocument,
    /// Its pages as laid out and understood now; `None` if that fails.
    pub understood: Option<UnderstoodAnew>,
    /// The rules.
    pub rules: Rules,
    /// What may be accepted in the archive.
    policy: Policy,
    /// The document as the machine left it.
    machine: Unsettled,
    /// The folder that the archive was made from, as it was called then.
    input: Option<PathBuf>,
}

/// Finds a document in an archive, with settings as a run has them.
///
/// # Errors
/// No archive, a damaged one, rules that cannot be read, no document of that name, a certificate that cannot be relied on.
pub fn look(archive: &Path, document: &DocumentId, settings: &Settings) -> Result<Looked, RunError> {
    let (ledger, _) = Archive::look(archive)?;
    let rules = Rules::load(settings.rules.folder.as_deref())?;
    let policy = settle::policy(archive, &ledger, settings.confidence.uncertified)?;
    let (Some(mut stored), Some(machine)) = (ledger.document(document)?, ledger.unsettled_named(document)?) else {
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
    let input = ledger.note(INPUT_NOTE)?.map(PathBuf::from);
    Ok(Looked { stored, understood, rules, policy, machine, input })
}

impl Looked {
    /// From which confidence on a value of the document is accepted, or why it never is, in words.
    pub fn limit(&self, value: &ExtractedValue) -> String {
        let standing = settle::standing(&self.machine);
        let certificate = self.policy.certificate.as_ref();
        match self.policy.gate(value, &standing, self.rules.confidence()) {
            Gate::Certified(threshold) => {
                let (made, target) = certificate.map_or(("", 0.0), |c| (c.made.as_str(), c.target));
                format!("accepted from {threshold:.3} on by the certificate of {made}: at most {} % wrong", 100.0 * target)
            }
            Gate::Default(threshold) => format!("accepted from {threshold:.3} on by default: nothing was shown of it in this archive"),
            Gate::Shut(Reason::Uncertified) => {
                let outside = self.policy.certified(value.field, &standing).err().flatten();
                format!("waits, as the certificate does not speak of it: {}", outside.map_or("there is none", |why| why.as_str()))
            }
            Gate::Shut(Reason::FieldOff) => "waits: checks of the field have found too many wrong values".to_owned(),
            Gate::Shut(_) => "never accepted without a person".to_owned(),
        }
    }

    /// One page of the document as it was read, upright and straight, `width` pixels wide. Decodes the source anew, in a limited process as a run
    /// does; the source is opened read-only and has to be the file that was read.
    ///
    /// # Errors
    /// The source is gone, has changed since it was read, or the page cannot be decoded any more.
    pub fn picture(&self, reading: &PageReading, settings: &DecodeSettings, width: u32) -> Result<GreyPage, RunError> {
        let failed = |failure| RunError::Picture { source_path: self.stored.record.source.clone(), failure };
        let record = &self.stored.record;
        let file = open_source(self.input.as_deref(), record).map_err(failed)?;
        for event in decode::decode_from(file, record.file_kind, reading.number, settings).map_err(failed)? {
            match event.map_err(failed)? {
                DecodeEvent::Page(page) if page.number == reading.number => return Ok(upright(&page, reading, width)),
                DecodeEvent::PageFailed { number, failure } if number == reading.number => return Err(failed(failure)),
                _ => {}
            }
        }
        Err(failed(SourceFailure::new(FailureKind::Broken, format!("the file has no page {}", reading.number))))
    }
}

/// Opens a document's source read-only, which has to be the file that was read.
///
/// # Errors
/// It is gone, cannot be read, or is another file now.
pub(super) fn open_source(input: Option<&Path>, record: &DocumentRecord) -> Result<File, SourceFailure> {
    let gone = || SourceFailure::new(FailureKind::Unreadable, "the archive does not know the folder that it was made from");
    let file = intake::file_of(input.ok_or_else(gone)?, &record.source);
    let through_link = std::fs::symlink_metadata(&file).is_ok_and(|meta| meta.file_type().is_symlink());
    let source = Source { path: record.source.clone(), file, size: record.size, content: Content::Known(record.file_kind), through_link };
    let (file, digest) = intake::open_and_digest(&source)?;
    if digest == record.sha256 {
        return Ok(file);
    }
    Err(SourceFailure::new(FailureKind::Changed, "the file is not the one that was read: its bytes have changed"))
}

/// Points a side of which a pixel's shade is the mean: pictures are made smaller than they were scanned.
const SAMPLES: u32 = 3;

/// The raw page as the words of its reading lie: every upright pixel asks for its place in the source, so that turn, skew and pixels that are no
/// squares need no thought.
pub(super) fn upright(raw: &RawPage, reading: &PageReading, width: u32) -> GreyPage {
    let scale = f64::from(width) / f64::from(reading.width.max(1));
    let height = ((f64::from(reading.height) * scale).round() as u32).max(1);
    let mut out = GreyPage::filled(width, height, 255);
    let to_raw = (f64::from(raw.grey.width) / 100.0, f64::from(raw.grey.height) / 100.0);
    for y in 0..height {
        for x in 0..width {
            let mut sum = 0;
            for k in 0..SAMPLES * SAMPLES {
                let at = |pixel: u32, part: u32| (f64::from(pixel) + (f64::from(part) + 0.5) / f64::from(SAMPLES)) / scale;
                let (px, py) = reading.to_source.apply(at(x, k % SAMPLES), at(y, k / SAMPLES));
                sum += u32::from(raw.grey.at((px * to_raw.0).floor() as i64, (py * to_raw.1).floor() as i64));
            }
            out.pixels[(y * width + x) as usize] = u8::try_from(sum / (SAMPLES * SAMPLES)).unwrap_or(255);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::testing::page;
    use crate::model::{Affine, PageNumber};

    #[test]
    fn a_page_that_lay_on_its_side_is_seen_upright() {
        // A raw page of 40 by 20 with a dark left quarter, which is the top of the upright page of 20 by 40 (turned a quarter to the right).
        let mut grey = GreyPage::filled(40, 20, 255);
        (0..20).for_each(|y| (0..10).for_each(|x| grey.pixels[y * 40 + x] = 0));
        let raw = RawPage { number: PageNumber::new(1), grey, dpi: None, tagged_turn: 0, text: None };
        // Upright (x, y) lies at raw (y, 20 - x): percent of 40 and of 20.
        let to_source = Affine { m: [0.0, 100.0 / 40.0, 0.0, -100.0 / 20.0, 0.0, 100.0] };
        let reading = PageReading { width: 20, height: 40, to_source, ..page(Vec::new()) };
        let seen = upright(&raw, &reading, 10);
        assert_eq!((seen.width, seen.height), (10, 20));
        assert_eq!([seen.at(5, 2), seen.at(5, 12)], [0, 255]);
    }
}
