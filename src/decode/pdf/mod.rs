//! PDF, page by page: a scanned page is the image it holds, at that image's own resolution; any other page is rendered, and brings
//! its words along where they are painted text.

mod coded;
mod collect;
mod guard;
mod second;
mod words;

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use hayro::vello_cpu::Pixmap;
use hayro_interpret::hayro_syntax::content::ops::TypedInstruction;
use hayro_interpret::hayro_syntax::object::{Dict, Name};
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::hayro_syntax::{LoadPdfError, Pdf};
use hayro_interpret::util::TransformExt;
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, interpret_page, kurbo};

use self::collect::{Collector, Cover, Flaw};
use self::guard::Guard;
use self::second::SecondReader;
use super::DecodeSettings;
use super::carry::{Pixels, Samples, recode};
use super::child::{DecodeError, Job, Sink};
use super::grey::{check_size, credible_dpi, luma, over_white};
use super::protocol::MAX_WORDS;
use crate::model::{Carriage, CarriedPage, FailureKind, GreyPage, PageNumber, RawPage, SourceFailure, TextLayer};

/// PDF user space units to an inch.
const POINTS: f64 = 72.0;

/// Share of the page that images may cover before painted text is no longer taken for all that stands on it.
const MOST_PICTURE: f64 = 0.25;

/// Decodes every page.
pub(super) fn decode(mut input: File, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
    let settings = sink.settings;
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(|e| {
        SourceFailure::new(FailureKind::Unreadable, format!("the file cannot be read: {}; check the disk, then run again", e.kind()))
    })?;
    let bytes = Arc::new(bytes);
    let pdf = Pdf::new(bytes.clone()).map_err(|e| match e {
        LoadPdfError::Decryption(_) => SourceFailure::new(FailureKind::Encrypted, "the PDF is locked by a password; save it without one"),
        LoadPdfError::Invalid => broken("the PDF is damaged"),
    })?;
    // The parser finds what pages it can in a torso. Half a chart that passes for a whole one is worse than none.
    if !ends_properly(&bytes) {
        return Err(broken("the PDF is cut off").into());
    }
    let pages = pdf.pages();
    let found = pages.len() as u32;
    let count = found.max(stated_count(&pdf).min(pdf.len() as u32));
    sink.start(count)?;
    let (mut guard, mut second) = (Guard::default(), SecondReader::new(&bytes, found));
    for (number, page) in (1..).zip(pages.iter()) {
        if sink.job == Job::Carry {
            sink.page(number, |number| {
                let writes = guard.check(page, settings)?;
                carry_page(page, number, writes, &guard, settings)
            })?;
            continue;
        }
        sink.page(number, |number| {
            let writes = guard.check(page, settings)?;
            read_page(page, number, writes, &guard, settings, &mut second)
        })?;
    }
    for number in found + 1..=count {
        sink.page::<RawPage>(number, |_| Err(broken("the PDF promises this page and does not hold it")))?;
    }
    Ok(())
}

/// Whether a trailer stands at the end: the last `startxref` has no object behind it. In a linearized file and after updates
/// there are several, and a cut then leaves an early one with objects behind.
fn ends_properly(bytes: &[u8]) -> bool {
    let find_last = |what: &[u8]| bytes.windows(what.len()).rposition(|w| w == what);
    let Some(trailer) = find_last(b"startxref") else { return false };
    !bytes[trailer..].windows(6).any(|w| w == b"endobj")
}

/// Pages that the page tree says it has.
fn stated_count(pdf: &Pdf) -> u32 {
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    root.and_then(|root| root.get::<Dict<'_>>(b"Pages")).and_then(|pages| pages.get::<u32>(b"Count")).unwrap_or(0)
}

/// Reads one page; `writes` says whether its content shows text.
fn read_page(
    page: &Page<'_>,
    number: PageNumber,
    writes: bool,
    guard: &Guard,
    settings: &DecodeSettings,
    second: &mut SecondReader,
) -> Result<RawPage, SourceFailure> {
    let size = page.render_dimensions();
    let mut found = look_through(page, writes, guard, settings, Job::Read)?;
    let glyphs = std::mem::take(&mut found.glyphs);
    if let Some(Cover::Seen(grey)) = found.take_lone_cover() {
        check_size(grey.width.into(), grey.height.into(), settings)?;
        let scale = (f64::from(grey.width) / f64::from(size.0), f64::from(grey.height) / f64::from(size.1));
        let dpi = cover_dpi((grey.width, grey.height), size);
        let (words, _) = words::build(&glyphs, |glyph| !glyph.blank, scale);
        let text = (!words.is_empty()).then_some(TextLayer { words, visible: false });
        return Ok(RawPage { number, grey, dpi, tagged_turn: 0, text });
    }

    let (grey, scale) = render(page, size, found.dpi(settings.render_dpi), settings)?;
    let dpi = credible_dpi(scale * POINTS, scale * POINTS, grey.width, grey.height);
    let trusted = found.image_share() < MOST_PICTURE && text_is_readable(&glyphs, found.curves);
    let (mut words, turn) = words::build(&glyphs, |glyph| glyph.visible && !glyph.blank, (scale, scale));
    // White on white, or painted over later: not to be seen, so not to be read.
    let before = words.len();
    words.retain(|word| words::stands_out(&grey, word));
    let visible = trusted && !words.is_empty() && words.len() * 2 >= before;
    if visible {
        second.doubt(number.get(), &mut words, settings);
    } else {
        (words, _) = words::build(&glyphs, |glyph| !glyph.blank, (scale, scale));
    }
    if words.len() > MAX_WORDS as usize {
        return Err(too_much_text(settings));
    }
    let text = (!words.is_empty()).then_some(TextLayer { words, visible });
    Ok(RawPage { number, grey, dpi, tagged_turn: if visible { turn } else { 0 }, text })
}

/// What the page draws, if all of it can be drawn.
fn look_through<'s>(
    page: &Page<'_>,
    writes: bool,
    guard: &'s Guard,
    settings: &'s DecodeSettings,
    job: Job,
) -> Result<Collector<'s>, SourceFailure> {
    if page.raw().contains_key(b"Contents") && page.page_stream().is_none() {
        return Err(broken("the content of the page cannot be unpacked"));
    }
    let mut found = Collector::new(page.render_dimensions(), guard, settings, job);
    interpret(page, &mut found);
    match found.flaw {
        Some(Flaw::Broken) => return Err(broken("an image of the page is cut off or damaged")),
        Some(Flaw::TooLarge) => {
            let detail = "an image of the page has more pixels than the budget allows; scan it at 300 dpi, or raise decode.max_megapixels";
            return Err(SourceFailure::new(FailureKind::TooLarge, detail));
        }
        Some(Flaw::TooMuchText) => return Err(too_much_text(settings)),
        None => {}
    }
    if found.nothing_drawn() && writes {
        return Err(broken("the page writes in a font that cannot be used"));
    }
    if found.nothing_drawn() && calls_for_missing_picture(page) {
        return Err(broken("the page calls for a picture that the PDF does not hold"));
    }
    Ok(found)
}

/// Carries one page: the picture that it is, or one that is drawn of it.
fn carry_page(
    page: &Page<'_>,
    number: PageNumber,
    writes: bool,
    guard: &Guard,
    settings: &DecodeSettings,
) -> Result<CarriedPage, SourceFailure> {
    let size = page.render_dimensions();
    let mut found = look_through(page, writes, guard, settings, Job::Carry)?;
    let drawn_at = found.dpi(settings.render_dpi);
    if let Some(Cover::Carried(picture, carriage)) = found.take_lone_cover() {
        let stored = (picture.width, picture.height);
        let (width, height) = if picture.lay.a == 0 { (stored.1, stored.0) } else { stored };
        check_size(width.into(), height.into(), settings)?;
        let dpi = cover_dpi((width, height), size);
        return Ok(CarriedPage { number, width, height, dpi, tagged_turn: 0, carriage, pictures: vec![picture] });
    }
    let (pixels, scale) = draw(page, size, drawn_at, settings)?;
    let rgb = pixels.data_as_u8_slice().chunks_exact(4).flat_map(colours_over_white_premultiplied).collect();
    let (width, height) = (pixels.width().into(), pixels.height().into());
    let picture = recode(Pixels { width, height, samples: Samples::Rgb(rgb) })?;
    let dpi = credible_dpi(scale * POINTS, scale * POINTS, width, height);
    Ok(CarriedPage { number, width, height, dpi, tagged_turn: 0, carriage: Carriage::Drawn, pictures: vec![picture] })
}

/// Resolution of a picture that covers a page.
fn cover_dpi((width, height): (u32, u32), size: (f32, f32)) -> Option<(f32, f32)> {
    let scale = (f64::from(width) / f64::from(size.0), f64::from(height) / f64::from(size.1));
    credible_dpi(scale.0 * POINTS, scale.1 * POINTS, width, height)
}

fn too_much_text(settings: &DecodeSettings) -> SourceFailure {
    let detail = format!("the page holds more text than {} KiB; split it, or raise decode.max_text_kib", settings.max_text_kib);
    SourceFailure::new(FailureKind::TooLarge, detail)
}

/// Whether the page draws an image that is not there or has no size: it would come out white. (Resources alone prove nothing: an
/// empty sheet may share those of its neighbours.)
fn calls_for_missing_picture(page: &Page<'_>) -> bool {
    let mut operations = page.typed_operations();
    while let Some(operation) = operations.next() {
        if let TypedInstruction::XObject(call) = operation {
            let object = page.resources().get_x_object(call.0);
            if object.is_none_or(|o| o.dict().get::<Name<'_>>(b"Subtype").is_some_and(|name| *name == *b"Image")) {
                return true;
            }
        }
    }
    false
}

/// Whether the painted glyphs say what they are, and are the writing of the page rather than a note beside drawn letters.
fn text_is_readable(glyphs: &[collect::Glyph], curves: usize) -> bool {
    let seen = || glyphs.iter().filter(|g| g.visible && !g.blank);
    let (all, unknown) = (seen().count(), seen().filter(|g| !g.known).count());
    all > 0 && unknown * 50 <= all && curves <= all.max(50) * 10
}

fn interpret(page: &Page<'_>, collector: &mut Collector<'_>) {
    let (width, height) = page.render_dimensions();
    let bounds = kurbo::Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    // A cache a page: kept over a file of thousands of pages it would hold every font and image of them.
    let cache = InterpreterCache::new();
    let mut context = Context::new(page.initial_transform(true).to_kurbo(), bounds, &cache, page.xref(), InterpreterSettings::default());
    interpret_page(page, &mut context, collector);
}

/// Renders the page in grey; the scale is pixels a point.
fn render(page: &Page<'_>, size: (f32, f32), dpi: f64, settings: &DecodeSettings) -> Result<(GreyPage, f64), SourceFailure> {
    let (pixmap, scale) = draw(page, size, dpi, settings)?;
    let pixels = pixmap.data_as_u8_slice().chunks_exact(4).map(over_white_premultiplied).collect();
    Ok((GreyPage { width: pixmap.width().into(), height: pixmap.height().into(), pixels }, scale))
}

/// Renders the page in its colours.
fn draw(page: &Page<'_>, (width, height): (f32, f32), dpi: f64, settings: &DecodeSettings) -> Result<(Pixmap, f64), SourceFailure> {
    let (width, height) = (f64::from(width), f64::from(height));
    let by_area = (settings.max_pixels() as f64 / (width * height)).sqrt();
    let by_side = f64::from(settings.max_side.min(u32::from(u16::MAX))) / width.max(height);
    let scale = (dpi / POINTS).min(by_area * 0.999).min(by_side * 0.999);
    // Below this, print of the usual size is no longer legible: the page is a poster, or a trap.
    const LEAST_DPI: f64 = 60.0;
    if !(scale * POINTS >= LEAST_DPI && width * scale >= 1.0 && height * scale >= 1.0) {
        return Err(SourceFailure::new(
            FailureKind::TooLarge,
            format!(
                "the page measures {width:.0} x {height:.0} points, too much to render; print it smaller, or raise decode.max_megapixels"
            ),
        ));
    }
    let interpreter = InterpreterSettings::default();
    let output =
        hayro::PixmapSettings { x_scale: scale as f32, y_scale: scale as f32, bg_color: hayro::vello_cpu::color::palette::css::WHITE };
    let pixmap = hayro::render(page, &hayro::RenderCache::new(), &interpreter, &hayro::RenderSettings::default(), &output);
    Ok((pixmap, scale))
}

/// Colours with their share of white, as the renderer leaves them where nothing was painted.
fn colours_over_white_premultiplied(pixel: &[u8]) -> [u8; 3] {
    match *pixel {
        [r, g, b, a] => [r, g, b].map(|sample| sample.saturating_add(255 - a)),
        _ => [255; 3],
    }
}

fn over_white_premultiplied(pixel: &[u8]) -> u8 {
    match *pixel {
        [r, g, b, 255] => luma(r, g, b),
        [r, g, b, a] => luma(r, g, b).saturating_add(over_white(0, a)),
        _ => 255,
    }
}

fn broken(what: &str) -> SourceFailure {
    SourceFailure::new(FailureKind::Broken, format!("{what}; open it in a viewer and save it anew, or scan it anew"))
}
