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

use pdf_writer::types::{NumberingStyle, OutputIntentSubtype};
use pdf_writer::writers::PageLabel;
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

    let alphabet = Alphabet::of(pages.iter().filter_map(|page| page.reading));
    let font = (!alphabet.is_empty()).then(|| font::embed(&mut pdf, &mut new, &alphabet));
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

    let labels = labels(&mut pdf, &mut new, pages);
    let mut root = pdf.catalog(catalog);
    root.pages(tree).metadata(metadata);
    if !labels.is_empty() {
        let mut tree = root.page_labels();
        let mut numbers = tree.nums();
        for (index, label) in labels {
            numbers.insert(index, label);
        }
    }
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

/// Labels that call each page by its number in the source: where a run of numbers begins, and its label. None if they are numbered from one on.
fn labels(pdf: &mut Pdf, new: &mut impl FnMut() -> Ref, pages: &[PdfPage<'_>]) -> Vec<(i32, Ref)> {
    let numbers: Vec<i32> = pages.iter().map(|page| i32::try_from(page.carried.number.get()).unwrap_or(i32::MAX)).collect();
    let is_new = |index: usize| index == 0 || numbers[index] != numbers[index - 1].saturating_add(1);
    let runs: Vec<usize> = (0..numbers.len()).filter(|index| is_new(*index)).collect();
    if runs == [0] && numbers[0] == 1 {
        return Vec::new();
    }
    let label = |index: usize| {
        let id = new();
        pdf.indirect(id).start::<PageLabel<'_>>().style(NumberingStyle::Arabic).offset(numbers[index]);
        (index as i32, id)
    };
    runs.into_iter().map(label).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Affine, Carriage, Coding, Colour, Lay, PageNumber, Picture, QuarterTurn, Rect, Share, Word};

    fn carried(number: u32, width: u32, height: u32, dpi: Option<(f32, f32)>) -> CarriedPage {
        let picture = Picture {
            data: vec![0; 4],
            coding: Coding::RunLength,
            width,
            height,
            bits: 8,
            colour: Colour::Grey,
            inverted: false,
            place: Share::WHOLE,
            lay: Lay::UPRIGHT,
        };
        let number = PageNumber::new(number);
        CarriedPage { number, width, height, dpi, tagged_turn: 0, carriage: Carriage::Unchanged, pictures: vec![picture] }
    }

    /// A reading of an upright page of 1700 by 2200 pixels at 200 dots per inch.
    fn reading(turn: QuarterTurn, to_source: Affine) -> PageReading {
        let mut reading = crate::layout::testing::page(Vec::new());
        (reading.width, reading.height, reading.to_source) = (1700, 2200, to_source);
        (reading.quality.turn, reading.quality.dpi) = (turn, 200.0);
        reading.words = vec![Word { text: "Lisinopril".to_owned(), rect: Rect::new(10.0, 20.0, 90.0, 30.0), ..Word::default() }];
        reading
    }

    #[test]
    fn pages_have_the_size_of_the_paper() {
        let letter = |found: (f32, f32)| (found.0 - 612.0).abs() < 0.1 && (found.1 - 792.0).abs() < 0.1;
        let of = |page: &CarriedPage, reading: Option<&PageReading>| size(&PdfPage { carried: page, reading });
        assert!(letter(of(&carried(1, 2550, 3300, Some((300.0, 300.0))), None)));
        assert!(letter(of(&carried(1, 1734, 1078, Some((204.0, 98.0))), None)));
        // No resolution of its own: the upright page was brought to 200 from 100 across and 50 down.
        let upright = reading(QuarterTurn::None, Affine::scale(100.0 / 1700.0, 100.0 / 2200.0));
        assert!(letter(of(&carried(1, 850, 550, None), Some(&upright))));
        // The same paper lying on its side.
        let lying = reading(QuarterTurn::Right, Affine { m: [0.0, 100.0 / 2200.0, 0.0, -100.0 / 1700.0, 0.0, 100.0] });
        let (width, height) = of(&carried(1, 550, 850, None), Some(&lying));
        assert!(letter((height, width)), "{width} {height}");
        let (width, height) = of(&carried(1, 20_000, 10, Some((50.0, 50.0))), None);
        assert!(SIDES.contains(&width) && SIDES.contains(&height));
    }

    #[test]
    fn the_same_pages_make_the_same_bytes() {
        let (page, other) = (carried(4, 10, 10, None), carried(5, 10, 10, None));
        let read = reading(QuarterTurn::Half, Affine::IDENTITY);
        let info = PdfInfo { title: "a (b).pdf", source: "sha256:0" };
        let make = |pages: &[PdfPage<'_>]| render(pages, &info);
        let both = [PdfPage { carried: &page, reading: Some(&read) }, PdfPage { carried: &other, reading: None }];
        let made = make(&both);
        assert_eq!(made, make(&both));
        assert_ne!(made, make(&both[..1]));
        let holds = |what: &[u8]| made.windows(what.len()).any(|window| window == what);
        assert!(made.starts_with(b"%PDF-1.4\n") && holds(b"/Rotate 180") && holds(b"/St 4") && !holds(b"/St 5"));
    }
}
