//! Procedures: past operations with their years, the operation of an operative note, the examination of an imaging report.

use super::super::body::TextLine;
use super::super::dates;
use super::super::phrases::{find, folded_words};
use super::super::sections::Block;
use super::super::tables::{self, TableSpec};
use super::list::{clean, pieces, text};
use super::words::{ItemWords, Role};
use super::{Item, Part, heads_line};
use crate::model::{DocumentKind, Field, Form, Group, PageLayout};

/// A date (value, positions of its words) within the words of an item; a bare year counts too.
fn date_in(words: &[&str]) -> Option<(String, std::ops::Range<usize>)> {
    if let Some(found) = dates::find(words).into_iter().next() {
        return Some((found.read.date.to_string(), found.words));
    }
    words.iter().enumerate().rev().find_map(|(k, word)| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let year = bare.len() == 4 && bare.chars().all(|c| c.is_ascii_digit()) && (bare.starts_with("19") || bare.starts_with("20"));
        year.then(|| (bare.to_owned(), k..k + 1))
    })
}

fn item(pages: &[PageLayout], words: &[(usize, usize)], label: f32, doubt: f32, vocabulary: &ItemWords) -> Option<Item> {
    let texts: Vec<&str> = words.iter().map(|&(p, w)| pages[p].word(w).text.as_str()).collect();
    let date = date_in(&texts);
    // The name is what stands before the date; a date that comes first leaves what follows it.
    let range = match &date {
        Some((_, at)) if at.start > 0 => 0..at.start,
        Some((_, at)) => at.end..texts.len(),
        None => 0..texts.len(),
    };
    let name = texts[range.clone()].join(" ");
    let name = clean(clean(&name).trim_end_matches(['(', '[']).trim_end_matches(" in"));
    if vocabulary.is_none(&name) || vocabulary.is_denied(&name) || name.chars().filter(|c| c.is_alphabetic()).count() < 3 {
        return None;
    }
    let own = if range.len() > 10 { 0.4 } else { 0.0 };
    let mut parts = vec![Part::new(Field::ProcedureText, name, &words[range], Form::Free, own)];
    if let Some((value, at)) = date {
        parts.push(Part::new(Field::ProcedureDate, value, &words[at], Form::Valid, 0.0));
    }
    Some(Item { group: Group::Procedure, parts, rule: "items.procedure", label, doubt })
}

/// Procedures of a block of text.
pub(super) fn of_block(pages: &[PageLayout], lines: &[TextLine], block: &Block, kind: DocumentKind, vocabulary: &ItemWords) -> Vec<Item> {
    // What an operative note or a report describes was done on the day that the paper gives for it.
    if matches!(kind, DocumentKind::OperativeNote | DocumentKind::ImagingReport) && block.entry.section.is_none() {
        return described(pages, lines, block, vocabulary).into_iter().collect();
    }
    // The narrative of an operation is no list of procedures.
    let words: usize = block.runs.iter().map(|r| r.words.len()).sum();
    let cut = pieces(pages, block, true, &vocabulary.context);
    if cut.iter().all(|p| !p.marked) && words > 12 * cut.len().max(1) {
        return Vec::new();
    }
    cut.iter()
        .filter_map(|piece| {
            let (own, doubt) = piece.own(pages, &vocabulary.context)?;
            item(pages, &own.words, block.label(), (block.doubt() + doubt).min(1.0), vocabulary)
        })
        .collect()
}

fn described(pages: &[PageLayout], lines: &[TextLine], block: &Block, vocabulary: &ItemWords) -> Option<Item> {
    let words: Vec<(usize, usize)> = block.runs.iter().flat_map(|r| r.words.iter().map(|&w| (r.page, w))).collect();
    let mut found = item(pages, &words, block.label(), block.doubt(), vocabulary)?;
    if found.parts.len() == 1
        && let Some((value, at)) = day_of(pages, lines, vocabulary)
    {
        found.parts.push(Part::new(Field::ProcedureDate, value, &at, Form::Valid, 0.05));
    }
    Some(found)
}

/// The date behind or below a label such as "Date of surgery".
fn day_of(pages: &[PageLayout], lines: &[TextLine], vocabulary: &ItemWords) -> Option<(String, Vec<(usize, usize)>)> {
    for (at, line) in lines.iter().enumerate() {
        let page = &pages[line.page];
        let (mut folded, mut origin) = (Vec::new(), Vec::new());
        for (position, &w) in line.words.iter().enumerate() {
            for part in folded_words(&page.word(w).text) {
                folded.push(part);
                origin.push(position);
            }
        }
        let Some((start, length)) = vocabulary.date_labels.iter().find_map(|l| find(&folded, l).map(|(start, _)| (start, l.len()))) else {
            continue;
        };
        let (from, to) = (origin[start], origin[start + length - 1] + 1);
        let behind = line.words[to..].to_vec();
        let left = page.word(line.words[from]).rect.x - page.unit;
        let right = page.word(line.words[to - 1]).rect.right() + 4.0 * page.unit;
        let below = lines.get(at + 1).filter(|l| l.page == line.page).map(|l| {
            l.words.iter().copied().filter(|&w| page.word(w).rect.right() > left && page.word(w).rect.x < right).collect::<Vec<_>>()
        });
        for (near, words) in [(true, behind), (false, below.unwrap_or_default())] {
            let texts: Vec<&str> = words.iter().map(|&w| page.word(w).text.as_str()).collect();
            let full = dates::find(&texts).into_iter().find(|f| f.read.date.is_full() && !(near && f.words.start > 2));
            if let Some(found) = full {
                return Some((found.read.date.to_string(), words[found.words].iter().map(|&w| (line.page, w)).collect()));
            }
        }
    }
    None
}

/// Procedures of tables, and the lines that the tables cover.
pub(super) fn of_tables(pages: &[PageLayout], blocks: &[Block], vocabulary: &ItemWords) -> (Vec<Item>, Vec<(usize, usize)>) {
    let (mut items, mut covered) = (Vec::new(), Vec::new());
    let spec = TableSpec { names: &vocabulary.procedure, key: Role::Procedure, any_of: &[Role::Date] };
    for (at, page) in pages.iter().enumerate() {
        for table in tables::find(page, &spec, &heads_line(pages, blocks, at)) {
            covered.extend(table.lines().into_iter().map(|l| (at, l)));
            for row in &table.rows {
                let name: Vec<(usize, usize)> = table.cell(row, Role::Procedure).iter().map(|&w| (at, w)).collect();
                let date: Vec<(usize, usize)> = table.cell(row, Role::Date).iter().map(|&w| (at, w)).collect();
                let Some(mut found) = item(pages, &name, 1.0, 0.0, vocabulary) else { continue };
                let shown = text(pages, &date);
                if let Some((value, _)) = date_in(&shown.split(' ').collect::<Vec<_>>()).filter(|_| found.parts.len() == 1) {
                    found.parts.push(Part::new(Field::ProcedureDate, value, &date, Form::Valid, 0.0));
                }
                found.rule = "items.procedure-table";
                items.push(found);
            }
        }
    }
    (items, covered)
}

#[cfg(test)]
mod tests {
    use super::super::tests::items;
    use crate::model::DocumentKind::*;

    #[test]
    fn operations_keep_the_precision_of_their_dates() {
        for (text, kind, want) in [
            ("PAST SURGICAL HISTORY: Hemorrhoidectomy 1998.", ProgressNote, vec!["Hemorrhoidectomy | 1998"]),
            (
                "Surgical history: Appendectomy (1986), Cataract extraction, left eye, 2001",
                ProgressNote,
                vec!["Appendectomy | 1986", "Cataract extraction, left eye | 2001"],
            ),
            ("PAST SURGICAL HISTORY: None.", ProgressNote, vec![]),
            ("PAST SURGICAL HISTORY: No prior surgeries.", ProgressNote, vec![]),
            (
                "PAST SURGICAL HISTORY: Appendectomy 1998. Hernia repair 2002.",
                ProgressNote,
                vec!["Appendectomy | 1998", "Hernia repair | 2002"],
            ),
            ("Operations and year: Thyroidectomy 1990", AdministrativeNote, vec!["Thyroidectomy | 1990"]),
            ("Operation                Year\nThyroidectomy, partial   1998", AdministrativeNote, vec!["Thyroidectomy, partial | 1998"]),
            ("Date of surgery: 04/11/2017\nPROCEDURE PERFORMED: Cholecystectomy.", OperativeNote, vec!["Cholecystectomy | 2017-04-11"]),
            ("NAME     DATE OF EXAM\nROE      01/25/2018\nEXAMINATION\nMAMMOGRAM", ImagingReport, vec!["MAMMOGRAM | 2018-01-25"]),
        ] {
            assert_eq!(items(text, kind), want, "{text}");
        }
    }
}
