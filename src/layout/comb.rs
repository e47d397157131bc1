//! Comb fields: one character a box. The engine gives a word a character; here they become words again.

use crate::model::{Doubt, PageReading, Rect, SecondReading, Word};

use super::lines::is_rule_remains;

/// Fewest characters of a comb that is not drawn by rules.
const FEWEST: usize = 3;

/// Joins runs of single characters that stand at an even pitch into words, with a blank wherever a box was left empty.
/// The joined word replaces the first of its run; the others lose their text's place and are removed.
pub(super) fn join(reading: &mut PageReading, unit: f32) {
    let runs = runs(&reading.words, unit);
    if runs.is_empty() {
        return;
    }
    let mut gone = vec![false; reading.words.len()];
    for run in runs {
        let pitch = pitch(&reading.words, &run);
        let mut parts: Vec<Vec<usize>> = vec![Vec::new()];
        for (k, &i) in run.iter().enumerate() {
            if k > 0 && step(&reading.words, run[k - 1], i) > 1.6 * pitch {
                parts.push(Vec::new());
            }
            if let Some(part) = parts.last_mut() {
                part.push(i);
            }
        }
        for part in parts {
            let Some((&first, rest)) = part.split_first() else { continue };
            let rect = Rect::hull(part.iter().map(|&i| &reading.words[i].rect)).unwrap_or_default();
            let text: String = part.iter().map(|&i| reading.words[i].text.as_str()).collect();
            // The weakest letter decides: each was read alone.
            let confidence = part.iter().map(|&i| reading.words[i].confidence).fold(1.0, f32::min);
            let second = together(&reading.words, &part);
            let doubts = part.iter().zip(0_u16..).flat_map(|(&i, k)| {
                reading.words[i].doubts.iter().map(move |doubt| Doubt { at: doubt.at.saturating_add(k), ..doubt.clone() })
            });
            let doubts = doubts.collect();
            let word = &mut reading.words[first];
            word.second = second;
            word.doubts = doubts;
            word.text = text;
            word.rect = rect;
            word.confidence = confidence;
            rest.iter().for_each(|&i| gone[i] = true);
        }
    }
    let mut keep = gone.iter().map(|g| !g);
    reading.words.retain(|_| keep.next().unwrap_or(true));
}

/// What the second engine read of all letters of a word; `None` if it was not asked about each.
fn together(words: &[Word], part: &[usize]) -> Option<SecondReading> {
    let seconds: Vec<&SecondReading> = part.iter().map(|&i| words[i].second.as_ref()).collect::<Option<_>>()?;
    let replaced = seconds.iter().any(|second| second.instead_of.is_some());
    let first = || part.iter().zip(&seconds).map(|(&i, second)| second.instead_of.as_deref().unwrap_or(&words[i].text)).collect();
    Some(SecondReading {
        text: seconds.iter().map(|second| second.text.as_str()).collect(),
        confidence: seconds.iter().map(|second| second.confidence).fold(1.0, f32::min),
        instead_of: replaced.then(first),
        agrees: seconds.iter().all(|second| second.agrees),
    })
}

fn single(word: &Word) -> bool {
    word.text.chars().count() == 1 && word.text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '.' | '@' | '#'))
}

fn step(words: &[Word], a: usize, b: usize) -> f32 {
    words[b].rect.center_x() - words[a].rect.center_x()
}

/// The lower median of the steps: boxes left empty make steps longer, never shorter.
fn pitch(words: &[Word], run: &[usize]) -> f32 {
    let mut steps: Vec<f32> = run.windows(2).map(|w| step(words, w[0], w[1])).collect();
    steps.sort_by(f32::total_cmp);
    steps.get((steps.len().max(1) - 1) / 2).copied().unwrap_or(0.0)
}

fn runs(words: &[Word], unit: f32) -> Vec<Vec<usize>> {
    let mut singles: Vec<usize> = (0..words.len()).filter(|&i| single(&words[i])).collect();
    singles.sort_by(|&a, &b| words[a].rect.x.total_cmp(&words[b].rect.x));
    let blocked = |a: usize, b: usize| {
        let between = Rect::from_corners(words[a].rect.right(), words[a].rect.y, words[b].rect.x, words[a].rect.bottom());
        words.iter().enumerate().any(|(k, w)| {
            k != a
                && k != b
                && !is_rule_remains(&w.text)
                && w.rect.overlap_x(&between) > 0.0
                && w.rect.overlap_y(&between) > 0.5 * w.rect.h.min(between.h)
        })
    };
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for i in singles {
        let at = runs.iter().position(|run| {
            run.last().is_some_and(|&last| {
                let (a, b) = (&words[last].rect, &words[i].rect);
                let gap = b.x - a.right();
                a.overlap_y(b) > 0.5 * a.h.min(b.h) && gap > 0.5 * unit && gap < 5.0 * unit && !blocked(last, i)
            })
        });
        match at {
            Some(at) => runs[at].push(i),
            None => runs.push(vec![i]),
        }
    }
    runs.retain(|run| {
        if run.len() < FEWEST {
            return false;
        }
        let pitch = pitch(words, run);
        // Every step must be a whole number of boxes, one or two; else these are single letters that happen to stand in a row.
        run.windows(2).all(|w| {
            let boxes = step(words, w[0], w[1]) / pitch;
            (boxes - boxes.round()).abs() < 0.3
        })
    });
    runs
}

#[cfg(test)]
mod tests {
    use super::super::{analyse, testing::*};
    use crate::model::Word;

    fn comb(text: &str) -> Vec<Word> {
        text.chars().enumerate().filter(|(_, c)| *c != ' ').map(|(k, c)| word(&c.to_string(), 20.0 + 35.0 * k as f32, 10.0)).collect()
    }

    #[test]
    fn letters_in_boxes_become_words() {
        let layout = analyse(page(comb("YUKI MAE")));
        assert_eq!(layout.line_text(0), "YUKI MAE");
    }

    #[test]
    fn letters_at_uneven_places_stay_apart() {
        let layout = analyse(page(vec![word("Y", 10.0, 10.0), word("N", 50.0, 10.0), word("A", 160.0, 10.0), word("B", 215.0, 10.0)]));
        assert_eq!(layout.reading.words.len(), 4);
    }
}
