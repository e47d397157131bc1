//! Decoding across the process border: the real child, real limits, files that kill it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use chartlift::decode::{DecodeEvent, DecodeSettings, decode};
use chartlift::intake::{Content, IntakeSettings, open_and_digest, survey};
use chartlift::model::{FailureKind, FileKind, RawPage, SourceFailure};

fn settings() -> DecodeSettings {
    DecodeSettings { program: Some(PathBuf::from(env!("CARGO_BIN_EXE_chartlift"))), ..DecodeSettings::default() }
}

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

/// What came of a file: the pages that it has, those that came, those that failed, and the error at the end.
#[derive(Debug, Default)]
struct Outcome {
    page_count: Option<u32>,
    pages: Vec<RawPage>,
    failed: Vec<(u32, SourceFailure)>,
    error: Option<SourceFailure>,
}

fn read(file: File, kind: FileKind, settings: &DecodeSettings) -> Outcome {
    let mut outcome = Outcome::default();
    let pages = match decode(file, kind, settings) {
        Ok(pages) => pages,
        Err(error) => return Outcome { error: Some(error), ..outcome },
    };
    for event in pages {
        match event {
            Ok(DecodeEvent::Start(start)) => outcome.page_count = Some(start.page_count),
            Ok(DecodeEvent::Page(page)) => outcome.pages.push(page),
            Ok(DecodeEvent::PageFailed { number, failure }) => outcome.failed.push((number.get(), failure)),
            Err(error) => outcome.error = Some(error),
        }
    }
    outcome
}

/// The development charts beside the repository, if they are there.
fn charts() -> Option<PathBuf> {
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/charts");
    if charts.is_dir() {
        return Some(charts);
    }
    None
}

#[test]
#[ignore = "measures; run by hand with CHARTS and OUT set"]
fn survey_of_charts() {
    let root = std::env::var_os("CHARTS").map(PathBuf::from).or_else(charts).unwrap();
    let out = std::env::var_os("OUT").map(PathBuf::from);
    let mut report = String::new();
    let mut time: BTreeMap<String, (u32, f64)> = BTreeMap::new();
    for source in survey(&root.join("scans"), &IntakeSettings::default(), &[]).unwrap().sources {
        let Content::Known(kind) = source.content else {
            report += &format!("{}\tcontent\t{:?}\n", source.path, source.content);
            continue;
        };
        let start = Instant::now();
        let (file, _) = open_and_digest(&source).unwrap();
        let outcome = read(file, kind, &settings());
        let taken = start.elapsed().as_secs_f64() * 1000.0;
        report += &format!(
            "{}\t{}\t{:.0} ms\t{:?}\t{:?}\t{:?}",
            source.path,
            kind.as_str(),
            taken,
            outcome.page_count,
            outcome.failed,
            outcome.error
        );
        let mut words = false;
        for page in &outcome.pages {
            report += &format!(
                " [{} {}x{} {:?} turn {} text {:?}]",
                page.number,
                page.grey.width,
                page.grey.height,
                page.dpi,
                page.tagged_turn,
                page.text.as_ref().map(|t| (t.visible, t.words.len(), t.words.iter().filter(|w| w.confidence < 1.0).count()))
            );
            words |= page.text.as_ref().is_some_and(|t| t.visible);
            if let Some(out) = &out {
                let name = format!("{}-{}", source.path.as_str().replace(['/', ' '], "_"), page.number);
                image::save_buffer(
                    out.join(format!("{name}.png")),
                    &page.grey.pixels,
                    page.grey.width,
                    page.grey.height,
                    image::ColorType::L8,
                )
                .unwrap();
                if let Some(text) = &page.text {
                    let lines: String = text
                        .words
                        .iter()
                        .map(|w| {
                            format!(
                                "{}\t{}\t{:.0} {:.0} {:.0} {:.0}\t{}\t{}\n",
                                w.line, w.block, w.rect.x, w.rect.y, w.rect.w, w.rect.h, w.confidence, w.text
                            )
                        })
                        .collect();
                    std::fs::write(out.join(format!("{name}.txt")), lines).unwrap();
                }
            }
        }
        report.push('\n');
        let entry = time.entry(format!("{}{}", kind.as_str(), if words { " text" } else { "" })).or_default();
        entry.0 += outcome.pages.len() as u32;
        entry.1 += taken;
    }
    for (kind, (pages, taken)) in time {
        report += &format!("{kind}: {pages} pages, {:.0} ms a page\n", taken / f64::from(pages.max(1)));
    }
    std::fs::write(out.map_or_else(|| PathBuf::from("/dev/stdout"), |out| out.join("report.tsv")), report).unwrap();
}

#[test]
fn a_picture_comes_through() {
    let outcome = read(file_of(b"P5\n3 2\n255\n\x00\x01\x02\x03\x04\xff"), FileKind::Pnm, &settings());
    assert_eq!(outcome.page_count, Some(1));
    assert_eq!(outcome.pages[0].grey.pixels, [0, 1, 2, 3, 4, 255]);
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
}

#[test]
fn nonsense_is_a_failure() {
    let outcome = read(file_of(b"%PDF-1.4 nothing else"), FileKind::Pdf, &settings());
    assert_eq!(outcome.error.unwrap().kind, FailureKind::Broken);
}
