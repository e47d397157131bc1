//! Tells words that look written by hand from printed ones, by what the engine made of them.
//!
//! No recogniser of handwriting: a first detector from three things that are at hand. The engine is trained on print and is
//! unsure of script; script stands taller than the print of the form around it; and entries of one form are all in one hand. It
//! errs on the side of handwriting: a printed value taken for script costs a person a glance.

use crate::model::{PageLayout, Rect, TextSource, Word};

/// Words above this are sure to be print.
const SURE: f32 = 0.90;

/// Words below this were not read by right.
const WEAK: f32 = 0.60;

/// Script is taller than the sure words' median by this.
const TALL: f32 = 1.25;

/// Share of a page's words that are weak and tall from which the page counts as filled in by hand. On the development scans forms
/// filled in by hand lie at 0.128–0.44, all printed pages but three below 0.10 (one comb field, one wallet card, one nearly empty page).
const HAND_FILLED: f32 = 0.12;

/// Fewest sure words to take the measure from, and fewest weak ones to call it script.
const FEWEST: usize = 8;
const FEWEST_WEAK: usize = 4;

/// On a page filled in by hand, what is read as well as this, in print's height and without a weak word beside it, is print.
const PRINT: f32 = 0.93;

/// Whether some words of a page look written by hand.
pub(crate) fn looks_handwritten(page: &PageLayout, words: &[usize]) -> bool {
    if page.reading.text_source == TextSource::TextLayer || words.is_empty() {
        return false;
    }
    let own: Vec<&Word> = words.iter().map(|&w| page.word(w)).collect();
    // What only the second engine read is a suggestion, whoever wrote it.
    if own.iter().any(|w| w.suggested) {
        return true;
    }
    let all: Vec<&Word> = page.reading.words.iter().filter(|w| letters(w) >= 2).collect();
    let Some(print) = print_height(&all) else { return false };
    let total: f32 = own.iter().map(|w| letters(w) as f32).sum::<f32>().max(1.0);
    let mean = own.iter().map(|w| w.confidence * letters(w) as f32).sum::<f32>() / total;
    // A single entry, such as a date beside a signature, on a page of print.
    if mean < 0.7 && own.iter().any(|w| letters(w) >= 2 && is_script(w, print)) {
        return true;
    }
    if !mostly_by_hand(&all, print) {
        return false;
    }
    let printed = own.iter().all(|w| w.confidence >= PRINT && w.rect.h <= 1.2 * print);
    let beside = Rect::hull(own.iter().map(|w| &w.rect)).is_some_and(|hull| {
        let row = hull.grown(0.3 * print);
        all.iter().any(|w| w.confidence < WEAK && w.rect.overlap_y(&row) > 0.3 * w.rect.h)
    });
    !printed || beside
}

/// Whether a page with these words, as the first engine read them, is a form filled in by hand.
pub(crate) fn filled_by_hand<'w>(words: impl Iterator<Item = &'w Word>) -> bool {
    let all: Vec<&Word> = words.filter(|w| letters(w) >= 2).collect();
    print_height(&all).is_some_and(|print| mostly_by_hand(&all, print))
}

/// The usual height of print: of what was surely read. `None` where too little was.
fn print_height(words: &[&Word]) -> Option<f32> {
    let mut heights: Vec<f32> = words.iter().filter(|w| w.confidence > SURE).map(|w| w.rect.h).collect();
    heights.sort_by(f32::total_cmp);
    (heights.len() >= FEWEST).then(|| heights[heights.len() / 2])
}

fn is_script(word: &Word, print: f32) -> bool {
    word.confidence < WEAK && word.rect.h > TALL * print
}

fn mostly_by_hand(words: &[&Word], print: f32) -> bool {
    let weak = words.iter().filter(|w| is_script(w, print)).count();
    weak >= FEWEST_WEAK && weak as f32 >= HAND_FILLED * words.len() as f32
}

fn letters(word: &Word) -> usize {
    word.text.chars().filter(|c| c.is_alphanumeric()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::analyse;
    use crate::layout::testing::{page, word};

    /// A form of ten printed labels; entries beside them of the given height and confidence.
    fn form(height: f32, confidence: f32) -> PageLayout {
        let mut words = Vec::new();
        for k in 0..10 {
            words.push(word("LABEL", 20.0, 20.0 + 60.0 * k as f32));
            let mut entry = word("entry", 300.0, 20.0 + 60.0 * k as f32);
            entry.rect.h = height;
            entry.confidence = confidence;
            words.push(entry);
        }
        words.push(word("Printed", 20.0, 900.0));
        analyse(page(words))
    }

    fn find(layout: &PageLayout, text: &str) -> Vec<usize> {
        layout.reading.words.iter().position(|w| w.text == text).into_iter().collect()
    }

    #[test]
    fn entries_in_script_are_told_from_print() {
        let layout = form(32.0, 0.4);
        assert!(looks_handwritten(&layout, &find(&layout, "entry")));
        assert!(!looks_handwritten(&layout, &find(&layout, "Printed")));
    }

    #[test]
    fn a_well_read_entry_among_script_is_not_trusted() {
        let mut layout = form(32.0, 0.4);
        let at = find(&layout, "entry")[0];
        layout.reading.words[at].confidence = 0.96;
        layout.reading.words[at].text = "1950".to_owned();
        assert!(looks_handwritten(&layout, &[at]), "taller than print");
    }

    #[test]
    fn bad_print_is_not_script() {
        let layout = form(20.0, 0.4);
        assert!(!looks_handwritten(&layout, &find(&layout, "entry")));
        let layout = form(32.0, 0.95);
        assert!(!looks_handwritten(&layout, &find(&layout, "entry")), "large print");
    }

    #[test]
    fn one_entry_in_script_on_a_page_of_print() {
        let mut layout = form(20.0, 0.95);
        let at = find(&layout, "entry")[0];
        layout.reading.words[at].confidence = 0.3;
        layout.reading.words[at].rect.h = 34.0;
        assert!(looks_handwritten(&layout, &[at]));
        assert!(!looks_handwritten(&layout, &find(&layout, "Printed")));
    }

    #[test]
    fn born_digital_text_is_never_script() {
        let mut layout = form(32.0, 0.4);
        layout.reading.text_source = TextSource::TextLayer;
        assert!(!looks_handwritten(&layout, &find(&layout, "entry")));
    }
}
