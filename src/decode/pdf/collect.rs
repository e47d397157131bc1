//! What a page draws: its glyphs with their places, its images, and whether one image is all there is to see.

use std::ops::ControlFlow;

use hayro_interpret::font::{Glyph as PdfGlyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::object::Stream;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape, Vec2};
use hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, LumaData, Paint, SoftMask};
use unicode_normalization::UnicodeNormalization;

use super::super::DecodeSettings;
use super::super::child::Job;
use super::super::grey::{luma, over_white};
use super::guard::Guard;
use super::{POINTS, coded};
use crate::model::{Carriage, GreyPage, Lay, Picture};

/// Glyphs that a page may have. More is no page of text.
const MAX_GLYPHS: usize = 200_000;
/// How far the edges of a scanned image may lie from those of the page, as a share of the page's side.
const COVER_TOLERANCE: f64 = 0.015;

/// A glyph as drawn, in points of the page as a viewer shows it, origin top left.
#[derive(Clone)]
pub(super) struct Glyph {
    /// What it means, composed (NFC), ligatures taken apart. Empty if nothing says it.
    pub(super) text: String,
    /// Whether its meaning is known.
    pub(super) known: bool,
    /// White space.
    pub(super) blank: bool,
    /// Painted, on the page, not clipped away and not covered by an image drawn later.
    pub(super) visible: bool,
    /// Hull of its ink.
    pub(super) rect: Rect,
    /// Where it stands on its baseline.
    pub(super) origin: Point,
    /// Unit vector along the baseline.
    pub(super) along: Vec2,
    /// Height of the em.
    pub(super) em: f64,
    /// Width along the baseline.
    pub(super) advance: f64,
}

/// The one image that covers the page.
pub(super) enum Cover {
    /// As a viewer shows it.
    Seen(GreyPage),
    /// As a PDF file can hold it, lying as it lies here.
    Carried(Picture, Carriage),
}

/// What can be wrong with an image, or with the page as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It cannot be decoded to its last row.
    Broken,
    /// It has more pixels than the budget allows.
    TooLarge,
    /// Not an image: the page has more text than the budget allows.
    TooMuchText,
}

struct Extent {
    area: f64,
    dpi: f64,
}

pub(super) struct Collector<'s> {
    page: Rect,
    settings: &'s DecodeSettings,
    guard: &'s Guard,
    job: Job,
    pub(super) glyphs: Vec<Glyph>,
    /// Bytes of their text.
    text_bytes: usize,
    /// Curved pieces of filled paths: letters drawn as shapes have many.
    pub(super) curves: usize,
    /// What is wrong with an image of some size. The renderer leaves out or fills up what it cannot decode, without a word.
    pub(super) flaw: Option<Flaw>,
    cover: Option<Cover>,
    /// Something is drawn over the covering image, or in a way that changes how it looks.
    more_than_cover: bool,
    pictures: Vec<Extent>,
    paths: usize,
    clips: Vec<Rect>,
    /// Opacity of the open groups, and whether each is plain.
    groups: Vec<(f32, bool)>,
}

impl<'s> Collector<'s> {
    pub(super) fn new((width, height): (f32, f32), guard: &'s Guard, settings: &'s DecodeSettings, job: Job) -> Self {
        Self {
            page: Rect::new(0.0, 0.0, f64::from(width), f64::from(height)),
            settings,
            guard,
            job,
            glyphs: Vec::new(),
            text_bytes: 0,
            curves: 0,
            flaw: None,
            cover: None,
            more_than_cover: false,
            pictures: Vec::new(),
            paths: 0,
            clips: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// The covering image, if there is nothing else to see.
    pub(super) fn take_lone_cover(&mut self) -> Option<Cover> {
        if self.more_than_cover { None } else { self.cover.take() }
    }

    pub(super) fn nothing_drawn(&self) -> bool {
        self.glyphs.is_empty() && self.pictures.is_empty() && self.paths == 0
    }

    /// Share of the page that images cover, overlaps counted twice.
    pub(super) fn image_share(&self) -> f64 {
        self.pictures.iter().map(|p| p.area).sum::<f64>() / self.page.area().max(1.0)
    }

    /// Resolution for rendering: that of the images where they are a good part of the page, so that no detail is lost.
    pub(super) fn dpi(&self, usual: u32) -> f64 {
        let usual = f64::from(usual);
        let large = self.pictures.iter().filter(|p| p.area > self.page.area() * 0.3).map(|p| p.dpi);
        large.reduce(f64::max).map_or(usual, |dpi| dpi.clamp(usual.min(150.0), usual.max(600.0)))
    }

    fn clip(&self) -> Rect {
        self.clips.last().copied().unwrap_or(self.page)
    }

    fn opacity(&self) -> f32 {
        self.groups.iter().map(|g| g.0).product()
    }

    /// Notes that something is painted, which spoils a cover below it.
    fn painted(&mut self, bounds: Rect) {
        if self.cover.is_some() && bounds.intersect(self.clip()).area() > 0.0 {
            self.more_than_cover = true;
        }
    }

    fn covers(&self, rect: &Rect) -> bool {
        let (x, y) = (self.page.width() * COVER_TOLERANCE, self.page.height() * COVER_TOLERANCE);
        let near = |a: f64, b: f64, by: f64| (a - b).abs() <= by.max(2.0);
        near(rect.x0, self.page.x0, x) && near(rect.x1, self.page.x1, x) && near(rect.y0, self.page.y0, y) && near(rect.y1, self.page.y1, y)
    }

    fn draw(&mut self, image: &Image<'_, '_>, transform: Affine) {
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let rect = transform.transform_rect_bbox(Rect::new(0.0, 0.0, width, height));
        let seen = rect.intersect(self.clip());
        let [a, b, c, d, ..] = transform.as_coeffs();
        let dpi = POINTS / a.hypot(b).min(c.hypot(d)).max(1e-9);
        self.painted(rect);
        self.pictures.push(Extent { area: seen.area().max(0.0), dpi });
        let upright = b.abs() + c.abs() < (a.abs() + d.abs()) * 0.001;
        let turned = a.abs() + d.abs() < (b.abs() + c.abs()) * 0.001;
        if !self.covers(&rect) || !self.covers(&seen) || !(upright || turned) {
            // A small ornament may be missing; a picture of something may not.
            if seen.area() > self.page.area() * 0.01
                && let Err(flaw) = decode(image, self.guard, self.settings)
            {
                self.flaw = Some(flaw);
            }
            return;
        }
        let opaque = matches!(image, Image::Raster(raster) if !is_masked(raster.stream()));
        if opaque {
            // What was drawn before is hidden now, text that somebody's OCR put below the scan above all.
            self.glyphs.iter_mut().for_each(|glyph| glyph.visible = false);
            self.more_than_cover = false;
        } else if self.paths > 0 || self.cover.is_some() {
            self.more_than_cover = true;
        }
        if !self.groups.iter().all(|g| g.1) {
            self.more_than_cover = true;
        }
        let cover = match self.job {
            Job::Read => decode(image, self.guard, self.settings).map(|grey| Cover::Seen(lay_out(grey, [a, b, c, d]))),
            Job::Carry => {
                carry(image, self.settings).map(|(picture, done)| Cover::Carried(Picture { lay: lay([a, b, c, d]), ..picture }, done))
            }
        };
        match cover {
            Ok(cover) => self.cover = Some(cover),
            Err(flaw) => self.flaw = Some(flaw),
        }
    }
}

fn carry(image: &Image<'_, '_>, settings: &DecodeSettings) -> Result<(Picture, Carriage), Flaw> {
    if !settings.size_fits(image.width().into(), image.height().into()) {
        return Err(Flaw::TooLarge);
    }
    coded::picture(image, settings.max_stream_mib.saturating_mul(1024 * 1024)).ok_or(Flaw::Broken)
}

fn is_masked(stream: &Stream<'_>) -> bool {
    [&b"SMask"[..], b"Mask", b"SMaskInData"].iter().any(|key| stream.dict().contains_key(key))
}

/// The image's pixels as they lie in the stream.
fn decode(image: &Image<'_, '_>, guard: &Guard, settings: &DecodeSettings) -> Result<GreyPage, Flaw> {
    let (width, height) = (image.width(), image.height());
    if !settings.size_fits(width.into(), height.into()) {
        return Err(Flaw::TooLarge);
    }
    let stream = match image {
        Image::Stencil(stencil) => stencil.stream(),
        Image::Raster(raster) => raster.stream(),
    };
    // Decoders forgive a missing end and paint it in some colour.
    if !guard.is_whole(stream) {
        return Err(Flaw::Broken);
    }
    if is_short(stream, width, height) {
        return Err(Flaw::Broken);
    }
    let mut grey = None;
    match image {
        Image::Stencil(stencil) => stencil.with_stencil(
            |mask, paint| {
                let [r, g, b, alpha] = ink(paint);
                let shade = over_white(luma(r, g, b), alpha);
                let rows = whole(mask.height, mask.scale_factors.1, height);
                let pixels = mask.data.iter().map(|m| over_white(shade, *m)).collect();
                grey = rows.then_some(GreyPage { width: mask.width, height: mask.height, pixels });
            },
            None,
        ),
        Image::Raster(raster) => raster.with_rgba(
            |data, alpha| {
                let (width, rows) = (data.width(), data.height());
                let is_whole = whole(rows, data.scale_factors().1, height);
                let mut pixels = match data {
                    ImageData::Luma(luma) => luma.data,
                    ImageData::Rgb(rgb) => rgb.data.chunks_exact(3).map(|p| luma(p[0], p[1], p[2])).collect(),
                };
                if let Some(alpha) = alpha {
                    lay_over_white(&mut pixels, 1, (width, rows), &alpha);
                }
                grey = is_whole.then_some(GreyPage { width, height: rows, pixels });
            },
            None,
        ),
    }
    grey.filter(|grey| grey.pixels.len() == grey.width as usize * grey.height as usize && !grey.pixels.is_empty()).ok_or(Flaw::Broken)
}

/// Whether a bilevel image's data end early: the decoder fills those up with black. A fiftieth is let pass, as some encoders leave out
/// white rows at the end.
fn is_short(stream: &Stream<'_>, width: u32, height: u32) -> bool {
    let dictionary = stream.dict();
    let bits = dictionary.get::<u8>(b"BitsPerComponent").or_else(|| dictionary.get::<u8>(b"BPC"));
    let is_mask = dictionary.get::<bool>(b"ImageMask").or_else(|| dictionary.get::<bool>(b"IM")).unwrap_or(false);
    if bits != Some(1) && !is_mask {
        return false;
    }
    let needed = u64::from(width).div_ceil(8) * u64::from(height);
    stream.decoded_data().is_ok_and(|data| (data.len() as u64) < needed - needed / 50)
}

/// Whether the decoded rows are as many as the image states. The decoder shortens an image whose data end early.
fn whole(rows: u32, scale: f32, stated: u32) -> bool {
    f64::from(rows) * f64::from(scale) >= f64::from(stated) - 0.5
}

/// The colour of a stencil, red, green, blue and how far it covers; of a pattern black, so that nothing is lost.
pub(super) fn ink(paint: &Paint<'_>) -> [u8; 4] {
    match paint {
        Paint::Color(color) => color.to_rgba().to_rgba8(),
        Paint::Pattern(_) => [0, 0, 0, 255],
    }
}

/// Composes with white paper pixels of so many samples; the mask may have a size of its own.
pub(super) fn lay_over_white(pixels: &mut [u8], samples: usize, (width, height): (u32, u32), alpha: &LumaData) {
    for y in 0..height as usize {
        let from = y * alpha.height as usize / height.max(1) as usize * alpha.width as usize;
        for x in 0..width as usize {
            let mask = alpha.data.get(from + x * alpha.width as usize / width.max(1) as usize).copied().unwrap_or(255);
            let at = (y * width as usize + x) * samples;
            pixels[at..at + samples].iter_mut().for_each(|sample| *sample = over_white(*sample, mask));
        }
    }
}

/// How an image lies on the page, from its transform.
fn lay([a, b, c, d]: [f64; 4]) -> Lay {
    let sign = |v: f64| if v > 0.0 { 1 } else { -1 };
    if a.abs() + d.abs() < b.abs() + c.abs() {
        Lay { a: 0, b: sign(b), c: sign(c), d: 0 }
    } else {
        Lay { a: sign(a), b: 0, c: 0, d: sign(d) }
    }
}

/// Turns and mirrors an image as its transform (a, b, c, d to a page whose y grows downwards) shows it.
fn lay_out(grey: GreyPage, [a, b, c, d]: [f64; 4]) -> GreyPage {
    let (w, h) = (grey.width as usize, grey.height as usize);
    let is_turned = a.abs() + d.abs() < b.abs() + c.abs();
    if !is_turned && a > 0.0 && d > 0.0 {
        return grey;
    }
    let (width, height) = if is_turned { (h, w) } else { (w, h) };
    let mut pixels = Vec::with_capacity(w * h);
    for y in 0..height {
        for x in 0..width {
            // The page's x runs along the image's rows (a) or along its columns (c), with or against them.
            let (sx, sy) = if is_turned {
                (if b > 0.0 { y } else { w - 1 - y }, if c > 0.0 { x } else { h - 1 - x })
            } else {
                (if a > 0.0 { x } else { w - 1 - x }, if d > 0.0 { y } else { h - 1 - y })
            };
            pixels.push(grey.pixels[sy * w + sx]);
        }
    }
    GreyPage { width: width as u32, height: height as u32, pixels }
}

/// Whether the paint leaves anything to see.
fn is_clear(paint: &Paint<'_>) -> bool {
    match paint {
        Paint::Color(color) => color.to_rgba().to_rgba8()[3] == 0,
        Paint::Pattern(_) => false,
    }
}

/// The text of a glyph: control characters gone, Latin ligatures taken apart (compatibility forms of other letters are left alone: a
/// superscript two is not a two), composed.
fn clean(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\u{FB00}'..='\u{FB06}' => out.extend(std::iter::once(c).nfkd()),
            '\u{AD}' => out.push('-'),
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}' => {}
            c if c.is_control() && !c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out.nfc().collect()
}

fn is_unknown(c: char) -> bool {
    matches!(c, '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..)
}

impl<'a> Device<'a> for Collector<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        if is_clear(&props.paint) || self.opacity() <= 0.0 {
            return;
        }
        self.paths += 1;
        if matches!(mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..)) {
            self.curves += path.elements().iter().filter(|e| matches!(e, PathEl::CurveTo(..) | PathEl::QuadTo(..))).count();
        }
        self.painted(props.transform.transform_rect_bbox(path.bounding_box()).inflate(0.1, 0.1));
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        let clip = self.clip().intersect(clip.path.bounding_box());
        self.clips.push(clip);
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        let clip = self.clip().intersect(*rect);
        self.clips.push(clip);
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend: BlendMode) {
        self.groups.push((opacity, opacity >= 0.99 && mask.is_none() && blend == BlendMode::Normal));
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.draw(&image, props.transform);
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let is_painted = !matches!(mode, DrawMode::Invisible) && !is_clear(&props.paint) && self.opacity() > 0.05;
        for glyph in run.glyphs() {
            if self.glyphs.len() >= MAX_GLYPHS || self.text_bytes > self.settings.max_text_kib * 1024 {
                self.flaw = Some(Flaw::TooMuchText);
                break;
            }
            let glyph = place(glyph, props.transform * glyph.transform());
            let visible = is_painted && self.clip().contains(glyph.rect.center());
            if visible && !glyph.blank {
                self.painted(glyph.rect);
            }
            // Bold by double strike, and fill and stroke as two runs: the same glyph at the same place is one.
            let again = self.glyphs.iter().rev().take(400).try_for_each(|old| {
                let same = old.text == glyph.text && (old.origin - glyph.origin).hypot() < glyph.em * 0.08 && old.known;
                if same && !old.blank && old.visible == visible { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if again.is_continue() {
                self.text_bytes += glyph.text.len();
                self.glyphs.push(Glyph { visible, ..glyph });
            }
        }
    }
}

/// A glyph's meaning and place. `transform` leads from the glyph's thousandth-em space to the page.
fn place(glyph: &PdfGlyph<'_>, transform: Affine) -> Glyph {
    let text = match glyph.as_unicode() {
        Some(BfString::Char(c)) => clean(c.encode_utf8(&mut [0; 4])),
        Some(BfString::String(s)) => clean(&s),
        None => String::new(),
    };
    let known = !text.is_empty() && !text.chars().any(is_unknown);
    let blank = !text.is_empty() && text.chars().all(char::is_whitespace);
    let (advance, ink) = match glyph {
        PdfGlyph::Outline(outline) => {
            let path = outline.outline();
            (outline.advance_width(), (!path.elements().is_empty()).then(|| path.bounding_box()))
        }
        PdfGlyph::Type3(shape) => (shape.advance_width(), None),
    };
    let advance = advance.map_or(500.0, f64::from);
    // Without an outline: from a little below the baseline to the height of capitals.
    let ink = ink.filter(|r| r.is_finite()).unwrap_or(Rect::new(0.0, -100.0, advance.max(1.0), 700.0));
    let origin = transform * Point::ZERO;
    let right = transform * Point::new(1000.0, 0.0) - origin;
    let up = transform * Point::new(0.0, 1000.0) - origin;
    let along = if right.hypot() > 0.0 { right / right.hypot() } else { Vec2::new(1.0, 0.0) };
    Glyph {
        known,
        blank,
        visible: false,
        rect: transform.transform_rect_bbox(ink),
        origin,
        along,
        em: up.hypot(),
        advance: advance / 1000.0 * right.hypot(),
        text: if blank { " ".to_owned() } else { text.chars().filter(|c| !c.is_whitespace()).collect() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_lie_as_their_transform_says() {
        // 1 2 3
        // 4 5 6
        let grey = || GreyPage { width: 3, height: 2, pixels: vec![1, 2, 3, 4, 5, 6] };
        let table: [([f64; 4], u32, [u8; 6]); 5] = [
            ([1.0, 0.0, 0.0, 1.0], 3, [1, 2, 3, 4, 5, 6]),
            ([-1.0, 0.0, 0.0, -1.0], 3, [6, 5, 4, 3, 2, 1]),
            ([1.0, 0.0, 0.0, -1.0], 3, [4, 5, 6, 1, 2, 3]),
            // A quarter turn clockwise: the image's x runs down the page, its y to the left.
            ([0.0, 1.0, -1.0, 0.0], 2, [4, 1, 5, 2, 6, 3]),
            ([0.0, -1.0, 1.0, 0.0], 2, [3, 6, 2, 5, 1, 4]),
        ];
        for (transform, width, pixels) in table {
            let got = lay_out(grey(), transform);
            assert_eq!((got.width, got.pixels.as_slice()), (width, &pixels[..]), "{transform:?}");
        }
    }

    #[test]
    fn text_of_glyphs_is_clean() {
        assert_eq!(clean("\u{FB01}"), "fi");
        assert_eq!(clean("e\u{301}"), "é");
        assert_eq!(clean("\u{0}A\u{200B}"), "A");
        assert_eq!(clean("m²"), "m²");
    }
}
