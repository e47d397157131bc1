//! A document's pages as one PDF/A-1b file (ISO 19005-1): the scan's own pictures, and over them, invisible, the words that were read, so that a
//! search finds them where they stand.
//!
//! The file depends on its pages, its words and its title alone: it bears no date, no version and no chance, so that whoever makes it again gets the same bytes.
//! Pictures are embedded as they come. Grey and red-green-blue samples are taken for sRGB, which is the file's output intent; samples of ink
//! have a profile of their own.

mod font;
mod icc;
mod metadata;
mod picture;
mod text;

use pdf_writer::types::OutputIntentSubtype;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, TextStr};
use sha2::{Digest, Sha256};

use self::picture::Profiles;
use self::text::Alphabet;
use crate::model::{CarriedPage, PageReading};

/// Points to an inch.
const POINTS: f32 = 72.0;
/// Points that a side of a page may have (PDF 1.4, appendix C), and those below which a viewer shows nothing.
const SIDES: std::ops::RangeInclusive<f32> = 3.0..=14_400.0;
/// Resolution of a page that neither says its own nor was read.
const USUAL_DPI: f32 = 200.0;

/// One page.
#[derive(Clone, Copy, Debug)]
pub struct PdfPage<'a> {
    /// Its pictures.
    pub carried: &'a CarriedPage,
    /// What was read on it. Its turn becomes the page's.
    pub reading: Option<&'a PageReading>,
}

/// What the file says of itself.
#[derive(Clone, Copy, Debug)]
pub struct PdfInfo<'a> {
    /// Its title.
    pub title: &'a str,
    /// What it was made from, as a digest.
    pub source: &'a str,
}

/// Renders the pages.
pub fn render(pages: &[PdfPage<'_>], info: &PdfInfo<'_>) -> Vec<u8> {
    let mut next = Ref::new(1);
    let mut new = || next.bump();
    let (catalog, tree, described, metadata, profile) = (new(), new(), new(), new(), new());
    let mut pdf = Pdf::new();
    pdf.set_version(1, 4);
    let title = metadata::printable(info.title);
    pdf.metadata(metadata, metadata::xmp(&title, info.source).as_bytes());
    pdf.document_info(described).title(TextStr(&title)).producer(TextStr(metadata::PRODUCER));
    icc::embed(&mut pdf, profile, &icc::srgb(), 3);

    let mut alphabet = Alphabet::of(pages.iter().filter_map(|page| page.reading));
    let font = (!alphabet.is_empty()).then(|| font::embed(&mut pdf, &mut new, &mut alphabet));
    let mut profiles = Profiles::default();
    let mut kids = Vec::new();
    for page in pages {
        let (id, content_id) = (new(), new());
        let size = size(page);
        let names: Vec<String> = (1..=page.carried.pictures.len()).map(|number| format!("P{number}")).collect();
        let mut content = Content::new();
        let mut pictures = Vec::new();
        for (name, carried) in names.iter().zip(&page.carried.pictures) {
            content.save_state().transform(picture::transform(carried, size)).x_object(Name(name.as_bytes())).restore_state();
            pictures.push(picture::embed(&mut pdf, &mut new, &mut profiles, carried));
        }
        let words = page.reading.is_some_and(|reading| text::show(&mut content, reading, size, &alphabet));
        pdf.stream(content_id, &deflate(&content.finish())).filter(pdf_writer::Filter::FlateDecode);

        let mut leaf = pdf.page(id);
        leaf.parent(tree).media_box(Rect::new(0.0, 0.0, size.0, size.1)).contents(content_id);
        let turn = page.reading.map_or(page.carried.tagged_turn, |reading| reading.quality.turn.quarters());
        if turn > 0 {
            leaf.rotate(90 * i32::from(turn));
        }
        let mut resources = leaf.resources();
        let mut objects = resources.x_objects();
        for (name, id) in names.iter().zip(&pictures) {
            objects.pair(Name(name.as_bytes()), *id);
        }
        objects.finish();
        if let Some(font) = font.filter(|_| words) {
            resources.fonts().pair(font::NAME, font);
        }
        kids.push(id);
    }
    pdf.pages(tree).count(kids.len() as i32).kids(kids);

    let mut root = pdf.catalog(catalog);
    root.pages(tree).metadata(metadata);
    let mut intents = root.output_intents();
    let mut intent = intents.push();
    intent
        .subtype(OutputIntentSubtype::PDFA)
        .output_condition_identifier(TextStr("sRGB"))
        .info(TextStr("sRGB"))
        .dest_output_profile(profile);
    intent.finish();
    intents.finish();
    root.finish();
    let digest = Sha256::digest(pdf.as_bytes())[..16].to_vec();
    pdf.set_file_id((digest.clone(), digest));
    pdf.finish()
}

/// Width and height of a page in points, before it is turned: of the resolution that it states, else of the one that was found when it was read.
fn size(page: &PdfPage<'_>) -> (f32, f32) {
    let CarriedPage { width, height, dpi, .. } = *page.carried;
    let (width, height) = (width as f32, height as f32);
    let (x, y) = dpi.or_else(|| page.reading.and_then(|reading| dpi_as_read(reading, width, height))).unwrap_or((USUAL_DPI, USUAL_DPI));
    let side = |pixels: f32, dpi: f32| pixels / dpi * POINTS;
    let (width, height) = (side(width, x), side(height, y));
    // A page out of bounds keeps its shape as far as the bounds let it.
    let scale = (SIDES.end() / width.max(height)).min(1.0).max(SIDES.start() / width.min(height));
    ((width * scale).clamp(*SIDES.start(), *SIDES.end()), (height * scale).clamp(*SIDES.start(), *SIDES.end()))
}

/// Dots per inch of the page as it lies in the source, from those of the upright page.
fn dpi_as_read(reading: &PageReading, width: f32, height: f32) -> Option<(f32, f32)> {
    let [a, b, _, d, e, _] = reading.to_source.m.map(|v| v as f32 / 100.0);
    // Source pixels that one upright pixel is long, whichever way it runs.
    let (along, down) = ((a * width).hypot(d * height), (b * width).hypot(e * height));
    let (along, down) = if reading.quality.turn.quarters() % 2 == 1 { (down, along) } else { (along, down) };
    let dpi = (reading.quality.dpi * along, reading.quality.dpi * down);
    (dpi.0.is_finite() && dpi.1.is_finite() && dpi.0 > 1.0 && dpi.1 > 1.0).then_some(dpi)
}

/// Deflated at the level that is PNG's usual one.
fn deflate(data: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default()
}
