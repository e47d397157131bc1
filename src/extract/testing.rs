//! Pages typed as text for the tests of this room: a line a row, two or more blanks make a wide gap, an empty line a gap.

use crate::layout::testing::page;
use crate::model::{Affine, PageLayout, PageNumber, PageReading, Rect, Word};

/// Width of a letter, pixels.
const LETTER: f32 = 10.0;
/// Height of a word, pixels.
const HEIGHT: f32 = 20.0;
/// From line to line, pixels.
const PITCH: f32 = 30.0;

/// Page 1 with these lines.
pub(crate) fn typed(text: &str) -> PageLayout {
    typed_page(text, 1)
}

/// A page of 1000 by 1400 pixels, ten letters' width to a hundred pixels. Blanks keep their width, so columns can be typed.
pub(crate) fn typed_page(text: &str, number: u32) -> PageLayout {
    let mut words = Vec::new();
    for (row, line) in text.lines().enumerate() {
        let mut column = 0;
        for (k, part) in line.split(' ').enumerate() {
            column += usize::from(k > 0);
            if !part.is_empty() {
                let (x, y) = (20.0 + LETTER * column as f32, 20.0 + PITCH * row as f32);
                let rect = Rect::new(x, y, LETTER * part.chars().count() as f32, HEIGHT);
                words.push(Word { text: part.to_owned(), rect, confidence: 0.95, line: row as u32, block: row as u32, ..Word::default() });
            }
            column += part.chars().count();
        }
    }
    crate::layout::analyse(PageReading {
        number: PageNumber::new(number),
        height: 1400,
        to_source: Affine::scale(0.1, 100.0 / 1400.0),
        ..page(words)
    })
}
