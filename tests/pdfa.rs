//! Scans as PDF/A: what other programs say of them. PDFBox's preflight judges the form, qpdf the syntax, poppler shows the pixels and finds the
//! words, and lopdf takes out the pictures' data, which have to be the source's.
//!
//! The tools come with `make test` (Debian, Ubuntu); a test whose tools are not there says so and passes.
#![allow(clippy::print_stdout, reason = "a test says what it left out")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use chartlift::decode::{DecodeEvent, DecodeSettings, carry, decode};
use chartlift::export::pdf::{PdfInfo, PdfPage, render};
use chartlift::intake::{Content, IntakeSettings, open_and_digest, survey};
use chartlift::model::{Carriage, CarriedPage, Coding, Colour, FailureKind, FileKind, GreyPage, PageNumber, RawPage};
use chartlift::pipeline::{Archive, NoScan, Sheets, scan_of};
use pdf_extract::{Document, Object};

fn settings() -> DecodeSettings {
    DecodeSettings { program: Some(PathBuf::from(env!("CARGO_BIN_EXE_chartlift"))), ..DecodeSettings::default() }
}

/// Whether a tool is there; says so if not.
fn have(tool: &str) -> bool {
    let there = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output().is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: no {tool}; `make test` installs it on Debian and Ubuntu");
    }
    there
}

fn have_preflight() -> bool {
    let jars = ["preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api"];
    let there = jars.iter().all(|jar| Path::new("/usr/share/java").join(format!("{jar}.jar")).exists());
    if !there {
        println!("skipped: no PDFBox preflight; `make test` installs it on Debian and Ubuntu");
    }
    there && have("java")
}

/// What preflight says, by the names of the files.
fn preflight(files: &[PathBuf]) -> BTreeMap<String, String> {
    let output = Command::new(common::root().join("scripts/pdfa/preflight.sh")).args(files).output().expect("the script starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut verdicts: BTreeMap<String, String> = BTreeMap::new();
    let mut last = String::new();
    for line in told.lines() {
        if let Some((name, verdict)) = line.strip_prefix("The file ").and_then(|rest| rest.split_once(" is ")) {
            last = name.to_owned();
            verdicts.insert(last.clone(), verdict.to_owned());
        } else if let Some(verdict) = verdicts.get_mut(&last) {
            verdict.push_str(&format!("\n  {line}"));
        }
    }
    assert_eq!(verdicts.len(), files.len(), "{told} {}", String::from_utf8_lossy(&output.stderr));
    verdicts
}

const VALID: &str = "a valid PDF/A-1b file";

/// A file that is read: its pages in grey, and as a PDF file of its own.
struct Sheet {
    name: String,
    kind: FileKind,
    source: PathBuf,
    raw: Vec<RawPage>,
    carried: Vec<CarriedPage>,
    pdf: PathBuf,
}

/// Every file of fixtures, fixtures/twins and samples/scans of which each page is read, carried into a PDF file without any words.
fn sheets() -> &'static [Sheet] {
    static SHEETS: OnceLock<(Vec<Sheet>, tempfile::TempDir)> = OnceLock::new();
    let (sheets, _) = SHEETS.get_or_init(|| {
        let place = tempfile::tempdir().expect("a temporary folder");
        let mut sheets = Vec::new();
        for folder in ["fixtures", "fixtures/twins", "samples/scans"] {
            let root = common::root().join(folder);
            for source in survey(&root, &IntakeSettings::default(), &[]).expect("a folder").sources {
                let Content::Known(kind) = source.content else { continue };
                // Of the fixtures' other folders the files are papers as here.
                if folder == "fixtures" && source.path.as_str().contains('/') {
                    continue;
                }
                let raw: Result<Vec<Option<RawPage>>, _> = match decode(open_and_digest(&source).expect("a file").0, kind, &settings()) {
                    Ok(events) => events.map(|event| event.map(page)).collect(),
                    Err(failure) => Err(failure),
                };
                let Ok(raw) = raw else { continue };
                let raw: Vec<RawPage> = raw.into_iter().flatten().collect();
                let numbers: Vec<PageNumber> = raw.iter().map(|page| page.number).collect();
                if numbers.is_empty() {
                    continue;
                }
                let events = carry(open_and_digest(&source).expect("a file").0, kind, &numbers, &settings()).expect("a child");
                let carried: Vec<CarriedPage> =
                    events.filter_map(|event| page(event.unwrap_or_else(|failure| panic!("{}: {failure}", source.path)))).collect();
                assert_eq!(carried.iter().map(|page| page.number).collect::<Vec<_>>(), numbers, "{}", source.path);
                let name = format!("{folder}/{}", source.path).replace('/', "-");
                let pages: Vec<PdfPage<'_>> = carried.iter().map(|carried| PdfPage { carried, reading: None }).collect();
                let pdf = place.path().join(format!("{name}.pdf"));
                fs::write(&pdf, render(&pages, &PdfInfo { title: &name, source: "a test" })).expect("a file");
                sheets.push(Sheet { name, kind, source: root.join(source.path.as_str()), raw, carried, pdf });
            }
        }
        (sheets, place)
    });
    assert!(sheets.len() > 80, "{} files", sheets.len());
    sheets
}

/// The page of an event.
fn page<P>(event: DecodeEvent<P>) -> Option<P> {
    match event {
        DecodeEvent::Page(page) => Some(page),
        _ => None,
    }
}

fn sheet(name: &str) -> &'static Sheet {
    sheets().iter().find(|sheet| sheet.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn every_coding_makes_a_valid_file_and_broken_ones_do_not() {
    if !have_preflight() {
        return;
    }
    let place = tempfile::tempdir().expect("a temporary folder");
    let good = fs::read(&sheet("fixtures-twins-grey.png").pdf).expect("a file");
    let mut broken = Vec::new();
    // Each says something else than PDF/A-1 wants, at the same length.
    for (name, from, to) in [
        ("part", "<pdfaid:part>1<", "<pdfaid:part>2<"),
        ("intent", "/GTS_PDFA1", "/GTS_PDFX_"),
        ("producer", "<pdf:Producer>chartlift<", "<pdf:Producer>somebody <"),
    ] {
        let at = good.windows(from.len()).position(|window| window == from.as_bytes()).unwrap_or_else(|| panic!("no {from}"));
        let mut bytes = good.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        let path = place.path().join(format!("broken-{name}.pdf"));
        fs::write(&path, bytes).expect("a file");
        broken.push(path);
    }
    broken.push(common::root().join("fixtures/digital.pdf"));
    let files: Vec<PathBuf> = sheets().iter().map(|sheet| sheet.pdf.clone()).chain(broken.clone()).collect();
    let verdicts = preflight(&files);
    let wrong: Vec<_> = verdicts
        .iter()
        .filter(|(name, verdict)| {
            let should_fail = broken.iter().any(|path| path.file_name().is_some_and(|own| own == name.as_str()));
            (*verdict == VALID) == should_fail
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn qpdf_finds_nothing_to_complain_of() {
    if !have("qpdf") {
        return;
    }
    for sheet in sheets() {
        let output = Command::new("qpdf").arg("--check").arg(&sheet.pdf).output().expect("qpdf");
        assert!(output.status.success(), "{}: {}", sheet.name, String::from_utf8_lossy(&output.stderr));
    }
}

/// A page as poppler shows it, in grey, at the page's own size in pixels.
fn shown(pdf: &Path, number: usize, (width, height): (u32, u32), turned: bool) -> GreyPage {
    // It takes the two for sides of the page before it is turned.
    let size = if turned { [height, width] } else { [width, height] }.map(|side| side.to_string());
    let number = number.to_string();
    let output = Command::new("pdftoppm")
        .args(["-gray", "-f", &number, "-l", &number, "-scale-to-x", &size[0], "-scale-to-y", &size[1]])
        .arg(pdf)
        .output()
        .expect("pdftoppm");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let head = format!("P5\n{width} {height}\n255\n");
    let pixels = output.stdout.strip_prefix(head.as_bytes()).unwrap_or_else(|| {
        let begins = String::from_utf8_lossy(&output.stdout[..20.min(output.stdout.len())]).into_owned();
        panic!("{}: another size than {width} x {height}: {begins:?}", pdf.display())
    });
    GreyPage { width, height, pixels: pixels.to_vec() }
}

/// The raw page with the turn that its tags ask for.
fn turned(raw: &RawPage) -> GreyPage {
    let mut page = raw.grey.clone();
    for _ in 0..raw.tagged_turn {
        let (w, h) = (page.width as usize, page.height as usize);
        let pixels = (0..w * h).map(|i| page.pixels[(h - 1 - i % h) * w + i / h]).collect();
        page = GreyPage { width: h as u32, height: w as u32, pixels };
    }
    page
}

/// Another program sees in the file what was read from the source.
#[test]
fn the_pages_look_like_their_sources() {
    if !have("pdftoppm") {
        return;
    }
    let mut faults = Vec::new();
    // Poppler 22 to 24 knows no JBIG2 that is coded as a fax, in the source neither.
    for sheet in sheets().iter().filter(|sheet| !sheet.name.contains("jbig2-mmr")) {
        for (index, raw) in sheet.raw.iter().enumerate() {
            let expected = turned(raw);
            let seen = shown(&sheet.pdf, index + 1, (expected.width, expected.height), raw.tagged_turn % 2 == 1);
            let sum: u64 = seen.pixels.iter().zip(&expected.pixels).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            let mean = sum as f64 / seen.pixels.len() as f64;
            // Edges of letters are smoothed where the page's size is no whole number of points.
            if mean > 4.0 {
                faults.push(format!("{} page {}: {mean:.2}", sheet.name, index + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Pixel by pixel, what comes out of the file is what came out of the source. (Only pages of one picture; two decoders of JPEG differ a little.)
#[test]
fn no_pixel_is_lost() {
    let mut compared = 0;
    for sheet in sheets() {
        let file = fs::File::open(&sheet.pdf).expect("a file");
        let pages = decode(file, FileKind::Pdf, &settings()).expect("a child");
        let pages = pages.filter_map(|event| page(event.unwrap_or_else(|failure| panic!("{}: {failure}", sheet.name))));
        for ((raw, carried), again) in sheet.raw.iter().zip(&sheet.carried).zip(pages) {
            let [picture] = carried.pictures.as_slice() else { continue };
            // The file bears the turn that the source's tags ask for, which is made when it is decoded.
            let expected = turned(raw);
            assert_eq!((again.grey.width, again.grey.height), (expected.width, expected.height), "{}", sheet.name);
            let steps = || again.grey.pixels.iter().zip(&expected.pixels).map(|(a, b)| u64::from(a.abs_diff(*b)));
            let (most, mean) = (steps().max().unwrap_or(0), steps().sum::<u64>() as f64 / expected.pixels.len() as f64);
            let lossy = matches!(picture.coding, Coding::Jpeg { .. }) || picture.colour == Colour::Inks;
            assert!(if lossy { mean <= 3.0 } else { most <= 1 }, "{}: {mean:.2}, at most {most}", sheet.name);
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
}

/// Raw data of a file's pictures, in the order in which they were written.
fn pictures(pdf: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let document = Document::load_mem(pdf).expect("lopdf reads the file");
    let mut pictures = Vec::new();
    for object in document.objects.values() {
        let Object::Stream(stream) = object else { continue };
        if stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Image") {
            let filter = stream.dict.get(b"Filter").and_then(Object::as_name).unwrap_or_default().to_vec();
            pictures.push((filter, stream.content.clone()));
        }
    }
    pictures
}

/// The IDAT chunks of a PNG.
fn idat(png: &[u8]) -> Vec<u8> {
    let (mut at, mut data) = (8, Vec::new());
    while at + 8 <= png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes")) as usize;
        if &png[at + 4..at + 8] == b"IDAT" {
            data.extend(&png[at + 8..at + 8 + length]);
        }
        at += 12 + length;
    }
    data
}

/// The strips or tiles of a TIFF's first page.
fn strips(tiff: &Path) -> Vec<Vec<u8>> {
    use tiff::tags::Tag;
    let bytes = fs::read(tiff).expect("a file");
    let mut decoder = tiff::decoder::Decoder::new(std::io::Cursor::new(&bytes)).expect("a TIFF");
    let mut list = |strip, tile| decoder.get_tag_u64_vec(strip).or_else(|_| decoder.get_tag_u64_vec(tile)).expect("strips");
    let (offsets, counts) = (list(Tag::StripOffsets, Tag::TileOffsets), list(Tag::StripByteCounts, Tag::TileByteCounts));
    offsets.iter().zip(&counts).map(|(at, count)| bytes[*at as usize..(*at + *count) as usize].to_vec()).collect()
}

#[test]
fn the_pictures_are_the_sources_own_bytes() {
    let data = |name: &str| -> (Vec<u8>, Vec<Vec<u8>>) {
        let found = pictures(&fs::read(&sheet(name).pdf).expect("a file"));
        (found.first().map(|picture| picture.0.clone()).unwrap_or_default(), found.into_iter().map(|picture| picture.1).collect())
    };
    // Files that are one JPEG or one PNG.
    for (name, kind) in [
        ("samples-scans-chart 448213-progress note.jpg", "DCTDecode"),
        ("samples-scans-chart 448213-registration.png", "FlateDecode"),
        ("samples-scans-chart H207754-insurance card.png", "FlateDecode"),
        ("fixtures-exif-turned.jpg", "DCTDecode"),
        ("fixtures-cmyk.jpg", "DCTDecode"),
        ("fixtures-palette.png", "FlateDecode"),
        ("fixtures-twins-colour.png", "FlateDecode"),
        ("fixtures-twins-inks.jpg", "DCTDecode"),
    ] {
        let source = fs::read(&sheet(name).source).expect("a file");
        let expected = if kind == "DCTDecode" { source } else { idat(&source) };
        assert!(data(name) == (kind.as_bytes().to_vec(), vec![expected]), "{name}");
    }
    // Strips and tiles, one picture each.
    for (name, kind) in [
        ("fixtures-g4.tif", "CCITTFaxDecode"),
        ("fixtures-g3-1d.tif", "CCITTFaxDecode"),
        ("fixtures-g3-2d.tif", "CCITTFaxDecode"),
        ("fixtures-twins-black-g3-1d.tif", "CCITTFaxDecode"),
        ("fixtures-twins-black-g4.tif", "CCITTFaxDecode"),
        ("fixtures-twins-black-g4-tiles.tif", "CCITTFaxDecode"),
        ("fixtures-twins-black-zip.tif", "FlateDecode"),
        ("fixtures-twins-grey-zip.tif", "FlateDecode"),
        ("fixtures-twins-grey-tiles.tif", "FlateDecode"),
        ("fixtures-twins-black-packbits.tif", "RunLengthDecode"),
        ("fixtures-twins-grey-packbits.tif", "RunLengthDecode"),
        ("samples-scans-fax-referral letter.tif", "CCITTFaxDecode"),
    ] {
        assert!(data(name) == (kind.as_bytes().to_vec(), strips(&sheet(name).source)), "{name}");
    }
    // Pictures of PDF files.
    for name in ["twins-black-g4", "twins-black-g3-2d", "twins-black-jbig2", "twins-grey-jpeg", "twins-colour-jpeg", "twins-grey-flate"] {
        let name = format!("fixtures-{name}.pdf");
        let source = pictures(&fs::read(&sheet(&name).source).expect("a file"));
        assert!(data(&name).1 == source.into_iter().map(|picture| picture.1).collect::<Vec<_>>(), "{name}");
    }
}

/// JPEG strips of a TIFF are one JPEG in the scan; every strip's coded data stand in it as they do in the source.
#[test]
fn strips_of_a_jpeg_are_set_together_and_not_coded_anew() {
    for name in ["fixtures-jpeg.tif", "fixtures-twins-grey-jpeg.tif", "fixtures-twins-colour-jpeg.tif", "fixtures-twins-inks-jpeg.tif"] {
        let sheet = sheet(name);
        let found = pictures(&fs::read(&sheet.pdf).expect("a file"));
        assert_eq!(found.len(), 1, "{name}");
        for strip in strips(&sheet.source) {
            let scan = strip.windows(2).position(|window| window == [0xff, 0xda]).expect("a scan");
            let head = usize::from(u16::from_be_bytes([strip[scan + 2], strip[scan + 3]]));
            let coded = &strip[scan + 2 + head..strip.len() - 2];
            assert!(found[0].1.windows(coded.len()).any(|window| window == coded), "{name}");
        }
    }
}

/// What had to be done to the pages of each kind of file.
#[test]
fn pages_say_what_was_done_to_them() {
    let table = [
        ("fixtures-grey.png", Carriage::Unchanged),
        ("fixtures-grey16.png", Carriage::Recoded),
        ("fixtures-alpha.png", Carriage::Recoded),
        ("fixtures-grey.webp", Carriage::Recoded),
        ("fixtures-bilevel.pbm", Carriage::Recoded),
        ("fixtures-bilevel.bmp", Carriage::Recoded),
        ("fixtures-twins-black-lzw.tif", Carriage::Recoded),
        ("fixtures-twins-colour-zip.tif", Carriage::Recoded), // of more strips than a page should have pictures
        ("fixtures-twins-black-g4-reversed.tif", Carriage::Recoded),
        ("fixtures-twins-grey-old-jpeg.tif", Carriage::Unchanged),
        ("fixtures-twins-inks-lzw.tif", Carriage::Recoded),
        ("fixtures-twins-grey-jpx.pdf", Carriage::Recoded),
        ("fixtures-twins-grey-lzw.pdf", Carriage::Recoded),
        ("fixtures-twins-grey-hex.pdf", Carriage::Unchanged),
        ("fixtures-old-ocr.pdf", Carriage::Unchanged),
        ("fixtures-digital.pdf", Carriage::Drawn),
    ];
    for (name, carriage) in table {
        assert_eq!(sheet(name).carried[0].carriage, carriage, "{name}");
    }
    // Scanned files of the everyday kinds go through as they are.
    for sheet in sheets().iter().filter(|sheet| matches!(sheet.kind, FileKind::Jpeg)) {
        assert_eq!(sheet.carried[0].carriage, Carriage::Unchanged, "{}", sheet.name);
    }
}

/// Files that are damaged or lie: each page comes, or a reason; what comes is rendered; nothing is waited for for ever.
#[test]
fn hostile_files_do_no_harm() {
    let settings = DecodeSettings { cpu_seconds: 20, wall_seconds: 60, ..settings() };
    let wanted: Vec<PageNumber> = (1..=3).map(PageNumber::new).collect();
    let mut answers = 0;
    for folder in ["fixtures/hostile", "fixtures"] {
        for source in survey(&common::root().join(folder), &IntakeSettings::default(), &[]).expect("a folder").sources {
            let Content::Known(kind) = source.content else { continue };
            if folder == "fixtures" && source.path.as_str().contains('/') {
                continue;
            }
            let Ok(events) = carry(open_and_digest(&source).expect("a file").0, kind, &wanted, &settings) else { continue };
            let mut last = 0;
            for event in events {
                match event {
                    Ok(DecodeEvent::Page(carried)) => {
                        assert!(carried.number.get() > last, "{}", source.path);
                        last = carried.number.get();
                        let page = PdfPage { carried: &carried, reading: None };
                        assert!(render(&[page], &PdfInfo { title: "", source: "" }).starts_with(b"%PDF-1.4"), "{}", source.path);
                    }
                    Ok(DecodeEvent::PageFailed { number, .. }) => {
                        assert!(number.get() > last, "{}", source.path);
                        last = number.get();
                    }
                    Ok(DecodeEvent::Start(_)) | Err(_) => {}
                }
                answers += 1;
            }
        }
    }
    assert!(answers > 100, "{answers}");
}

/// An archive of the samples, and the folder that it was made from.
fn archive() -> &'static (PathBuf, PathBuf) {
    static ARCHIVE: OnceLock<(PathBuf, PathBuf, tempfile::TempDir)> = OnceLock::new();
    static PATHS: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    PATHS.get_or_init(|| {
        let (archive, input, _) = ARCHIVE.get_or_init(|| {
            let place = tempfile::tempdir().expect("a temporary folder");
            let (archive, input) = (place.path().join("archive"), place.path().join("scans"));
            common::copy_into(&common::root().join("samples/scans"), place.path());
            common::run(&input, &archive);
            (archive, input, place)
        });
        (archive.clone(), input.clone())
    })
}

/// A word where poppler finds it on the page as shown, in points.
struct Found {
    text: String,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// Size of a page in points, and its words.
fn words(pdf: &Path, number: usize) -> ((f64, f64), Vec<Found>) {
    let number = number.to_string();
    let output = Command::new("pdftotext").args(["-bbox", "-f", &number, "-l", &number]).arg(pdf).arg("-").output().expect("pdftotext");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let attribute = |line: &str, name: &str| -> f64 {
        let from = line.find(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name}: {line}")) + name.len() + 2;
        line[from..].split('"').next().and_then(|number| number.parse().ok()).expect("a number")
    };
    let mut size = (0.0, 0.0);
    let mut words = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("<page ") {
            size = (attribute(line, "width"), attribute(line, "height"));
        } else if line.starts_with("<word ") {
            let text = line.split('>').nth(1).and_then(|rest| rest.strip_suffix("</word")).unwrap_or_default();
            let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            let side = |name| attribute(line, name);
            words.push(Found { text, left: side("xMin"), top: side("yMin"), right: side("xMax"), bottom: side("yMax") });
        }
    }
    (size, words)
}

/// A search finds the values of a document where the ledger says that they stand, whichever way the page was turned.
#[test]
fn words_are_found_where_they_stand() {
    if !have("pdftotext") {
        return;
    }
    let (archive, _) = archive();
    let (ledger, _) = Archive::look(archive).expect("an archive");
    let place = tempfile::tempdir().expect("a temporary folder");
    let (mut looked_for, mut missed, mut turned) = (0, Vec::new(), 0);
    for record in ledger.documents().map(|record| record.expect("a document")) {
        let sheets = Sheets::of(&ledger, &record).expect("sheets");
        let (scan, _) = scan_of(None, &sheets, &record, &settings()).unwrap_or_else(|why| panic!("{}: {why}", record.id));
        let pdf = place.path().join("scan.pdf");
        fs::write(&pdf, &scan.pdf).expect("a file");
        let layers: Vec<_> = (1..=record.pages.len()).map(|number| words(&pdf, number)).collect();
        let pages = ledger.pages_at(&record.source).expect("pages");
        for value in &record.values {
            let value = &value.extracted;
            let (Some(place), raw) = (value.place, value.raw.as_str()) else { continue };
            // Words of one piece that stand alone in their box.
            if raw.contains(char::is_whitespace) || raw.len() < 4 {
                continue;
            }
            let index = record.pages.iter().position(|page| *page == value.page).expect("a page of the document");
            let reading = pages.iter().find(|page| page.number == value.page).and_then(|page| page.unpack()).expect("a reading");
            let (size, found) = &layers[index];
            let odd = reading.quality.turn.quarters() % 2 == 1;
            // Poppler gives the words of the turned page, and the sides of the page before that.
            let (width, height) = if odd { (size.1, size.0) } else { *size };
            // The middle of the box, in percent of the page as it lies in the source, brought to the page as it is shown.
            let (mut x, mut y) = (f64::from(place.x + place.width / 2.0) / 100.0, f64::from(place.y + place.height / 2.0) / 100.0);
            for _ in 0..reading.quality.turn.quarters() {
                (x, y) = (1.0 - y, x);
            }
            let (x, y) = (x * width, y * height);
            looked_for += 1;
            turned += u32::from(reading.quality.turn.quarters() > 0);
            let near = |word: &&Found| x > word.left - 3.0 && x < word.right + 3.0 && y > word.top - 3.0 && y < word.bottom + 3.0;
            let is_there = found.iter().filter(near).any(|word| word.text.contains(raw) || raw.contains(word.text.as_str()));
            if !is_there {
                missed.push(format!("{} {} {raw} at {x:.0}, {y:.0}", record.id, value.field));
            }
        }
    }
    assert!(looked_for > 100 && turned > 0, "{looked_for} values, {turned} on turned pages");
    assert!(missed.is_empty(), "{} of {looked_for}: {missed:#?}", missed.len());
}

/// The command writes what is checked here, words and all, and says how pages went.
#[test]
fn exported_scans_are_valid_with_their_words() {
    let (archive, input) = archive();
    let place = tempfile::tempdir().expect("a temporary folder");
    let out = place.path().join("out");
    let export = |more: &[&std::ffi::OsStr]| {
        let mut command = common::chartlift();
        command.arg("export").arg(archive).args(["--format", "pdfa", "--out"]).arg(&out).args(more).output().expect("the program starts")
    };
    let output = export(&[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files: Vec<PathBuf> = walkdir::WalkDir::new(out.join("scans"))
        .into_iter()
        .map(|entry| entry.expect("an entry").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    let (ledger, _) = Archive::look(archive).expect("an archive");
    assert_eq!(files.len(), ledger.documents().count());
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(out.join("manifest.json")).expect("a manifest")).expect("JSON");
    assert_eq!(manifest["pages_of_scans"], serde_json::json!({"unchanged": 11, "recoded": 1, "drawn": 2}));
    if have_preflight() {
        // Files of one name in several folders are told apart by copies.
        let copies: Vec<PathBuf> = (0..)
            .zip(&files)
            .map(|(n, file)| {
                let copy = place.path().join(format!("{n}.pdf"));
                fs::copy(file, &copy).expect("a copy");
                copy
            })
            .collect();
        let verdicts = preflight(&copies);
        assert!(verdicts.values().all(|verdict| verdict == VALID), "{verdicts:#?}");
    }
    // Scans that are gone: what cannot be made is listed, and what lies there of earlier goes.
    fs::create_dir(place.path().join("empty")).expect("a folder");
    let output = export(&["--scans".as_ref(), place.path().join("empty").as_os_str()]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let left_out = fs::read_to_string(out.join("left_out.csv")).expect("a list");
    assert_eq!(left_out.lines().filter(|line| line.contains(",scan,")).count(), files.len(), "{left_out}");
    assert!(files.iter().all(|file| !file.exists()) && input.exists());
}

/// The same source and readings, the same bytes; another source, no scan.
#[test]
fn scans_are_made_of_what_was_read_and_of_nothing_else() {
    let (archive, input) = archive();
    let (ledger, _) = Archive::look(archive).expect("an archive");
    let place = tempfile::tempdir().expect("a temporary folder");
    for record in ledger.documents().map(|record| record.expect("a document")) {
        let sheets = Sheets::of(&ledger, &record).expect("sheets");
        let made = || scan_of(Some(input), &sheets, &record, &settings()).unwrap_or_else(|why| panic!("{}: {why}", record.id));
        let ((once, carried), (twice, _)) = (made(), made());
        assert_eq!(once, twice, "{}", record.id);
        assert_eq!((carried.unchanged + carried.recoded + carried.drawn) as usize, record.pages.len(), "{}", record.id);
        assert_eq!(carried.lacking, [], "{}", record.id);

        let failure = |input: &Path| match scan_of(Some(input), &sheets, &record, &settings()) {
            Err(NoScan::Source { failure }) => failure.kind,
            other => panic!("{}: {other:?}", record.id),
        };
        assert_eq!(failure(Path::new("/nowhere")), FailureKind::Unreadable);
        let copy = place.path().join(record.source.as_str());
        fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
        let mut bytes = fs::read(input.join(record.source.as_str())).expect("the source");
        bytes.push(0);
        fs::write(&copy, bytes).expect("a copy");
        assert_eq!(failure(place.path()), FailureKind::Changed);
    }
}
