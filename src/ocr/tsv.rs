//! Tesseract's TSV to words. Owns the translation of the format's numbers; lines that do not fit it are left out, not guessed.
//!
//! Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence (0–100, -1 where there is none), text. Level 5
//! are words (tesseract's `TessBaseAPI::GetTSVText`, src/api/renderer and baseapi of 5.x).

use crate::model::{Rect, Word};

const WORD_LEVEL: &str = "5";

/// Reads the words of a TSV of one page.
pub(super) fn words(tsv: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut lines: Vec<(u32, u32, u32)> = Vec::new();
    for row in tsv.lines() {
        let columns: Vec<&str> = row.splitn(12, '\t').collect();
        if columns.len() < 12 || columns[0] != WORD_LEVEL {
            continue;
        }
        let number = |i: usize| columns[i].parse::<f32>().ok().filter(|n| n.is_finite());
        let index = |i: usize| columns[i].parse::<u32>().ok();
        let (Some(x), Some(y), Some(w), Some(h), Some(confidence)) = (number(6), number(7), number(8), number(9), number(10)) else {
            continue;
        };
        let (Some(block), Some(paragraph), Some(line)) = (index(2), index(3), index(4)) else { continue };
        let text = columns[11].trim();
        if text.is_empty() {
            continue;
        }
        // Line numbers start anew in each paragraph: count them through.
        let key = (block, paragraph, line);
        if lines.last() != Some(&key) {
            lines.push(key);
        }
        words.push(Word {
            text: text.to_owned(),
            rect: Rect::new(x, y, w, h),
            confidence: (confidence / 100.0).clamp(0.0, 1.0),
            line: lines.len() as u32 - 1,
            block,
            ..Word::default()
        });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const TSV: &str = "1\t1\t0\t0\t0\t0\t0\t0\t600\t100\t-1\t\n\
        5\t1\t1\t1\t1\t1\t10\t20\t50\t12\t96.5\tName:\n\
        5\t1\t1\t1\t1\t2\t70\t20\t60\t12\t91\tO'Brien\n\
        5\t1\t1\t2\t1\t1\t10\t40\t60\t12\t12\tx\ty\n\
        5\t1\t2\t1\t1\t1\t300\t20\t50\t12\t95\t \n\
        5\t1\t2\t1\t1\t2\t300\t20\t50\t12\tnan\tNaN\n\
        5\t1\t2\t1\t1\t3\t300\t20\t50\t12\t-1\tlow\n\
        5\t1\t2";

    #[test]
    fn words_keep_places_and_lines() {
        let words = words(TSV);
        let short: Vec<_> = words.iter().map(|w| (w.text.as_str(), w.line, w.block, w.confidence)).collect();
        assert_eq!(short, [("Name:", 0, 1, 0.965), ("O'Brien", 0, 1, 0.91), ("x\ty", 1, 1, 0.12), ("low", 2, 2, 0.0)]);
        assert_eq!(words[1].rect, Rect::new(70.0, 20.0, 60.0, 12.0));
    }

    #[test]
    fn rubbish_gives_nothing() {
        assert!(words("").is_empty());
        assert!(words("5\t5\t5\n\u{0}\n5\ta\tb\tc\td\te\tf\tg\th\ti\tj\tk").is_empty());
    }
}
