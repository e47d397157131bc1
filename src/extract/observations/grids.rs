//! Results set out in two directions: one column for every day, or one ruled box for every test.

use std::collections::BTreeSet;

use crate::extract::dates;
use crate::model::{PageLayout, Rect};

use super::quantity::Quantity;
use super::terms::{LONGEST_NAME, NameHit, Terms};
use super::{Draft, tidy};

/// Lines without a result that end a table of days.
const GAP: usize = 3;

/// How far a result may stand from its day, in parts of the distance of two days.
const ASIDE: f32 = 0.35;

/// Reads the tables of days and the boxed panels of a page.
pub(super) fn read<'t>(page: &PageLayout, terms: &'t Terms, used: &mut BTreeSet<usize>, drafts: &mut Vec<Draft<'t>>) {
    days(page, terms, used, drafts);
    boxes(page, terms, used, drafts);
}

fn words_of(page: &PageLayout, line: usize) -> Vec<usize> {
    page.lines[line].segments.iter().flat_map(|&s| page.segments[s].words.iter().copied()).collect()
}

/// The longest beginning that is the name of a laboratory test, and its length.
fn named<'t>(page: &PageLayout, terms: &'t Terms, words: &[usize]) -> Option<(usize, NameHit<'t>)> {
    (1..=words.len().min(LONGEST_NAME)).rev().find_map(|n| terms.exact(&tidy(&page.text_of(&words[..n]))).map(|hit| (n, hit)))
}

fn days<'t>(page: &PageLayout, terms: &'t Terms, used: &mut BTreeSet<usize>, drafts: &mut Vec<Draft<'t>>) {
    let mut columns: Vec<Rect> = Vec::new();
    let mut gap = 0;
    for line in 0..page.lines.len() {
        let words = words_of(page, line);
        if words.iter().any(|w| used.contains(w)) {
            continue;
        }
        let texts: Vec<&str> = words.iter().map(|&w| page.word(w).text.as_str()).collect();
        let head: Vec<Rect> = dates::find(&texts).iter().filter_map(|d| page.hull(words.get(d.words.clone())?)).collect();
        if head.len() > 1 {
            columns = head;
            columns.sort_by(|a, b| a.x.total_cmp(&b.x));
            gap = 0;
            continue;
        }
        if columns.is_empty() {
            continue;
        }
        if day_row(page, terms, &columns, &words, used, drafts) {
            gap = 0;
        } else {
            gap += 1;
            if gap >= GAP {
                columns.clear();
            }
        }
    }
}

/// A row of a table of days: one observation for every day below which something stands.
fn day_row<'t>(
    page: &PageLayout,
    terms: &'t Terms,
    columns: &[Rect],
    words: &[usize],
    used: &mut BTreeSet<usize>,
    drafts: &mut Vec<Draft<'t>>,
) -> bool {
    let Some((length, hit)) = named(page, terms, words) else { return false };
    let (name, rest) = words.split_at(length);
    if page.hull(name).is_none_or(|r| r.right() > columns[0].x) {
        return false;
    }
    let pitch = columns.windows(2).map(|c| c[1].x - c[0].x).fold(f32::INFINITY, f32::min);
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); columns.len()];
    let mut aside = Vec::new();
    for &word in rest {
        let place = page.word(word).rect;
        let middle = 0.5 * (place.x + place.right());
        let near = columns.partition_point(|c| c.x - ASIDE * pitch <= middle).checked_sub(1);
        match near.filter(|&c| middle <= columns[c].right() + ASIDE * pitch) {
            Some(column) => cells[column].push(word),
            None => aside.push(word),
        }
    }
    let read = |cell: &[usize]| Quantity::read(&page.text_of(cell), terms);
    if !cells.iter().any(|c| !c.is_empty() && read(c).is_some_and(|q| q.number.is_some())) {
        return false;
    }
    let (unit, range): (Vec<usize>, Vec<usize>) = aside.into_iter().partition(|&w| terms.unit(&page.word(w).text).is_some());
    let days: Vec<Vec<usize>> = cells.into_iter().filter(|c| !c.is_empty()).collect();
    for (day, cell) in days.into_iter().enumerate() {
        let mut draft = Draft::new("observations.days", page, name.to_vec(), Some(hit.clone()));
        draft.at.1 += day as f32;
        draft.label = 0.9;
        draft.doubt = 0.1;
        draft.units_kept = !unit.is_empty();
        draft.unit_words.clone_from(&unit);
        draft.range_words.clone_from(&range);
        fill(page, terms, &mut draft, cell);
        used.extend(&draft.value_words);
        used.extend(&draft.flag_words);
        drafts.push(draft);
    }
    used.extend(name.iter().chain(&unit).chain(&range));
    true
}

/// The result and the flag of a cell; a cell that cannot be read leaves the result open, so that it is asked for.
fn fill(page: &PageLayout, terms: &Terms, draft: &mut Draft<'_>, mut cell: Vec<usize>) {
    if cell.len() > 1
        && let Some(&last) = cell.last()
        && let Some(flag) = terms.flag(&page.word(last).text)
    {
        cell.pop();
        draft.flag = Some(flag);
        draft.flag_words = vec![last];
    }
    draft.value = Quantity::read(&page.text_of(&cell), terms);
    draft.value_words = cell;
}

fn boxes<'t>(page: &PageLayout, terms: &'t Terms, used: &mut BTreeSet<usize>, drafts: &mut Vec<Draft<'t>>) {
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); page.cells.len()];
    for line in &page.lines {
        for &segment in &line.segments {
            if let Some(cell) = page.segments[segment].cell.and_then(|c| cells.get_mut(c)) {
                cell.push(segment);
            }
        }
    }
    for segments in cells.iter().filter(|s| s.len() > 1) {
        let [first, second, more @ ..] = segments.as_slice() else { continue };
        let (name, result) = (&page.segments[*first], &page.segments[*second]);
        if name.line == result.line || name.words.iter().chain(&result.words).any(|w| used.contains(w)) {
            continue;
        }
        let Some(hit) = terms.exact(&tidy(&page.text(*first))).filter(|h| h.tests.iter().any(|&t| !terms.test(t).vital)) else { continue };
        // The result, then its unit, then its flag, each where it is printed.
        let mut words = result.words.clone();
        let unit_at = words.iter().skip(1).position(|&w| terms.unit(&page.word(w).text).is_some()).map(|k| k + 1);
        let unit = unit_at.map(|k| words.remove(k));
        let numeric = words.first().is_some_and(|&w| page.word(w).text.contains(|c: char| c.is_ascii_digit()));
        if !numeric {
            continue;
        }
        let mut draft = Draft::new("observations.panel", page, name.words.clone(), Some(hit));
        draft.label = 0.9;
        draft.doubt = 0.1;
        draft.flags_kept = false;
        draft.unit_words = unit.into_iter().collect();
        fill(page, terms, &mut draft, words);
        // A range below is told by its label or by its bounds; the unit behind it is the result's.
        if let Some(&below) = more.first() {
            let bounds = |w: &&usize| page.word(**w).text.contains(|c: char| c.is_ascii_digit());
            draft.range_words = page.segments[below].words.iter().filter(bounds).copied().collect();
        }
        used.extend(draft.name_words.iter().chain(&draft.value_words).chain(&draft.unit_words));
        used.extend(draft.range_words.iter().chain(&draft.flag_words));
        drafts.push(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{drawn, told};

    const HEAD: &[(f32, &str)] = &[(20.0, "Test"), (200.0, "Units"), (400.0, "03/05/2016"), (600.0, "03/06/2016"), (800.0, "Range")];

    #[test]
    fn every_day_gives_a_result() {
        let got = told(drawn(&[HEAD, &[(20.0, "Hgb"), (200.0, "g/dL"), (400.0, "9.8"), (600.0, "10.4"), (800.0, "13.5-17.5")]]));
        let values: Vec<&String> = got.iter().filter(|v| v.contains(" value ")).collect();
        assert_eq!(values, ["1 value 9.8", "2 value 10.4"], "{got:?}");
        assert_eq!(got.iter().filter(|v| v.ends_with("unit g/dL")).count(), 2, "{got:?}");
        assert_eq!(got.iter().filter(|v| v.ends_with("referenceRange 13.5-17.5")).count(), 2, "{got:?}");
    }

    #[test]
    fn a_day_that_cannot_be_read_is_asked_for() {
        let got = told(drawn(&[HEAD, &[(20.0, "Hgb"), (200.0, "g/dL"), (400.0, "ibe!"), (600.0, "10.4")]]));
        assert!(got.contains(&"1 value ".to_owned()), "{got:?}");
    }

    #[test]
    fn days_in_prose_make_no_table() {
        let got = told(drawn(&[&[(20.0, "Seen on 03/05/2016 and 03/06/2016.")], &[(20.0, "Sodium was repeated twice by the clinic")]]));
        assert!(got.is_empty(), "{got:?}");
    }
}
