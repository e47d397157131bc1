//! Questionnaires whose answers are circled: rows of a printed Y and N before the name of a problem.
//!
//! Where the loop itself was found, it tells the answer. Else the letter that is still there does: an engine does not read circles, but
//! it reads the letter that was left alone, and not, or much too tall, the one that was circled.

use super::super::phrases::fold;
use super::words::ItemWords;
use super::{Item, Part};
use crate::model::{Field, Form, Group, PageLayout, PageNumber, Rect};

/// Rows that make a questionnaire.
const FEWEST_ROWS: usize = 4;

/// A letter with a ring around it is at least this many times as tall as one without.
const RINGED: f32 = 1.9;

/// Farthest from the name to the letters before it, in units.
const REACH: f32 = 8.0;

/// A name with the words before it that may be its letters.
struct Row {
    name: Vec<usize>,
    left: f32,
    before: Vec<usize>,
}

/// Problems answered with a circled Y, and the page of a questionnaire of which a row could not be told.
pub(super) fn read(pages: &[PageLayout], vocabulary: &ItemWords) -> (Vec<Item>, Option<PageNumber>) {
    let (mut items, mut unsure) = (Vec::new(), None);
    for (at, page) in pages.iter().enumerate() {
        let mut rows = rows(page);
        rows.sort_by(|a, b| a.left.total_cmp(&b.left));
        // Columns of names: left ends that follow each other closely.
        let mut from = 0;
        for k in 1..=rows.len() {
            if k == rows.len() || rows[k].left - rows[k - 1].left > page.unit {
                column(page, at, &rows[from..k], vocabulary, &mut items, &mut unsure);
                from = k;
            }
        }
    }
    (items, unsure)
}

/// Names that stand right behind letters: one run of words a row and column.
fn rows(page: &PageLayout) -> Vec<Row> {
    let mut rows = Vec::new();
    for line in &page.lines {
        let words: Vec<usize> = line.segments.iter().flat_map(|&s| page.segments[s].words.iter().copied()).collect();
        let is_name = |w: usize| {
            let text = page.word(w).text.as_str();
            text.chars().filter(|c| c.is_alphabetic()).count() >= 3
                && text.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '/'))
        };
        let mut k = 0;
        let mut gap_from = 0;
        while k < words.len() {
            let opens = is_name(words[k]) && page.word(words[k]).text.starts_with(char::is_uppercase);
            if !opens {
                k += 1;
                continue;
            }
            let mut end = k + 1;
            while end < words.len()
                && is_name(words[end])
                && page.word(words[end]).rect.x - page.word(words[end - 1]).rect.right() < page.unit
            {
                end += 1;
            }
            let left = page.word(words[k]).rect.x;
            let before: Vec<usize> =
                words[gap_from..k].iter().copied().filter(|&w| left - page.word(w).rect.x < REACH * page.unit).collect();
            rows.push(Row { name: words[k..end].to_vec(), left, before });
            (k, gap_from) = (end, end);
        }
    }
    rows
}

fn column(page: &PageLayout, at: usize, rows: &[Row], vocabulary: &ItemWords, items: &mut Vec<Item>, unsure: &mut Option<PageNumber>) {
    // Where the two letters stand before the names, from those that were read to the letter.
    let clean = |letters: &std::collections::BTreeSet<String>| -> Vec<Rect> {
        let read = rows.iter().flat_map(|r| r.before.iter().map(move |&w| (r.left, w)));
        let shifted = read.filter(|&(_, w)| letters.contains(&fold(&page.word(w).text)) && page.word(w).text.chars().count() <= 3);
        shifted
            .map(|(left, w)| {
                let r = page.word(w).rect;
                Rect::new(left - r.x, r.y, r.w, r.h)
            })
            .collect()
    };
    let (yes, no) = (clean(&vocabulary.yes), clean(&vocabulary.no));
    if rows.len() < FEWEST_ROWS || 2 * (yes.len() + no.len()) < rows.len() || yes.len() + no.len() < FEWEST_ROWS {
        return;
    }
    let middle = |rects: &[Rect], of: fn(&Rect) -> f32| -> Option<f32> {
        let mut all: Vec<f32> = rects.iter().map(of).collect();
        all.sort_by(f32::total_cmp);
        all.get(all.len() / 2).copied()
    };
    let all: Vec<Rect> = yes.iter().chain(&no).copied().collect();
    let Some(height) = middle(&all, |r| r.h) else { return };
    let (yes_at, no_at) = (middle(&yes, |r| r.x), middle(&no, |r| r.x));
    // A column of boxes or bullets has one letter; here there are two, the Y first.
    if matches!((yes_at, no_at), (Some(y), Some(n)) if y < n + 0.8 * height) {
        return;
    }
    for row in rows {
        let left_alone = |place: Option<f32>| {
            place.is_some_and(|place| {
                row.before.iter().any(|&w| {
                    let rect = page.word(w).rect;
                    (row.left - rect.x - place).abs() < 0.7 * height && rect.h < RINGED * height
                })
            })
        };
        let looped = |place: Option<f32>| {
            let level = |loop_: &&Rect| row.name.first().is_some_and(|&w| loop_.overlap_y(&page.word(w).rect) > 0.5 * height);
            place.is_some_and(|place| {
                let middle = row.left - place + 0.4 * height;
                page.reading.circles.iter().filter(level).any(|loop_| loop_.x < middle && middle < loop_.right())
            })
        };
        let doubt = match (looped(yes_at), looped(no_at)) {
            (false, true) => continue,
            (true, false) => Some(0.1),
            _ => None,
        };
        let answer = if doubt.is_some() { (false, true) } else { (left_alone(yes_at), left_alone(no_at)) };
        match answer {
            // The Y is there: the N is circled, or neither is.
            (true, _) => {}
            (false, true) => {
                let words: Vec<(usize, usize)> = row.name.iter().map(|&w| (at, w)).collect();
                let part = Part::new(Field::ConditionText, page.text_of(&row.name), &words, Form::Free, 0.0);
                items.push(Item {
                    group: Group::Condition,
                    parts: vec![part],
                    rule: "items.condition-circled",
                    label: 0.8,
                    doubt: doubt.unwrap_or(0.5),
                });
            }
            (false, false) => *unsure = unsure.or(Some(page.reading.number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::typed;
    use super::super::words::tests::words;
    use super::*;

    fn names(text: &str, ringed: &[&str]) -> (Vec<String>, bool) {
        let mut page = typed(text);
        for word in &mut page.reading.words {
            if ringed.contains(&word.text.as_str()) {
                word.rect = Rect::new(word.rect.x - 10.0, word.rect.y - 15.0, 30.0, 50.0);
            }
        }
        let (items, unsure) = read(&[page], &words());
        (items.iter().map(|i| i.parts[0].value.clone()).collect(), unsure.is_some())
    }

    #[test]
    fn a_loop_that_was_found_tells_the_answer() {
        let mut page = typed("Y  N  Asthma\nY  N  Gout\nY  N  Sleep apnea\nY  N  Stroke\nY  N  Anemia");
        for (row, letter) in [(0, "N"), (1, "Y"), (2, "N"), (3, "Y")] {
            let place = page.reading.words.iter().filter(|w| w.text == letter).nth(row).unwrap().rect.grown(5.0);
            page.reading.circles.push(place);
        }
        let (items, _) = read(&[page], &words());
        let got: Vec<(&str, f32)> = items.iter().map(|i| (i.parts[0].value.as_str(), i.doubt)).collect();
        assert_eq!(got, [("Gout", 0.1), ("Stroke", 0.1)]);
    }

    #[test]
    fn the_letter_that_is_left_tells_the_answer() {
        let text = "Y     Asthma\nY     Gout\n   N  Sleep apnea\nY     Stroke\nY  N  Anemia";
        assert_eq!(names(text, &[]), (vec!["Sleep apnea".to_owned()], false));
        let ringed = "Y  N  Asthma\nY  N  Gout\n@  N  Stroke\nY  N  Anemia\nY  8  Cancer";
        assert_eq!(names(ringed, &["@", "8"]), (vec!["Stroke".to_owned()], false));
    }

    #[test]
    fn a_row_without_letters_is_asked_for_and_prose_is_not() {
        assert_eq!(names("Y     Asthma\nY     Gout\n   N  Stroke\nY     Anemia\n      Cancer", &[]), (vec!["Stroke".to_owned()], true));
        assert_eq!(names("Asthma\nGout\nStroke\nAnemia\nCancer", &[]), (vec![], false));
        assert_eq!(names("Y  Asthma", &[]), (vec![], false));
    }
}
