//! Words to lines, segments, columns and ruled cells.
//!
//! Owns the geometry of text on an upright page; what the words mean is left to extraction.

mod cells;
mod comb;
mod lines;

use crate::model::{PageLayout, PageReading};

pub(crate) use lines::{rows, rule_between, unit};

/// Puts a page's words in order.
///
/// Marks that are only the remains of printed rules (`|`, `_`, `~` …) are kept in the reading but stand in no segment.
pub fn analyse(reading: PageReading) -> PageLayout {
    let mut reading = reading;
    let unit = lines::unit(&reading.words);
    comb::join(&mut reading, unit);
    let rows = lines::rows(&reading.words, unit);
    let (mut segments, lines) = lines::segments(&reading, rows, unit);
    let cells = cells::around(&mut segments, &reading, unit);
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by_key(|&s| segments[s].words.iter().min().copied());
    PageLayout { reading, segments, lines, cells, order, unit }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Pages drawn by hand for the tests of this room.

    use crate::model::{Affine, PageNumber, PageQuality, PageReading, QuarterTurn, Rect, Ruling, RulingKind, TextSource, Word};

    /// A word of 10 pixels a letter and 20 pixels height.
    pub fn word(text: &str, x: f32, y: f32) -> Word {
        Word {
            text: text.to_owned(),
            rect: Rect::new(x, y, 10.0 * text.chars().count() as f32, 20.0),
            confidence: 0.95,
            line: 0,
            block: 0,
            ..Word::default()
        }
    }

    /// A page of 1000 by 1000 pixels.
    pub fn page(words: Vec<Word>) -> PageReading {
        PageReading {
            number: PageNumber::new(1),
            width: 1000,
            height: 1000,
            to_source: Affine::scale(0.1, 0.1),
            words,
            rulings: Vec::new(),
            checkboxes: Vec::new(),
            circles: Vec::new(),
            uncovered: Vec::new(),
            text_source: TextSource::Ocr,
            second_there: false,
            quality: PageQuality {
                turn: QuarterTurn::None,
                skew_degrees: 0.0,
                dpi: 100.0,
                ink: 0.05,
                bilevel: false,
                mean_confidence: 0.95,
                treatments: vec![],
            },
        }
    }

    /// A horizontal rule from `x0` to `x1`.
    pub fn across(x0: f32, x1: f32, y: f32) -> Ruling {
        Ruling { kind: RulingKind::Horizontal, rect: Rect::new(x0, y, x1 - x0, 2.0) }
    }

    /// A vertical rule from `y0` to `y1`.
    pub fn down(x: f32, y0: f32, y1: f32) -> Ruling {
        Ruling { kind: RulingKind::Vertical, rect: Rect::new(x, y0, 2.0, y1 - y0) }
    }
}
