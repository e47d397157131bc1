//! One raw page to its reading: which way is up, are there words of its own, is it empty, is it a separator sheet. Owns the choices between
//! imaging and the engine; leaves files, threads and retries to the rest of the pipeline.

use std::time::Instant;

use super::second::SecondDesk;
use crate::imaging::{self, ImagingSettings, Prepared};
use crate::model::{
    Affine, CheckBox, FailureKind, PageNumber, PageQuality, PageReading, QuarterTurn, RawPage, Rect, SourceFailure, TextLayer, TextSource,
    Word,
};
use crate::ocr::{OcrEngine, OcrError};

/// A word is trusted to be a word from this confidence on.
const SURE: f32 = 0.6;

/// Fewer letters in sure words than this on a page with writing are what upside-down text yields.
const MIN_SURE_LETTERS: f32 = 60.0;

/// More pieces of ink without words than this are no cut-off text.
const UNCOVERED_AT_MOST: usize = 1500;

/// What a page turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum PageResult {
    /// A page with something on it.
    Read(Box<PageReading>),
    /// An empty sheet.
    Blank {
        /// Its measures.
        quality: PageQuality,
    },
    /// A sheet that parts documents.
    Separator {
        /// The bar code's text: may name a patient.
        code: String,
    },
}

/// Reads one page.
///
/// Words that the document paints itself are taken as they are; a scan is turned upright, straightened and read by `engine`. Errors: the
/// engine failed ([`FailureKind::Engine`]), or the page has no pixels ([`FailureKind::Broken`]).
pub fn read_page(raw: &RawPage, engine: &mut dyn OcrEngine, imaging: &ImagingSettings) -> Result<PageResult, SourceFailure> {
    read_page_twice(raw, engine, imaging, None)
}

/// Reads one page, and asks a second engine about the words that matter.
pub(super) fn read_page_twice(
    raw: &RawPage,
    engine: &mut dyn OcrEngine,
    imaging: &ImagingSettings,
    second: Option<&SecondDesk<'_>>,
) -> Result<PageResult, SourceFailure> {
    let (w, h) = (raw.grey.width, raw.grey.height);
    if w == 0 || h == 0 || raw.grey.pixels.len() != w as usize * h as usize {
        return Err(SourceFailure::new(FailureKind::Broken, format!("page {} has no picture ({w} x {h} pixels)", raw.number)));
    }
    if let Some(layer) = raw.text.as_ref().filter(|layer| layer.visible && !layer.words.is_empty())
        && let Some(result) = born_digital(raw, layer, imaging)
    {
        return Ok(result);
    }
    let started = Instant::now();
    let mut prepared = imaging::prepare(raw, None, imaging);
    tracing::debug!(page = raw.number.get(), ms = started.elapsed().as_millis() as u64, skew = prepared.skew_degrees, "page prepared");
    if let Some(code) = separator(&prepared, imaging) {
        return Ok(PageResult::Separator { code });
    }
    if prepared.blank {
        return Ok(PageResult::Blank { quality: quality(&prepared, &[]) });
    }
    let failed = |e: OcrError| {
        let kind = if matches!(e, OcrError::Late { .. }) { FailureKind::TimedOut } else { FailureKind::Engine };
        SourceFailure::new(kind, format!("page {}: {e}", raw.number))
    };

    // Where the ink told which way is up, the page has been turned already and is read once. Else: lines that run down the page want one
    // of the two quarter turns, whichever reads better; lines across are read, and the half turn is tried only if that reads badly.
    let mut words = None;
    if prepared.sideways == Some(true) && !prepared.sure_turn {
        prepared = best_of(raw, vec![QuarterTurn::Right, QuarterTurn::Left], engine, imaging).map_err(failed)?;
    } else {
        let first = read(engine, &prepared).map_err(failed)?;
        let settled = reads_well(&first) || prepared.nearly_blank && first.is_empty();
        // A page that lay upright by its ink, too, may still read badly: it is poor, not turned. One that was turned by its ink has to read
        // well: capitals on a bad copy can look upside down.
        let upright = prepared.sure_turn && turn_beyond_tags(raw, &prepared) == QuarterTurn::None;
        if settled || upright && sure_letters(&first) >= MIN_SURE_LETTERS {
            words = Some(first);
        } else {
            let own = turn_beyond_tags(raw, &prepared);
            let mut turns = vec![own, own.and(QuarterTurn::Half)];
            if prepared.sideways.is_none() {
                turns.extend([own.and(QuarterTurn::Right), own.and(QuarterTurn::Left)]);
            }
            let best = best_of(raw, turns, engine, imaging).map_err(failed)?;
            if best.turn == prepared.turn {
                words = Some(first);
            } else {
                tracing::debug!(page = raw.number.get(), quarters = best.turn.quarters(), "page turned");
                prepared = best;
            }
        }
    }
    let words = match words {
        Some(words) => words,
        None => read(engine, &prepared).map_err(failed)?,
    };
    if prepared.nearly_blank && !words.iter().any(is_sure) {
        return Ok(PageResult::Blank { quality: quality(&prepared, &words) });
    }
    let mut reading = reading(raw.number, &mut prepared, words, TextSource::Ocr);
    if let Some(second) = second {
        second.read_entries(&prepared, &mut reading);
        second.ask(&prepared.page, &mut reading);
    }
    Ok(PageResult::Read(Box::new(reading)))
}

/// The turn that was made after that of the source's tags.
fn turn_beyond_tags(raw: &RawPage, prepared: &Prepared) -> QuarterTurn {
    QuarterTurn::from_quarters(4 - raw.tagged_turn % 4).and(prepared.turn)
}

fn separator(prepared: &Prepared, imaging: &ImagingSettings) -> Option<String> {
    prepared.barcodes.iter().find(|code| imaging.is_separator(&code.text)).map(|code| code.text.clone())
}

fn read(engine: &mut dyn OcrEngine, prepared: &Prepared) -> Result<Vec<Word>, OcrError> {
    let words = engine.read(&prepared.page, prepared.dpi)?;
    Ok(sane(words, prepared.page.width as f32, prepared.page.height as f32))
}

/// A word of two letters or digits at least that the engine is fairly sure of.
fn is_sure(word: &Word) -> bool {
    word.confidence >= SURE && letters(word) >= 2
}

fn letters(word: &Word) -> usize {
    word.text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Letters in words that the engine is fairly sure of, weighted by how sure: upside-down text yields few.
fn sure_letters(words: &[Word]) -> f32 {
    words.iter().filter(|w| is_sure(w)).map(|w| letters(w) as f32 * w.confidence).sum()
}

fn reads_well(words: &[Word]) -> bool {
    let all: usize = words.iter().map(letters).sum();
    all >= 20 && mean_confidence(words) >= 0.6 && sure_letters(words) * 2.0 >= all as f32
}

/// Prepares the page each way and keeps the one whose densest strip reads best; ties go to the first. Costs a sixth of a page each.
fn best_of(raw: &RawPage, turns: Vec<QuarterTurn>, engine: &mut dyn OcrEngine, imaging: &ImagingSettings) -> Result<Prepared, OcrError> {
    let mut best: Option<(f32, Prepared)> = None;
    for turn in turns {
        let prepared = imaging::prepare(raw, Some(turn), imaging);
        let strip = imaging::crop(&prepared.page, &densest_strip(&prepared));
        let words = sane(engine.read(&strip, prepared.dpi)?, strip.width as f32, strip.height as f32);
        let score = sure_letters(&words);
        // A turn has to earn its place.
        if best.as_ref().is_none_or(|(top, _)| score > top * 1.1 + 5.0) {
            best = Some((score, prepared));
        }
    }
    match best {
        Some((_, prepared)) => Ok(prepared),
        None => Ok(imaging::prepare(raw, Some(QuarterTurn::None), imaging)),
    }
}

/// The strip across the page, 1.5 inches high, with the most pieces of the size of letters.
fn densest_strip(prepared: &Prepared) -> Rect {
    let (width, height) = (prepared.page.width as f32, prepared.page.height as f32);
    let strip = (prepared.dpi * 1.5).min(height);
    let mut middles: Vec<f32> = prepared.letters.iter().map(Rect::center_y).collect();
    middles.sort_by(f32::total_cmp);
    let (mut best, mut first) = ((0, (height - strip) / 2.0), 0);
    for (last, &y) in middles.iter().enumerate() {
        while middles[first] < y - strip {
            first += 1;
        }
        if last + 1 - first > best.0 {
            best = (last + 1 - first, middles[first]);
        }
    }
    // A little air, so that the first line is not cut.
    let air = prepared.dpi * 0.1;
    Rect::from_corners(0.0, (best.1 - air).max(0.0), width, (best.1 + strip + air).min(height))
}

/// The page by its own words; `None` if they cover too little of the ink: a stamp or a page number over a scan.
fn born_digital(raw: &RawPage, layer: &TextLayer, imaging: &ImagingSettings) -> Option<PageResult> {
    let straight = ImagingSettings {
        max_skew: 0.0,
        specks: f32::INFINITY,
        uneven: u8::MAX,
        faint: 0,
        noise: f32::INFINITY,
        remove_dirt: false,
        ..imaging.clone()
    };
    let mut prepared = imaging::prepare(raw, Some(QuarterTurn::None), &straight);
    if let Some(code) = separator(&prepared, imaging) {
        return Some(PageResult::Separator { code });
    }
    let to_percent = Affine::scale(100.0 / f64::from(raw.grey.width), 100.0 / f64::from(raw.grey.height));
    let to_upright = to_percent.then(&prepared.to_source.inverse()?);
    let words = layer.words.iter().map(|word| Word { rect: to_upright.hull(&word.rect), ..word.clone() }).collect();
    let words = sane(words, prepared.page.width as f32, prepared.page.height as f32);
    let covered = |letter: &&Rect| {
        let (x, y) = (letter.center_x(), letter.center_y());
        words.iter().any(|word| word.rect.grown(prepared.dpi * 0.03).contains(x, y))
    };
    let inside = prepared.letters.iter().filter(covered).count();
    if words.is_empty() || inside * 10 < prepared.letters.len() * 6 {
        return None;
    }
    Some(PageResult::Read(Box::new(reading(raw.number, &mut prepared, words, TextSource::TextLayer))))
}

/// Words that later rooms can rely on: text without control characters, boxes on the page, confidences 0–1. What cannot be mended is
/// left out.
fn sane(words: Vec<Word>, width: f32, height: f32) -> Vec<Word> {
    let mut kept = Vec::with_capacity(words.len());
    for mut word in words {
        // Direction marks and other invisible signs (U+200B–F, U+202A–E, U+2066–9, byte order mark) would show text as what it is not.
        let visible = |c: &char| {
            !c.is_control()
                && !matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
        };
        word.text = word.text.chars().filter(visible).filter(|c| !c.is_whitespace()).collect();
        let r = word.rect;
        if word.text.is_empty() || ![r.x, r.y, r.w, r.h].iter().all(|v| v.is_finite()) {
            continue;
        }
        let (x0, x1) = (r.x.min(r.x + r.w).clamp(0.0, width), r.x.max(r.x + r.w).clamp(0.0, width));
        let (y0, y1) = (r.y.min(r.y + r.h).clamp(0.0, height), r.y.max(r.y + r.h).clamp(0.0, height));
        word.rect = Rect::from_corners(x0, y0, x1, y1);
        if word.rect.w < 1.0 || word.rect.h < 1.0 {
            continue;
        }
        word.confidence = if word.confidence.is_nan() { 0.0 } else { word.confidence.clamp(0.0, 1.0) };
        kept.push(word);
    }
    kept
}

/// Mean confidence weighted by letters.
fn mean_confidence(words: &[Word]) -> f32 {
    let all: usize = words.iter().map(letters).sum();
    let sum: f32 = words.iter().map(|w| letters(w) as f32 * w.confidence).sum();
    if all == 0 { 0.0 } else { sum / all as f32 }
}

fn quality(prepared: &Prepared, words: &[Word]) -> PageQuality {
    PageQuality {
        turn: prepared.turn,
        skew_degrees: prepared.skew_degrees,
        dpi: prepared.dpi,
        ink: prepared.ink,
        bilevel: prepared.bilevel,
        mean_confidence: mean_confidence(words),
        treatments: prepared.treatments.clone(),
    }
}

/// Whether what looks like a box is a letter of a word: heavy typewriter faces have square H and D.
fn is_letter(tick: &CheckBox, words: &[Word]) -> bool {
    let (x, y) = (tick.rect.center_x(), tick.rect.center_y());
    words.iter().any(|word| {
        let inner = word.rect.contains(x, y) && word.confidence >= 0.8 && letters(word) >= 3;
        // At a word's end the engine may have read the box itself as a letter.
        let pitch = word.rect.w / word.text.chars().count() as f32;
        inner && x - word.rect.x > pitch && word.rect.right() - x > pitch
    })
}

/// Ink of the size of letters that no word covers. Of a page of scribbles or of noise there would be no end: such pages keep none, as
/// their words are doubted anyway.
fn uncovered(prepared: &Prepared, words: &[Word]) -> Vec<Rect> {
    let slack = prepared.dpi * 0.01;
    let free = |ink: &&Rect| !words.iter().any(|word| word.rect.grown(slack).contains(ink.center_x(), ink.center_y()));
    let ink: Vec<Rect> = prepared.letters.iter().filter(free).copied().collect();
    if ink.len() > UNCOVERED_AT_MOST { Vec::new() } else { ink }
}

/// Parts words that the engine ran together over the edge of a loop: `SEX(Male` where `Male` is circled, `YN` where one of the two is.
fn parted_at_loops(words: Vec<Word>, loops: &[Rect]) -> Vec<Word> {
    let mut parted = Vec::with_capacity(words.len());
    for word in words {
        let level = |l: &&Rect| l.contains(l.center_x(), word.rect.center_y()) && l.overlap_x(&word.rect) > 0.0;
        let edges = loops.iter().filter(level).flat_map(|l| [l.x, l.right()]);
        match edges.filter_map(|edge| parted_at(&word, edge)).next() {
            Some((left, right)) => parted.extend([left, right]),
            None => parted.push(word),
        }
    }
    parted
}

/// The two words that an edge parts: at a sign, or before a capital that begins a word, near the edge; two letters anyhow.
fn parted_at(word: &Word, edge: f32) -> Option<(Word, Word)> {
    /// How many letters off the place may be, as letters are not of one width.
    const OFF: usize = 2;
    let chars: Vec<char> = word.text.chars().collect();
    let pitch = word.rect.w / chars.len().max(1) as f32;
    let near = ((edge - word.rect.x) / pitch).round();
    if chars.len() < 2 || near < 1.0 || near > (chars.len() - 1) as f32 {
        return None;
    }
    let near = near as usize;
    let pair = chars.len() == 2 && chars.iter().all(|c| c.is_uppercase());
    let begins = |k: usize| {
        let sign = !chars[k - 1].is_alphanumeric() || !chars[k].is_alphanumeric();
        sign || pair || chars[k].is_uppercase() && chars.get(k + 1).is_some_and(|c| c.is_lowercase())
    };
    let cut = (1..chars.len()).filter(|&k| k.abs_diff(near) <= OFF && begins(k)).min_by_key(|k| k.abs_diff(near))?;
    let mut left: String = chars[..cut].iter().collect();
    let right: String = chars[cut..].iter().collect();
    left.truncate(left.trim_end_matches(|c: char| !c.is_alphanumeric() && c != ':').len());
    // What was left of the loop, read as a small letter behind capitals.
    if left.ends_with(char::is_lowercase) && left.chars().filter(|c| c.is_uppercase()).count() >= 2 {
        left.pop();
    }
    let right = right.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned();
    if left.is_empty() || right.is_empty() {
        return None;
    }
    let at = edge.clamp(word.rect.x + 1.0, word.rect.right() - 1.0);
    let part = |text: String, x0: f32, x1: f32| Word {
        text,
        rect: Rect::from_corners(x0, word.rect.y, x1, word.rect.bottom()),
        doubts: Vec::new(),
        ..word.clone()
    };
    Some((part(left, word.rect.x, at), part(right, at, word.rect.right())))
}

/// Takes rules and checkboxes out of `prepared`; the picture stays, for the second engine.
fn reading(number: PageNumber, prepared: &mut Prepared, words: Vec<Word>, text_source: TextSource) -> PageReading {
    let words = parted_at_loops(words, &prepared.circles);
    prepared.checkboxes.retain(|tick| !is_letter(tick, &words));
    let uncovered = uncovered(prepared, &words);
    PageReading {
        number,
        width: prepared.page.width,
        height: prepared.page.height,
        to_source: prepared.to_source,
        quality: quality(prepared, &words),
        words,
        rulings: std::mem::take(&mut prepared.rulings),
        checkboxes: std::mem::take(&mut prepared.checkboxes),
        circles: std::mem::take(&mut prepared.circles),
        uncovered,
        text_source,
        second_there: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GreyPage;
    use crate::ocr::faults::{Fault, FaultyEngine};
    use crate::ocr::{OcrSettings, RecordedEngine, TesseractEngine};

    fn raw(grey: GreyPage, dpi: f32) -> RawPage {
        RawPage { number: PageNumber::new(1), grey, dpi: Some((dpi, dpi)), tagged_turn: 0, text: None }
    }

    /// A sheet of printing-like marks: lines of dark letters-sized boxes.
    fn printed() -> GreyPage {
        let mut page = GreyPage::filled(850, 1100, 245);
        for line in 0..24 {
            for letter in 0..60 {
                for y in 0..10 {
                    let start = (100 + line * 30 + y) * 850 + 80 + letter * 11 + (letter / 6) * 3;
                    page.pixels[start..start + 6].fill(20);
                }
            }
        }
        page
    }

    fn word(text: &str, x: f32, confidence: f32) -> Word {
        Word { text: text.into(), rect: Rect::new(x, 100.0, 60.0, 12.0), confidence, line: 0, block: 0, ..Word::default() }
    }

    fn sure_words() -> Vec<Word> {
        vec![word("Discharge", 80.0, 0.96), word("summary", 200.0, 0.95), word("Abernathy", 300.0, 0.9)]
    }

    #[test]
    fn words_are_parted_where_a_loop_begins_or_ends() {
        // text over 200 to 200 + 20 a letter, loop from … to …, what becomes of it
        let table = [
            ("SEX(Male", 275.0, 365.0, "SEX Male"),
            ("SEXrMale", 275.0, 365.0, "SEX Male"),
            ("SEXMale", 258.0, 350.0, "SEX Male"),
            ("YN", 190.0, 222.0, "Y N"),
            ("(N)", 190.0, 270.0, "(N)"),
            ("Male/Female", 190.0, 285.0, "Male Female"),
            ("inside", 150.0, 400.0, "inside"),
            ("nonsense", 260.0, 400.0, "nonsense"),
        ];
        for (text, from, to, want) in table {
            let of = Word { rect: Rect::new(200.0, 100.0, 20.0 * text.len() as f32, 20.0), ..word(text, 200.0, 0.9) };
            let got = parted_at_loops(vec![of], &[Rect::from_corners(from, 90.0, to, 130.0)]);
            assert_eq!(got.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" "), want);
            assert!(got.iter().all(|w| w.rect.w >= 1.0));
        }
    }

    #[test]
    fn an_empty_sheet_is_blank_whatever_the_engine_says() {
        let result =
            read_page(&raw(GreyPage::filled(850, 1100, 240), 100.0), &mut FaultyEngine::new(Fault::Panics), &ImagingSettings::default());
        assert!(matches!(result, Ok(PageResult::Blank { .. })));
    }

    #[test]
    fn a_written_sheet_is_never_blank_even_if_the_engine_says_nothing() {
        let result = read_page(&raw(printed(), 100.0), &mut FaultyEngine::new(Fault::SaysNothing), &ImagingSettings::default());
        let Ok(PageResult::Read(reading)) = result else { panic!("{result:?}") };
        assert_eq!((reading.words.len(), reading.quality.mean_confidence), (0, 0.0));
    }

    #[test]
    fn a_failing_engine_is_a_failure_of_the_page() {
        let failure = read_page(&raw(printed(), 100.0), &mut FaultyEngine::new(Fault::Error), &ImagingSettings::default()).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Engine);
        let failure = read_page(
            &raw(GreyPage { width: 9, height: 9, pixels: vec![] }, 100.0),
            &mut FaultyEngine::new(Fault::Error),
            &ImagingSettings::default(),
        );
        assert_eq!(failure.unwrap_err().kind, FailureKind::Broken);
    }

    #[test]
    fn garbage_is_cleaned() {
        let Ok(PageResult::Read(reading)) =
            read_page(&raw(printed(), 100.0), &mut FaultyEngine::new(Fault::Garbage), &ImagingSettings::default())
        else {
            panic!("not read")
        };
        for word in &reading.words {
            assert!(!word.text.is_empty() && !word.text.chars().any(|c| c.is_control() || c.is_whitespace()));
            assert!((0.0..=1.0).contains(&word.confidence));
            assert!(word.rect.right() <= reading.width as f32 && word.rect.bottom() <= reading.height as f32);
            let place = reading.to_source.to_percent(&word.rect);
            assert!((0.0..=100.0).contains(&place.x) && place.y + place.height <= 100.001);
        }
        let texts: Vec<_> = reading.words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, ["bell[31mred", "nan", "insideout"]);
    }

    #[test]
    fn a_page_upside_down_is_turned_where_that_reads_better() {
        let poor = vec![word("sjqwnu", 80.0, 0.2), word("Jaqw", 200.0, 0.3)];
        // Whole page; the strip as it lies; the strip turned; the whole page turned.
        let mut engine = RecordedEngine::sequence(vec![poor.clone(), poor.clone(), sure_words(), sure_words()]);
        let Ok(PageResult::Read(reading)) = read_page(&raw(printed(), 100.0), &mut engine, &ImagingSettings::default()) else {
            panic!("not read")
        };
        assert_eq!((reading.quality.turn, reading.words.len()), (QuarterTurn::Half, 3));
        // Nothing reads better: the page stays as it lies and is read once.
        let mut engine = RecordedEngine::sequence(vec![poor.clone(), poor.clone(), poor]);
        let Ok(PageResult::Read(reading)) = read_page(&raw(printed(), 100.0), &mut engine, &ImagingSettings::default()) else {
            panic!("not read")
        };
        assert_eq!(reading.quality.turn, QuarterTurn::None);
    }

    #[test]
    fn own_words_of_a_page_are_taken_with_their_places() {
        let page = printed();
        // One box a line covers all the ink.
        let words: Vec<Word> = (0..24)
            .map(|line| Word {
                text: format!("line{line}"),
                rect: Rect::new(80.0, 98.0 + line as f32 * 30.0, 700.0, 14.0),
                confidence: 1.0,
                line,
                block: 0,
                ..Word::default()
            })
            .collect();
        let mut page = RawPage { text: Some(TextLayer { words: words.clone(), visible: true }), ..raw(page, 100.0) };
        let mut engine = FaultyEngine::new(Fault::Panics);
        let Ok(PageResult::Read(reading)) = read_page(&page, &mut engine, &ImagingSettings::default()) else { panic!("not read") };
        assert_eq!((reading.text_source, reading.words.len()), (TextSource::TextLayer, 24));
        let place = reading.to_source.to_percent(&reading.words[3].rect);
        assert!((place.x - 80.0 / 8.5).abs() < 0.05 && (place.y - 188.0 / 11.0).abs() < 0.05, "{place:?}");
        // A stamp over a scan does not stand for the scan; an invisible layer is somebody's old OCR.
        for (kept, visible) in [(1, true), (24, false)] {
            page.text = Some(TextLayer { words: words[..kept].to_vec(), visible });
            let mut engine = RecordedEngine::always(sure_words());
            let Ok(PageResult::Read(reading)) = read_page(&page, &mut engine, &ImagingSettings::default()) else { panic!("not read") };
            assert_eq!(reading.text_source, TextSource::Ocr);
        }
    }

    #[test]
    fn white_letters_on_a_dark_ground_are_read() {
        let picture = image::load_from_memory(include_bytes!("../../fixtures/grey.png")).unwrap().into_luma8();
        let mut grey = GreyPage { width: picture.width(), height: picture.height(), pixels: picture.into_raw() };
        let mut engine = TesseractEngine::new(&OcrSettings::default()).unwrap();
        let mut texts = |grey: &GreyPage| {
            let Ok(PageResult::Read(reading)) = read_page(&raw(grey.clone(), 200.0), &mut engine, &ImagingSettings::default()) else {
                panic!("not read")
            };
            reading.words
        };
        let before = texts(&grey);
        // The last line, exchanged.
        let line = before.iter().find(|w| w.text.contains("660142")).unwrap().rect.grown(12.0);
        for y in line.y as usize..line.bottom() as usize {
            for x in 40..500 {
                let p = &mut grey.pixels[y * grey.width as usize + x];
                *p = 255 - *p;
            }
        }
        assert!(texts(&grey).iter().any(|w| w.text.contains("660142")));
    }

    #[test]
    fn a_real_sheet_is_read_whichever_way_it_lies() {
        let picture = image::load_from_memory(include_bytes!("../../fixtures/grey.png")).unwrap().into_luma8();
        let grey = GreyPage { width: picture.width(), height: picture.height(), pixels: picture.into_raw() };
        let mut engine = TesseractEngine::new(&OcrSettings::default()).unwrap();
        let Ok(PageResult::Read(upright)) = read_page(&raw(grey.clone(), 200.0), &mut engine, &ImagingSettings::default()) else {
            panic!("not read")
        };
        let mrn = |reading: &PageReading| {
            let word = reading
                .words
                .iter()
                .find(|w| w.text.contains("660142"))
                .unwrap_or_else(|| panic!("not found at {:?}", reading.quality.turn));
            reading.to_source.to_percent(&word.rect)
        };
        let place = mrn(&upright);
        let half = RawPage { tagged_turn: 2, ..raw(grey, 200.0) };
        // Tagged as lying upside down although it does not: the tag is followed first, the engine then says better.
        let Ok(PageResult::Read(turned)) = read_page(&half, &mut engine, &ImagingSettings::default()) else { panic!("not read") };
        assert_eq!(turned.quality.turn, QuarterTurn::None);
        let again = mrn(&turned);
        assert!((place.x - again.x).abs() < 0.5 && (place.y - again.y).abs() < 0.5, "{place:?} {again:?}");
    }
}
