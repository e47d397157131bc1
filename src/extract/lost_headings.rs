//! Headings that were read too badly to be known by their wording.
//!
//! The headings of one document look alike: in capitals, before a colon, alone on their line, at one margin. A line that looks like
//! the document's other headings and is no known one is taken for the wording that it comes nearest to, if one stands out; else it ends the
//! text before it and begins nothing, since text under a lost heading must not become part of another section.

use super::body::TextLine;
use super::headings::{Entry, Headings, Hit, Stand, usual_gap};
use super::phrases::fold;
use crate::model::{DocumentKind, PageLayout};

/// Fewest known headings of one form that make it the form of the document's headings.
const FEWEST: usize = 3;
/// Most words, and fewest letters, of a line that can be such a heading.
const MOST_WORDS: usize = 6;
/// See [`MOST_WORDS`].
const FEWEST_LETTERS: usize = 6;
/// Furthest from the others' margin, in units.
const MARGIN: f32 = 2.0;

/// The look of a heading that has a line for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    capitals: bool,
    colon: bool,
}

/// Finds lost headings among lines that have none; `hits` are the known ones.
pub(crate) fn find(headings: &Headings, pages: &[PageLayout], lines: &[TextLine], kind: DocumentKind, hits: &[Hit]) -> Vec<Hit> {
    let known: Vec<(Look, f32)> = hits
        .iter()
        .filter(|hit| hit.entry.is_some() && hit.start == 0 && hit.end == lines[hit.at].words.len() && hit.stand != Stand::Implied)
        .map(|hit| (look(&pages[lines[hit.at].page], &lines[hit.at]), left(pages, &lines[hit.at])))
        .collect();
    let usual = usual_gap(lines);
    let mut taken = vec![false; lines.len()];
    hits.iter().for_each(|hit| taken[hit.at] = true);
    let mut found = Vec::new();
    for colon in [true, false] {
        let style = Look { capitals: true, colon };
        let mut margins: Vec<f32> = known.iter().filter(|(look, _)| *look == style).map(|(_, left)| *left).collect();
        if margins.len() < FEWEST || (!colon && mostly_capitals(pages, lines)) {
            continue;
        }
        margins.sort_by(f32::total_cmp);
        let margin = margins[margins.len() / 2];
        for (at, line) in lines.iter().enumerate().filter(|(at, _)| !taken[*at]) {
            let page = &pages[line.page];
            let words: Vec<&str> = line.words.iter().map(|&w| page.word(w).text.as_str()).collect();
            let folded: String = words.iter().map(|w| fold(w)).collect();
            let fits = line.starts.len() <= 2
                && words.len() <= MOST_WORDS
                && folded.chars().filter(|c| c.is_alphabetic()).count() >= FEWEST_LETTERS
                && (left(pages, line) - margin).abs() <= MARGIN
                && look(page, line) == style
                && (colon || (line.gap >= usual && !folded.chars().any(|c| c.is_ascii_digit()) && !ends(&words, &['.', ','])));
            if !fits {
                continue;
            }
            let nearest = headings.nearest(&folded, kind);
            let (entry, likeness) = nearest.map_or((Entry::default(), 0.0), |(entry, like)| (entry.clone(), like));
            // Without a colon a line of capitals may be an item: only a wording speaks for it.
            if colon || likeness > 0.0 {
                found.push(Hit { at, start: 0, end: line.words.len(), entry: Some(entry), likeness, stand: Stand::Alone });
            }
        }
    }
    found.sort_by_key(|hit| hit.at);
    found
}

fn left(pages: &[PageLayout], line: &TextLine) -> f32 {
    line.rect.x / pages[line.page].unit
}

/// Engines read colons as semicolons, and specks behind them as marks.
fn look(page: &PageLayout, line: &TextLine) -> Look {
    let words: Vec<&str> = line.words.iter().map(|&w| page.word(w).text.as_str()).collect();
    let letters = || words.iter().flat_map(|w| w.chars()).filter(|c| c.is_alphabetic());
    let lower = letters().filter(|c| c.is_lowercase()).count();
    // A badly read letter or two may look like a small one.
    Look { capitals: lower * 5 <= letters().count(), colon: ends(&words, &[':', ';']) }
}

/// Whether the last word that is more than a speck ends so.
fn ends(words: &[&str], marks: &[char]) -> bool {
    let last = words.iter().rev().find(|w| w.ends_with(marks) || w.chars().any(char::is_alphanumeric));
    last.is_some_and(|w| w.trim_end_matches(['.', '\'', '‘', '’', ',']).ends_with(marks) || w.ends_with(marks))
}

fn mostly_capitals(pages: &[PageLayout], lines: &[TextLine]) -> bool {
    let capitals = lines.iter().filter(|line| look(&pages[line.page], line).capitals).count();
    2 * capitals > lines.len()
}

#[cfg(test)]
mod tests {
    use super::super::body;
    use super::super::testing::typed;
    use super::*;
    use crate::model::Section;

    fn found(text: &str) -> Vec<(usize, Option<Section>)> {
        let headings = Headings::parse(include_str!("../../config/headings.toml")).unwrap();
        let pages = [typed(text)];
        let lines = body::lines(&pages, &headings.furniture);
        let kind = DocumentKind::DischargeSummary;
        let hits = headings.hits(&pages, &lines, kind);
        hits.into_iter().map(|h| (h.at, h.entry.and_then(|e| e.section))).collect()
    }

    #[test]
    fn a_line_that_looks_like_the_other_headings_is_one() {
        use Section::*;
        let note = "ALLERGIES:\nLatex.\nHOSPITAL COURSE:\nHe did well.\nMEDICATIONS:\nNone.\n";
        let known = [(0, Some(Allergies)), (2, Some(HospitalCourse)), (4, Some(Medications))];
        let with = |more: &str| found(&format!("{note}{more}"))[3..].to_vec();
        assert_eq!(found(note), known);
        assert_eq!(with("D1SCHRRGE INSTRUGTIDNS;\nRest."), [(6, Some(DischargeInstructions))]);
        assert_eq!(with("XK%VOW QRTZ: :\nRest."), [(6, None)]);
        assert_eq!(with("Sodium: 140"), []);
        assert_eq!(with("BP 120/80"), []);
        assert_eq!(with("                         XKVOW QRTZ:\nRest."), []);
    }

    #[test]
    fn three_headings_of_one_form_are_needed() {
        assert_eq!(found("ALLERGIES:\nLatex.\nXKVOW QRTZ:\nRest."), [(0, Some(Section::Allergies))]);
    }
}
