//! Decoding across the process border: the real child, real limits, files that kill it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use chartlift::decode::{DecodeEvent, DecodeSettings, Sandbox, confinement, decode};
use chartlift::intake::{Content, IntakeSettings, open_and_digest, survey};
use chartlift::model::{Confinement, FailureKind, FileKind, RawPage, SourceFailure};

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

/// What the child says, or what it died of, when it attempts something forbidden.
fn attempt(what: &str, sandbox: Sandbox) -> String {
    let settings = serde_json::to_string(&DecodeSettings { sandbox, ..settings() }).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_chartlift"))
        .args(["decode-child", "attempt", what, "1", &settings])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    match output.status.signal() {
        Some(signal) => format!("signal {signal}"),
        None => String::from_utf8(output.stdout).unwrap().trim().to_owned(),
    }
}

/// Where the kernel has the locks, all that is forbidden is denied; without the sandbox the same attempts come through, so that the test
/// shows the locks and not an attempt that fails anyhow. (Files cannot be written in either case: the limit on file sizes lets one be
/// made, and the sandbox does not.)
#[test]
fn the_child_has_no_files_no_network_and_no_programs() {
    const SIGSYS: &str = "signal 31";
    let holds = confinement(&settings()).unwrap();
    if !holds.is_whole() {
        let _ = writeln!(std::io::stderr(), "skipped: {holds}");
        return;
    }
    for (what, free, locked) in [
        ("read", "done", "PermissionDenied"),
        ("write", "done", "PermissionDenied"),
        ("connect", "ConnectionRefused", SIGSYS),
        ("fork", "done", "PermissionDenied"),
        ("exec", "", SIGSYS),
    ] {
        assert_eq!(attempt(what, Sandbox::Off), free, "{what} without the sandbox");
        assert_eq!(attempt(what, Sandbox::Auto), locked, "{what} in the sandbox");
        assert_eq!(attempt(what, Sandbox::Require), locked, "{what} in the sandbox");
    }
    assert_eq!(confinement(&DecodeSettings { sandbox: Sandbox::Off, ..settings() }).unwrap(), Confinement::default());
}

/// A decoder that says it is not confined, where that is required, or says nothing of it, is not listened to.
#[test]
fn a_child_that_is_not_confined_is_refused_where_that_is_required() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("child");
    let sealed = |wanted: u8, landlock: u8, filter: u8| format!(r"\006\003\000\000\000\00{wanted}\00{landlock}\00{filter}");
    let start = r"\001\004\000\000\000\001\000\000\000";
    let table = [
        (sealed(1, 0, 1), Sandbox::Require, "lacks Landlock"),
        (sealed(1, 7, 0), Sandbox::Require, "seccomp"),
        (sealed(0, 7, 1).repeat(2), Sandbox::Auto, "nonsense"),
        (String::new(), Sandbox::Auto, "nonsense"),
    ];
    for (says, sandbox, expected) in table {
        std::fs::write(&program, format!("#!/bin/sh\nprintf '{says}{start}'\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let settings = DecodeSettings { program: Some(program.clone()), sandbox, ..settings() };
        let outcome = read(file_of(b"x"), FileKind::Png, &settings);
        let error = outcome.error.unwrap();
        assert!(error.detail.contains(expected), "{error}");
        assert!(outcome.pages.is_empty());
    }
}

#[test]
fn a_picture_comes_through() {
    let outcome = read(file_of(b"P5\n3 2\n255\n\x00\x01\x02\x03\x04\xff"), FileKind::Pnm, &settings());
    assert_eq!(outcome.page_count, Some(1));
    assert_eq!(outcome.pages[0].grey.pixels, [0, 1, 2, 3, 4, 255]);
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
}

/// A PDF by hand: its objects' bodies, the first being the catalogue (object 1).
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(out.len());
        out.extend(format!("{number} 0 obj\n").bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let at = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    for place in &places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n", places.len() + 1).bytes());
    out
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut out = format!("<< {dictionary} /Length {} >>\nstream\n", data.len()).into_bytes();
    out.extend(data);
    out.extend(b"\nendstream");
    out
}

fn flate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Pages of 144 x 72 points. Each has its content stream and what its dictionary says besides; `/F1` is Helvetica, `/I1` the image.
fn pages(contents: &[(&str, Vec<u8>)], image: &[u8]) -> Vec<u8> {
    let kids: Vec<String> = (0..contents.len()).map(|i| format!("{} 0 R", 5 + 2 * i)).collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Count {} /Kids [{}] /MediaBox [0 0 144 72] >>", kids.len(), kids.join(" ")).into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
        image.to_vec(),
    ];
    for (i, (entries, content)) in contents.iter().enumerate() {
        let resources = "/Resources << /Font << /F1 3 0 R >> /XObject << /I1 4 0 R >> >>";
        objects.push(format!("<< /Type /Page /Parent 2 0 R {resources} /Contents {} 0 R {entries} >>", 6 + 2 * i).into_bytes());
        objects.push(stream("/Filter /FlateDecode", &flate(content)));
    }
    pdf(&objects)
}

/// Eight by four pixels, black in the top left corner only.
fn corner_image() -> Vec<u8> {
    let mut pixels = [255u8; 32];
    pixels[0] = 0;
    stream("/Type /XObject /Subtype /Image /Width 8 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8", &pixels)
}

const COVER: &[u8] = b"q 144 0 0 72 0 0 cm /I1 Do Q";

fn content(parts: &[&[u8]]) -> Vec<u8> {
    parts.join(&b'\n')
}

fn black_pixels(page: &RawPage) -> Vec<(u32, u32)> {
    let at = |i: usize| (i as u32 % page.grey.width, i as u32 / page.grey.width);
    page.grey.pixels.iter().enumerate().filter(|(_, p)| **p < 64).map(|(i, _)| at(i)).collect()
}

fn words(page: &RawPage) -> Vec<&str> {
    page.text.as_ref().map_or_else(Vec::new, |text| text.words.iter().map(|w| w.text.as_str()).collect())
}

#[test]
fn a_scanned_page_is_its_image_turned_as_a_viewer_shows_it() {
    let mirrored: &[u8] = b"q -144 0 0 72 144 0 cm /I1 Do Q";
    let bytes = pages(
        &[
            ("", COVER.to_vec()),
            ("/Rotate 90", COVER.to_vec()),
            ("/Rotate 180", COVER.to_vec()),
            ("/Rotate 270", COVER.to_vec()),
            ("", mirrored.to_vec()),
        ],
        &corner_image(),
    );
    let outcome = read(file_of(&bytes), FileKind::Pdf, &settings());
    assert!(outcome.failed.is_empty() && outcome.error.is_none(), "{outcome:?}");
    let got: Vec<_> = outcome.pages.iter().map(|p| (p.grey.width, p.grey.height, black_pixels(p))).collect();
    let expected = [(8, 4, (0, 0)), (4, 8, (3, 0)), (8, 4, (7, 3)), (4, 8, (0, 7)), (8, 4, (7, 0))];
    assert_eq!(got, expected.map(|(w, h, at)| (w, h, vec![at])));
    assert!(outcome.pages.iter().all(|p| p.tagged_turn == 0 && p.text.is_none()));
}

#[test]
fn a_stencil_scan_is_black_on_white() {
    let image = stream("/Type /XObject /Subtype /Image /ImageMask true /Width 8 /Height 4 /BitsPerComponent 1", &[0x7f, 0xff, 0xff, 0xff]);
    let outcome = read(file_of(&pages(&[("", COVER.to_vec())], &image)), FileKind::Pdf, &settings());
    assert_eq!(outcome.pages[0].grey.width, 8, "{outcome:?}");
    assert_eq!(black_pixels(&outcome.pages[0]), [(0, 0)]);
}

#[test]
fn old_ocr_below_or_over_a_scan_is_not_trusted() {
    let under: &[u8] = b"BT /F1 12 Tf 10 30 Td (Smith) Tj ET";
    let unseen: &[u8] = b"BT 3 Tr /F1 12 Tf 10 30 Td (Smith) Tj ET";
    let bytes = pages(&[("", content(&[under, COVER])), ("", content(&[COVER, unseen]))], &corner_image());
    let outcome = read(file_of(&bytes), FileKind::Pdf, &settings());
    assert_eq!(outcome.pages.len(), 2, "{outcome:?}");
    for page in &outcome.pages {
        let text = page.text.as_ref().unwrap();
        assert_eq!((page.grey.width, text.visible, words(page)), (8, false, vec!["Smith"]));
        let rect = text.words[0].rect;
        assert!(rect.x < 1.0 && rect.right() < 4.0 && rect.y > 1.0 && rect.bottom() < 3.0, "{rect:?}");
    }
}

#[test]
fn what_is_written_over_a_scan_is_rendered_with_it() {
    let stamp: &[u8] = b"BT /F1 12 Tf 60 30 Td (RECEIVED) Tj ET";
    let outcome = read(file_of(&pages(&[("", content(&[COVER, stamp]))], &corner_image())), FileKind::Pdf, &settings());
    let page = &outcome.pages[0];
    // The image has four dots an inch: far below what is rendered at least.
    assert_eq!((page.grey.width, page.grey.height), (300, 150));
    assert!(black_pixels(page).iter().any(|(x, y)| *x > 150 && (60..100).contains(y)), "the stamp is on the page");
    assert!(page.text.as_ref().is_some_and(|t| !t.visible), "a stamp is not all that can be read on a scan");
}

#[test]
fn born_digital_words_come_with_their_places() {
    let text: &[u8] = b"BT /F1 12 Tf 10 50 Td (Hgb 13.5 g/dL) Tj 0 -20 Td [(Me) 20 (tformin)] TJ ET";
    let unseen: &[u8] = b"BT 1 1 1 rg /F1 12 Tf 10 5 Td (white) Tj ET";
    let outcome = read(file_of(&pages(&[("", content(&[text, unseen]))], &corner_image())), FileKind::Pdf, &settings());
    let page = &outcome.pages[0];
    assert_eq!((page.grey.width, page.grey.height), (600, 300), "{outcome:?}");
    assert_eq!(words(page), ["Hgb", "13.5", "g/dL", "Metformin"]);
    let text = page.text.as_ref().unwrap();
    assert!(text.visible);
    assert!(text.words.iter().all(|w| w.confidence == 1.0), "both readers agree: {:?}", text.words);
    assert_eq!(text.words.iter().map(|w| w.line).collect::<Vec<_>>(), [0, 0, 0, 1]);
    // `Hgb` begins at 10 points, stands on a baseline 22 points below the top, and its g reaches below it.
    let rect = text.words[0].rect;
    let scale = 300.0 / 72.0;
    assert!((rect.x / scale - 10.9).abs() < 1.0 && rect.y / scale > 12.0 && (23.0..26.0).contains(&(rect.bottom() / scale)), "{rect:?}");
    assert!(black_pixels(page).iter().any(|(x, y)| (*x as f32) > rect.x && (*x as f32) < rect.right() && (*y as f32) < rect.bottom()));
}

#[test]
fn sideways_text_is_tagged() {
    let text: &[u8] = b"BT /F1 8 Tf 0 1 -1 0 50 5 Tm (sideways) Tj ET";
    let outcome = read(file_of(&pages(&[("", text.to_vec())], &corner_image())), FileKind::Pdf, &settings());
    assert_eq!((outcome.pages[0].tagged_turn, words(&outcome.pages[0])), (1, vec!["sideways"]));
}

#[test]
fn glyphs_that_say_nothing_are_left_to_ocr() {
    // A Type 3 font without names that mean anything.
    let font = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97 /LastChar 97 \
                /Widths [1000] /Encoding << /Type /Encoding /Differences [97 /shape] >> /CharProcs << /shape 4 0 R >> /Resources << >> >>";
    let mut bytes = pages(&[("", b"BT /F1 12 Tf 10 30 Td (aaaa) Tj ET".to_vec())], &stream("", b"1000 0 d0 0 0 750 750 re f"));
    let old = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
    let at = bytes.windows(old.len()).position(|w| w == old).unwrap();
    // The cross-reference table is off now: the parser has to look for the objects itself.
    bytes.splice(at..at + old.len(), font.bytes());
    let outcome = read(file_of(&bytes), FileKind::Pdf, &settings());
    assert_eq!(outcome.pages.len(), 1, "{outcome:?}");
    assert!(!black_pixels(&outcome.pages[0]).is_empty());
    assert!(outcome.pages[0].text.as_ref().is_none_or(|t| !t.visible));
}

#[test]
fn a_broken_image_is_a_failure_and_no_white_page() {
    let jpeg = stream(
        "/Type /XObject /Subtype /Image /Width 8 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode",
        b"\xff\xd8\xff\xe0 this is no JPEG",
    );
    let short = stream("/Type /XObject /Subtype /Image /Width 8 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8", &[0; 20]);
    let half: &[u8] = b"BT /F1 12 Tf 10 30 Td (Smith) Tj ET q 70 0 0 70 0 0 cm /I1 Do Q";
    let bilevel = "/Type /XObject /Subtype /Image /Width 64 /Height 400 /ColorSpace /DeviceGray /BitsPerComponent 1";
    let short_bilevel = stream(bilevel, &[0xff; 8 * 300]);
    for image in [jpeg, short, short_bilevel] {
        let bytes = pages(&[("", COVER.to_vec()), ("", b"BT /F1 12 Tf 10 30 Td (Smith) Tj ET".to_vec()), ("", half.to_vec())], &image);
        let outcome = read(file_of(&bytes), FileKind::Pdf, &settings());
        assert_eq!(outcome.page_count, Some(3));
        assert_eq!(outcome.pages.iter().map(|p| p.number.get()).collect::<Vec<_>>(), [2], "{outcome:?}");
        let failed: Vec<_> = outcome.failed.iter().map(|(number, failure)| (*number, failure.kind)).collect();
        assert_eq!(failed, [(1, FailureKind::Broken), (3, FailureKind::Broken)]);
    }
    let missing = pages(&[("", COVER.to_vec())], b"null");
    let outcome = read(file_of(&missing), FileKind::Pdf, &settings());
    assert_eq!(outcome.failed[0].1.kind, FailureKind::Broken, "{outcome:?}");
}

#[test]
fn an_empty_sheet_is_a_page() {
    // The resources name a picture that is not there; nobody asks for it.
    let outcome = read(file_of(&pages(&[("", b" ".to_vec())], b"null")), FileKind::Pdf, &settings());
    assert_eq!(outcome.pages.len(), 1, "{outcome:?}");
    assert!(outcome.pages[0].grey.pixels.iter().all(|p| *p == 255));
}

#[test]
fn torn_and_locked_pdfs_are_failures() {
    let whole = pages(&[("", COVER.to_vec()), ("", COVER.to_vec())], &corner_image());
    for cut in [whole.len() / 3, whole.len() / 2, whole.len() - 250, whole.len() - 30] {
        let error = read(file_of(&whole[..cut]), FileKind::Pdf, &settings()).error.unwrap_or_else(|| panic!("cut at {cut}"));
        assert_eq!(error.kind, FailureKind::Broken, "{error}");
    }
    assert_eq!(read(file_of(b"%PDF-1.4 nothing else"), FileKind::Pdf, &settings()).error.unwrap().kind, FailureKind::Broken);
    let mut promised = whole.clone();
    let at = promised.windows(8).position(|w| w == b"/Count 2").unwrap();
    promised[at + 7] = b'3';
    let outcome = read(file_of(&promised), FileKind::Pdf, &settings());
    assert_eq!((outcome.page_count, outcome.failed.len()), (Some(3), 1), "{outcome:?}");
}

/// Three pages, the second of which draws forms that draw forms, ten at each of twelve levels.
fn endless() -> Vec<u8> {
    let page = |content: u32, form: &str| {
        format!("<< /Type /Page /Parent 2 0 R /Contents {content} 0 R /Resources << /XObject << {form} >> >> >>").into_bytes()
    };
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Count 3 /Kids [3 0 R 4 0 R 5 0 R] /MediaBox [0 0 144 72] >>".to_vec(),
        page(6, ""),
        page(7, "/F 8 0 R"),
        page(6, ""),
        stream("", b"0 0 10 10 re f"),
        stream("", b"/F Do"),
    ];
    for next in 9..21 {
        let resources = format!("/Type /XObject /Subtype /Form /BBox [0 0 144 72] /Resources << /XObject << /F {next} 0 R >> >>");
        objects.push(stream(&resources, b"/F Do ".repeat(10).as_slice()));
    }
    objects.push(stream("/Type /XObject /Subtype /Form /BBox [0 0 144 72]", b"0 0 1 1 re f"));
    pdf(&objects)
}

#[test]
fn a_page_that_never_ends_costs_itself_alone() {
    let bytes = endless();
    let outcome = read(file_of(&bytes), FileKind::Pdf, &settings());
    assert_eq!(outcome.failed.iter().map(|(n, f)| (*n, f.kind)).collect::<Vec<_>>(), [(2, FailureKind::TooLarge)], "counted beforehand");
    // What cannot be counted beforehand ends with its time.
    let settings = || DecodeSettings { max_operators: u64::MAX, ..settings() };
    for settings in [DecodeSettings { cpu_seconds: 1, ..settings() }, DecodeSettings { wall_seconds: 2, ..settings() }] {
        let outcome = read(file_of(&bytes), FileKind::Pdf, &settings);
        assert_eq!(outcome.pages.iter().map(|p| p.number.get()).collect::<Vec<_>>(), [1, 3], "{outcome:?}");
        assert_eq!(outcome.failed.iter().map(|(n, f)| (*n, f.kind)).collect::<Vec<_>>(), [(2, FailureKind::TimedOut)]);
        assert!(outcome.error.is_none());
    }
}

#[test]
fn time_in_which_nobody_asks_is_free() {
    let bytes = pages(&[("", COVER.to_vec()), ("", COVER.to_vec()), ("", COVER.to_vec())], &corner_image());
    let mut decoded = decode(file_of(&bytes), FileKind::Pdf, &DecodeSettings { wall_seconds: 1, ..settings() }).unwrap();
    assert!(matches!(decoded.next(), Some(Ok(DecodeEvent::Start(_)))));
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(decoded.filter(|e| matches!(e, Ok(DecodeEvent::Page(_)))).count(), 3);
}

#[test]
fn the_second_reading_may_die() {
    // A form that calls itself: the second reader follows it until the stack is full, and the process aborts.
    let form = stream("/Type /XObject /Subtype /Form /BBox [0 0 144 72] /Resources << /XObject << /I1 4 0 R >> >>", b"/I1 Do");
    let text: &[u8] = b"BT /F1 12 Tf 10 30 Td (Smith) Tj ET /I1 Do";
    let bytes = pages(&[("", text.to_vec()), ("", b"BT /F1 12 Tf 10 30 Td (Jones) Tj ET".to_vec())], &form);
    let outcome = read(file_of(&bytes), FileKind::Pdf, &settings());
    assert_eq!(outcome.pages.iter().flat_map(|p| words(p)).collect::<Vec<_>>(), ["Smith", "Jones"], "{outcome:?}");
    let confidences: Vec<f32> =
        outcome.pages.iter().flat_map(|p| p.text.iter().flat_map(|t| t.words.iter().map(|w| w.confidence))).collect();
    assert!(confidences.iter().all(|c| *c < 1.0), "unconfirmed: {confidences:?}");
}

#[test]
fn memory_is_bounded() {
    // 100 million pixels of zeros in a hundred kilobytes.
    let image = stream(
        "/Type /XObject /Subtype /Image /Width 10000 /Height 10000 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode",
        &flate(&vec![0; 100_000_000]),
    );
    let bytes = pages(&[("", b"BT /F1 12 Tf 10 30 Td (Smith) Tj ET".to_vec()), ("", COVER.to_vec())], &image);
    let outcome = read(file_of(&bytes), FileKind::Pdf, &DecodeSettings { memory_mib: 200, ..settings() });
    assert_eq!(outcome.pages.len(), 1, "{outcome:?}");
    assert_eq!(outcome.failed[0].0, 2);
    assert!(matches!(outcome.failed[0].1.kind, FailureKind::TooLarge | FailureKind::Broken), "{outcome:?}");
}

#[test]
fn budgets_are_kept() {
    let two = pages(&[("", COVER.to_vec()), ("", COVER.to_vec())], &corner_image());
    let outcome = read(file_of(&two), FileKind::Pdf, &DecodeSettings { max_pages: 1, ..settings() });
    assert_eq!(outcome.error.unwrap().kind, FailureKind::TooLarge);
    let poster = pages(&[("/MediaBox [0 0 1000000000 1000000000]", b"0 0 10 10 re f".to_vec()), ("", COVER.to_vec())], &corner_image());
    let outcome = read(file_of(&poster), FileKind::Pdf, &settings());
    assert_eq!((outcome.failed[0].1.kind, outcome.pages.len()), (FailureKind::TooLarge, 1));
    let large = pages(&[("/MediaBox [0 0 5000 5000]", b"0 0 10 10 re f".to_vec())], &corner_image());
    let outcome = read(file_of(&large), FileKind::Pdf, &DecodeSettings { max_megapixels: 30, ..settings() });
    let page = &outcome.pages[0];
    assert!(page.grey.width * page.grey.height <= 30_000_000 && page.grey.width > 5000, "{page:?}");
    let error = decode(file_of(&[0; 2_000_000]), FileKind::Png, &DecodeSettings { max_file_mib: 1, ..settings() }).unwrap_err();
    assert_eq!(error.kind, FailureKind::TooLarge);
}

#[test]
fn a_child_that_is_no_child_is_a_failure() {
    for program in ["/bin/true", "/bin/echo", "/nonexistent"] {
        let settings = DecodeSettings { program: Some(PathBuf::from(program)), ..settings() };
        let outcome = read(file_of(b"x"), FileKind::Png, &settings);
        assert_eq!(outcome.error.unwrap_or_else(|| panic!("{program}")).kind, FailureKind::Crashed);
    }
}

#[test]
fn the_bad_files_of_the_charts_fail_as_they_should() {
    let Some(charts) = charts() else {
        let _ = writeln!(std::io::stderr(), "skipped: no development charts beside the repository");
        return;
    };
    let inventory = survey(&charts.join("scans/batches"), &IntakeSettings::default(), &[]).unwrap();
    let mut got = BTreeMap::new();
    for source in &inventory.sources {
        let name = source.path.as_str().to_owned();
        match source.content {
            Content::Known(kind) => {
                let outcome = read(open_and_digest(source).unwrap().0, kind, &settings());
                let failure = outcome.error.or_else(|| outcome.failed.into_iter().next().map(|f| f.1));
                got.extend(failure.map(|f| (name, f.kind)));
            }
            Content::Empty => drop(got.insert(name, FailureKind::Empty)),
            Content::Unknown => drop(got.insert(name, FailureKind::UnknownKind)),
            Content::Unreadable(_) => drop(got.insert(name, FailureKind::Unreadable)),
        }
    }
    let expected = [
        ("IMG_2231.jpg", FailureKind::Broken),
        ("Thumbs.db", FailureKind::UnknownKind),
        ("cut off.pdf", FailureKind::Broken),
        ("empty.tif", FailureKind::Empty),
        ("protected chart.pdf", FailureKind::Encrypted),
        ("transfer list.pdf", FailureKind::UnknownKind),
    ];
    assert_eq!(got, expected.map(|(name, kind)| (name.to_owned(), kind)).into());
}
