//! Pictures of pages and snippets of them.
//!
//! The upright picture of a page is made of its source, once, and kept in the archive below `review/pictures`, so that people can go on when the inbox has
//! been emptied. It is grey of few shades and as large as letters of nine points need. Snippets are cut out of it when they are asked for.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::frame::Frame;
use crate::decode::{self, DecodeEvent, DecodeSettings};
use crate::export::ArchiveWriter;
use crate::imaging;
use crate::model::{DocumentRecord, FailureKind, GreyPage, PageReading, Rect, Sha256, SourceFailure};
use crate::pipeline::RunError;
use crate::pipeline::look::{open_source, upright};

/// Where pictures are kept, below the archive.
const FOLDER: &str = "review/pictures";
/// Dots per inch of kept pictures, where the page was not scanned with fewer.
const DPI: f32 = 200.0;
/// No kept picture is longer on a side.
const LONGEST: f32 = 2600.0;
/// Bytes of a kept picture, and of a snippet, at most.
const PAGE_BYTES: usize = 400_000;
const SNIPPET_BYTES: usize = 40_000;
/// Shades that are tried, the most first.
const SHADES: [u32; 4] = [16, 8, 4, 2];
/// What is nearly as light as the paper is paper: grain costs most of a picture's bytes and says nothing.
const GRAIN: u8 = 20;
/// Pages whose pictures stand in memory.
const IN_MEMORY: usize = 12;

/// Sources that are drawn at a time.
const MAKERS: usize = 8;

type Held = (PathBuf, Arc<GreyPage>);

/// Makes, keeps and cuts pictures.
pub(super) struct Pictures {
    writer: ArchiveWriter,
    decode: DecodeSettings,
    recent: Mutex<VecDeque<Held>>,
    /// Whoever makes a picture holds the one of its source: two who want the same page make it once.
    making: [Mutex<()>; MAKERS],
}

impl Pictures {
    /// Keeps them in an archive.
    pub fn new(writer: ArchiveWriter, decode: DecodeSettings) -> Self {
        Self { writer, decode, recent: Mutex::default(), making: Default::default() }
    }

    /// The upright picture of a page, from memory, from the archive, or from the source.
    pub fn page(&self, input: Option<&Path>, record: &DocumentRecord, reading: &PageReading) -> Result<Arc<GreyPage>, RunError> {
        let path = kept_at(record.sha256, reading);
        if let Some(held) = self.in_memory(&path) {
            return Ok(held);
        }
        let page = match self.kept(&path) {
            Some(page) => page,
            None => {
                self.ready(input, record, reading)?;
                self.kept(&path).ok_or_else(|| RunError::Picture {
                    source_path: record.source.clone(),
                    failure: SourceFailure::new(FailureKind::Broken, format!("the file has no page {}", reading.number)),
                })?
            }
        };
        let page = Arc::new(page);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back((path, Arc::clone(&page)));
        while recent.len() > IN_MEMORY {
            recent.pop_front();
        }
        Ok(page)
    }

    /// Whether the picture of a page is kept.
    pub fn has(&self, sha256: Sha256, reading: &PageReading) -> bool {
        self.writer.root().join(kept_at(sha256, reading)).is_file()
    }

    /// Sees to it that the picture of a page is kept.
    pub fn ready(&self, input: Option<&Path>, record: &DocumentRecord, reading: &PageReading) -> Result<(), RunError> {
        let of_source = &self.making[usize::from(record.sha256.as_bytes()[0]) % MAKERS];
        let _maker = of_source.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has(record.sha256, reading) {
            return Ok(());
        }
        self.make(input, record, std::slice::from_ref(reading)).map(|_| ())
    }

    fn in_memory(&self, path: &Path) -> Option<Arc<GreyPage>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.iter().find(|(held, _)| held == path).map(|(_, page)| Arc::clone(page))
    }

    fn kept(&self, path: &Path) -> Option<GreyPage> {
        let bytes = std::fs::read(self.writer.root().join(path)).ok()?;
        let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).ok()?.into_luma8();
        let (width, height) = picture.dimensions();
        Some(GreyPage { width, height, pixels: picture.into_raw() })
    }

    /// Decodes the source once and keeps the pictures of some of its pages. Returns how many were made.
    pub fn make(&self, input: Option<&Path>, record: &DocumentRecord, readings: &[PageReading]) -> Result<usize, RunError> {
        let failed = |failure| RunError::Picture { source_path: record.source.clone(), failure };
        let Some(first) = readings.iter().map(|reading| reading.number).min() else { return Ok(0) };
        let file = open_source(input, record).map_err(failed)?;
        let mut made = 0;
        for event in decode::decode_from(file, record.file_kind, first, &self.decode).map_err(failed)? {
            match event.map_err(failed)? {
                DecodeEvent::Page(page) => {
                    if let Some(reading) = readings.iter().find(|reading| reading.number == page.number) {
                        let picture = upright(&page, reading, kept_width(reading));
                        let bytes = encode(picture, PAGE_BYTES, CompressionType::Default).map_err(|e| failed(drawing(&e)))?;
                        self.writer.write(&kept_at(record.sha256, reading), &bytes)?;
                        made += 1;
                    }
                }
                DecodeEvent::PageFailed { number, failure } if readings.iter().any(|r| r.number == number) => return Err(failed(failure)),
                DecodeEvent::PageFailed { .. } | DecodeEvent::Start(_) => {}
            }
            if made == readings.len() {
                break;
            }
        }
        Ok(made)
    }
}

fn drawing(error: &io::Error) -> SourceFailure {
    SourceFailure::new(FailureKind::Broken, format!("the picture cannot be made: {error}"))
}

/// The path of a kept picture: a page that is read anew as it lies otherwise has another one.
fn kept_at(sha256: Sha256, reading: &PageReading) -> PathBuf {
    let lie = format!("{:?} {}x{}", reading.to_source.m, reading.width, reading.height);
    let (digest, lie) = (sha256.to_string(), Sha256::of(lie.as_bytes()).to_string());
    Path::new(FOLDER).join(&digest[..2]).join(format!("{digest}-{}-{}.png", reading.number, &lie[..8]))
}

fn kept_width(reading: &PageReading) -> u32 {
    let (width, height) = (reading.width.max(1) as f32, reading.height.max(1) as f32);
    let dpi = if reading.quality.dpi.is_finite() && reading.quality.dpi > 30.0 { reading.quality.dpi } else { DPI };
    let scale = (DPI / dpi).min(1.0).min(LONGEST / width).min(LONGEST / height);
    ((width * scale).round() as u32).max(1)
}

/// A page's picture, at most `width` pixels wide.
pub(super) fn page_png(page: &GreyPage, width: u32) -> io::Result<Vec<u8>> {
    let width = width.clamp(200, page.width.max(200)).min(page.width.max(1));
    let height = (u64::from(page.height) * u64::from(width) / u64::from(page.width.max(1))) as u32;
    encode(imaging::resized(page.clone(), width, height), PAGE_BYTES, CompressionType::Default)
}

/// Cuts a frame out of a page's picture.
pub(super) fn snippet_png(page: &GreyPage, reading: &PageReading, frame: &Frame) -> io::Result<Vec<u8>> {
    let kept = page.width as f32 / reading.width.max(1) as f32;
    let area = frame.area;
    let cut = imaging::crop(page, &Rect::new(area.x * kept, area.y * kept, area.w * kept, area.h * kept));
    // Enlarged by the browser, which costs no bytes: shades say more of a faint hand than pixels that were made up.
    let (width, height) = (frame.size().0.min(cut.width), frame.size().1.min(cut.height));
    encode(imaging::resized(cut, width.max(1), height.max(1)), SNIPPET_BYTES, CompressionType::Default)
}

/// A PNG of at most so many bytes: with fewer shades, and then smaller, until it fits.
fn encode(page: GreyPage, most: usize, compression: CompressionType) -> io::Result<Vec<u8>> {
    let paper = paper(&page);
    let mut page = page;
    loop {
        for shades in SHADES {
            let bytes = png(&of_shades(&page, shades, paper), compression)?;
            if bytes.len() <= most || (u64::from(page.width) * u64::from(page.height) < 1_000 && shades == SHADES[SHADES.len() - 1]) {
                return Ok(bytes);
            }
            // Twice too much is not mended by half the shades.
            if bytes.len() > 3 * most {
                break;
            }
        }
        let (width, height) = ((page.width * 4 / 5).max(1), (page.height * 4 / 5).max(1));
        page = imaging::resized(page, width, height);
    }
}

/// The shade of the paper: the most frequent light one.
fn paper(page: &GreyPage) -> u8 {
    let mut counts = [0_u32; 256];
    page.pixels.iter().for_each(|&p| counts[usize::from(p)] += 1);
    let lightest = (128..=255_u8).max_by_key(|&shade| counts[usize::from(shade)]);
    lightest.filter(|&shade| counts[usize::from(shade)] > 0).unwrap_or(255)
}

fn of_shades(page: &GreyPage, shades: u32, paper: u8) -> GreyPage {
    let white = paper.saturating_sub(GRAIN).max(1);
    let steps = shades - 1;
    // Thin strokes that were made smaller are grey: with few shades the half-dark counts as ink, or they would be gone.
    let half = if shades > 4 { 127 } else { 64 };
    let table: Vec<u8> = (0..256_u32)
        .map(|shade| {
            let shade = (shade * 255 / u32::from(white)).min(255);
            u8::try_from((shade * steps + half) / 255 * 255 / steps).unwrap_or(255)
        })
        .collect();
    GreyPage { pixels: page.pixels.iter().map(|&p| table[usize::from(p)]).collect(), ..*page }
}

fn png(page: &GreyPage, compression: CompressionType) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, compression, FilterType::NoFilter);
    encoder.write_image(&page.pixels, page.width, page.height, ExtendedColorType::L8).map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::testing::page as read;

    fn noise(width: u32, height: u32) -> GreyPage {
        let mut state = 1_u32;
        let pixels = (0..width * height)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        GreyPage { width, height, pixels }
    }

    #[test]
    fn no_picture_is_larger_than_it_may_be() {
        for (page, most) in [(noise(900, 900), PAGE_BYTES), (noise(1400, 300), SNIPPET_BYTES), (noise(70, 2000), 2_000)] {
            let bytes = encode(page, most, CompressionType::Fast).unwrap();
            assert!(bytes.len() <= most, "{}", bytes.len());
        }
    }

    #[test]
    fn paper_becomes_white_and_ink_stays_black() {
        let mut page = GreyPage::filled(100, 100, 225);
        page.pixels[0] = 10;
        page.pixels[1] = 120;
        page.pixels[2] = 216;
        let made = of_shades(&page, 16, paper(&page));
        assert_eq!((made.pixels[0], made.pixels[2], made.pixels[3]), (17, 255, 255));
        assert!((100..200).contains(&made.pixels[1]), "{}", made.pixels[1]);
    }

    #[test]
    fn a_thin_stroke_outlives_the_fewest_shades() {
        let mut page = GreyPage::filled(100, 100, 250);
        page.pixels[0] = 170;
        let made = of_shades(&page, 2, paper(&page));
        assert_eq!(made.pixels[..2], [0, 255]);
    }

    #[test]
    fn a_snippet_has_the_shape_that_its_frame_promises_and_no_pixels_that_were_made_up() {
        let reading = read(Vec::new());
        let frame = Frame { area: Rect::new(900.0, 10.0, 100.0, 40.0), outline: None, scale: 2.0 };
        let bytes = snippet_png(&noise(500, 500), &reading, &frame).unwrap();
        let back = image::load_from_memory(&bytes).unwrap();
        assert_eq!((back.width(), back.height(), frame.size()), (50, 20, (200, 80)));
    }
}
