//! The words that were read, laid over the picture without being painted (text rendering mode 3).
//!
//! Words that wait for a person are among them: they are there to be found, not to be believed. Words of a line share baseline and size, so that
//! viewers see lines; each is stretched to the width that it has on paper.

use std::collections::{BTreeMap, BTreeSet};

use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Str};

use super::font::{NAME, WIDTH};
use crate::model::{Affine, PageReading, Rect, Word};

/// The characters of a document, each with its code in the font.
pub(super) struct Alphabet(BTreeMap<char, u16>);

impl Alphabet {
    /// All characters of these pages, and the blank.
    pub(super) fn of<'a>(readings: impl Iterator<Item = &'a PageReading>) -> Self {
        let letters: BTreeSet<char> = readings.flat_map(|reading| &reading.words).flat_map(|word| word.text.chars()).collect();
        let blank = if letters.is_empty() { None } else { Some(' ') };
        let letters: BTreeSet<char> = letters.into_iter().chain(blank).collect();
        // Code 0 is the font's own for what it lacks; Unicode holds more characters than there are codes, no document does.
        Self(letters.into_iter().zip(1..=u16::MAX).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Codes from 1 on, without gaps, and what they mean.
    pub(super) fn codes(&self) -> impl Iterator<Item = (u16, char)> {
        self.0.iter().map(|(letter, code)| (*code, *letter))
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        text.chars().flat_map(|letter| self.0.get(&letter).copied().unwrap_or(0).to_be_bytes()).collect()
    }
}

/// Height of capitals, as a share of the size, in the faces that papers are set in.
const CAPITALS: f32 = 0.7;
/// Height of small letters without ascenders, likewise.
const SMALL: f32 = 0.5;
/// Depth of descenders, likewise.
const DEPTH: f32 = 0.2;

/// Baseline and size of letters, in pixels of the upright page.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stand {
    baseline: f32,
    size: f32,
}

fn reaches_below(c: char) -> bool {
    matches!(
        c,
        'g' | 'j' | 'p' | 'q' | 'y' | 'Q' | ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '/' | '\\' | '_' | '$' | '@' | '§'
    )
}

fn is_tall(c: char) -> bool {
    c.is_uppercase()
        || c.is_ascii_digit()
        || matches!(c, 'b' | 'd' | 'f' | 'h' | 'i' | 'j' | 'k' | 'l' | 't' | '(' | ')' | '[' | ']' | '/' | '|')
}

/// Where a word would stand by itself. Its hull is as high as its letters are.
fn alone(word: &Word) -> Stand {
    let depth = if word.text.chars().any(reaches_below) { DEPTH } else { 0.0 };
    let height = if word.text.chars().any(is_tall) { CAPITALS } else { SMALL };
    let size = (word.rect.h / (height + depth)).max(1.0);
    Stand { baseline: word.rect.bottom() - depth * size, size }
}

fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values[values.len() / 2]
}

/// Words by line, in the order in which their lines first come.
fn lines(words: &[Word]) -> Vec<Vec<&Word>> {
    let mut lines: Vec<Vec<&Word>> = Vec::new();
    let mut known: BTreeMap<u32, usize> = BTreeMap::new();
    let is_placed = |word: &&Word| {
        let Rect { x, y, w, h } = word.rect;
        w > 0.0 && h > 0.0 && [x, y, w, h].iter().all(|v| v.is_finite())
    };
    for word in words.iter().filter(|word| !word.text.is_empty()).filter(is_placed) {
        let at = *known.entry(word.line).or_insert(lines.len());
        if at == lines.len() {
            lines.push(Vec::new());
        }
        lines[at].push(word);
    }
    lines
}

/// Where a line's words stand: together as most of them do; a word that does not fit in, such as an entry by hand, by itself.
fn stands(line: &[&Word]) -> Vec<Stand> {
    let each: Vec<Stand> = line.iter().map(|word| alone(word)).collect();
    // Dashes and dots are no measure.
    let letters = || line.iter().zip(&each).filter(|(word, _)| word.text.chars().any(char::is_alphanumeric)).map(|(_, stand)| *stand);
    if letters().next().is_none() {
        return each;
    }
    let common = Stand { baseline: median(letters().map(|s| s.baseline).collect()), size: median(letters().map(|s| s.size).collect()) };
    let fits = |word: &Word| {
        let middle = word.rect.center_y();
        let inside = middle < common.baseline + DEPTH * common.size && middle > common.baseline - CAPITALS * 1.2 * common.size;
        inside && word.rect.h < 1.8 * common.size
    };
    line.iter().zip(each).map(|(word, own)| if fits(word) { common } else { own }).collect()
}

/// Lays a page's words over it, `size` in points; `false` if there are none.
pub(super) fn show(content: &mut Content, reading: &PageReading, (width, height): (f32, f32), alphabet: &Alphabet) -> bool {
    let (width, height) = (f64::from(width), f64::from(height));
    // From upright pixels to points, origin lower left.
    let to_page = reading.to_source.then(&Affine { m: [width / 100.0, 0.0, 0.0, 0.0, -height / 100.0, height] });
    let [a, b, _, d, e, _] = to_page.m;
    let (along, up) = ((a, d), (-b, -e));
    let (pixel_along, pixel_up) = (along.0.hypot(along.1), up.0.hypot(up.1));
    let usable = |v: f64| v.is_finite() && v > 0.0;
    let lines = lines(&reading.words);
    if lines.is_empty() || !usable(pixel_along) || !usable(pixel_up) {
        return false;
    }
    let axes = [along.0 / pixel_along, along.1 / pixel_along, up.0 / pixel_up, up.1 / pixel_up].map(|v| rounded(v, 100_000.0));
    content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
    let blank = alphabet.encode(" ");
    let mut last_size = None;
    for line in lines {
        for (index, (word, stand)) in line.iter().zip(stands(&line)).enumerate() {
            let size = rounded(f64::from(stand.size) * pixel_up, 100.0).max(0.1);
            if last_size != Some(size) {
                content.set_font(NAME, size);
                last_size = Some(size);
            }
            let letter = f64::from(size) * f64::from(WIDTH) / 1000.0;
            let stretch = |pixels: f32, letters: usize| rounded(f64::from(pixels) * pixel_along / (letter * letters as f64) * 100.0, 100.0);
            let (x, y) = to_page.apply(word.rect.x.into(), stand.baseline.into());
            let (x, y) = (rounded(x, 100.0), rounded(y, 100.0));
            content.set_text_matrix([axes[0], axes[1], axes[2], axes[3], x, y]);
            content.set_horizontal_scaling(stretch(word.rect.w, word.text.chars().count()).max(0.01));
            content.show(Str(&alphabet.encode(&word.text)));
            // A blank as wide as the gap, for programs that do not measure.
            let gap = line.get(index + 1).map_or(0.0, |next| next.rect.x - word.rect.right());
            if gap > 0.0 {
                content.set_horizontal_scaling(stretch(gap, 1).max(0.01)).show(Str(&blank));
            }
        }
    }
    content.end_text();
    true
}

fn rounded(value: f64, parts: f64) -> f32 {
    ((value * parts).round() / parts) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, x: f32, top: f32, w: f32, bottom: f32) -> Word {
        Word { text: text.to_owned(), rect: Rect::from_corners(x, top, x + w, bottom), line: 1, ..Word::default() }
    }

    /// Capitals of 28 pixels on a baseline at 100: a size of 40.
    #[test]
    fn words_of_a_line_share_a_baseline() {
        let line = [
            word("Type", 0.0, 72.0, 80.0, 108.0),
            word("on", 90.0, 80.0, 30.0, 100.0),
            word("BP", 130.0, 72.0, 40.0, 100.0),
            word("-", 180.0, 88.0, 10.0, 91.0),
            word("mg", 200.0, 80.0, 30.0, 108.0),
        ];
        let stands = stands(&line.iter().collect::<Vec<_>>());
        for stand in &stands {
            assert!((stand.baseline - 100.0).abs() < 0.5 && (stand.size - 40.0).abs() < 0.5, "{stand:?}");
        }
        let by_hand = word("Lopez", 240.0, 20.0, 200.0, 130.0);
        let with = super::stands(&line.iter().chain([&by_hand]).collect::<Vec<_>>());
        assert_eq!(with[0], stands[0]);
        assert!(with[5].size > 100.0);
    }

    #[test]
    fn every_character_has_a_code() {
        let reading = PageReading {
            words: vec![word("Größe", 0.0, 0.0, 1.0, 1.0), word("𝛼", 0.0, 0.0, 1.0, 1.0)],
            ..crate::layout::testing::page(Vec::new())
        };
        let alphabet = Alphabet::of([&reading].into_iter());
        assert_eq!(alphabet.codes().map(|(_, letter)| letter).collect::<String>(), " Gerßö𝛼");
        assert_eq!(alphabet.encode("Ge"), [0, 2, 0, 3]);
        assert!(Alphabet::of(std::iter::empty()).is_empty());
    }
}
