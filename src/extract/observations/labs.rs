//! Tables of results: a head with test and result, rows of cells, names of panels between them.

use std::collections::BTreeSet;

use crate::extract::tables::{self, Row, Table, TableSpec};
use crate::model::PageLayout;

use super::quantity::{Quantity, number_with_comparator};
use super::terms::{LONGEST_NAME, NameHit, Role, Terms};
use super::{Draft, tidy};

/// A word below this, behind a name that is whole, is taken for the remains of a dotted line.
const LEADER_CONFIDENCE: f32 = 0.75;

/// Reads a page's tables. `open` is the last table of the page before, which may go on without a head. Returns this page's last table.
pub(super) fn read<'t>(
    page: &PageLayout,
    terms: &'t Terms,
    open: Option<&Table<Role>>,
    used: &mut BTreeSet<usize>,
    drafts: &mut Vec<Draft<'t>>,
) -> Option<Table<Role>> {
    let spec = TableSpec { names: &terms.heads, key: Role::Test, any_of: &[Role::Result] };
    let ends = |_| false;
    let mut found = tables::find(page, &spec, &ends);
    if found.is_empty()
        && let Some(more) = open.and_then(|table| tables::continuation(page, table, Role::Test, 3, &ends))
    {
        // A page of another sort would give rows whose names nobody knows.
        let known = more.rows.iter().filter(|r| name_of(page, terms, more.cell(r, Role::Test)).1.is_some()).count();
        if 2 * known >= more.rows.len() {
            found.push(more);
        }
    }
    for table in &found {
        rows(page, terms, table, used, drafts);
    }
    found.pop()
}

fn rows<'t>(page: &PageLayout, terms: &'t Terms, table: &Table<Role>, used: &mut BTreeSet<usize>, drafts: &mut Vec<Draft<'t>>) {
    let of = |role| table.column(role).map_or(0.0, |c| table.columns[c].likeness);
    let label = if table.head_lines.is_empty() { 0.7 } else { 0.5 * (of(Role::Test) + of(Role::Result)) };
    let has = |role| table.column(role).is_some();
    used.extend(table.columns.iter().flat_map(|c| c.head.iter().copied()));
    let mut urine = urine_title(page, terms, table);
    for row in &table.rows {
        let cell = |role| table.cell(row, role);
        let mut name_words = cell(Role::Test).to_vec();
        let mut value_words = cell(Role::Result).to_vec();
        if row.filled() == 1 {
            urine = panel(page, terms, &name_words, urine);
            continue;
        }
        if value_words.is_empty() {
            take_last_number(page, &mut name_words, &mut value_words);
        }
        let unit_words = cell(Role::Unit).to_vec();
        let range_words = cell(Role::Range).to_vec();
        let (name_words, hit) = name_of(page, terms, &name_words);
        // Neither a known name nor anything that makes a result: no row of this table.
        if name_words.is_empty() || (hit.is_none() && (value_words.is_empty() || (unit_words.is_empty() && range_words.is_empty()))) {
            continue;
        }
        used.extend(row.cells.iter().flatten().copied());
        drafts.push(draft(page, terms, row, table, name_words, hit, value_words, label, urine, has(Role::Flag), has(Role::Unit)));
    }
}

#[allow(clippy::too_many_arguments)]
fn draft<'t>(
    page: &PageLayout,
    terms: &'t Terms,
    row: &Row,
    table: &Table<Role>,
    name_words: Vec<usize>,
    hit: Option<NameHit<'t>>,
    value_words: Vec<usize>,
    label: f32,
    urine: bool,
    flags_kept: bool,
    units_kept: bool,
) -> Draft<'t> {
    let flag_cell = table.cell(row, Role::Flag);
    let mut draft = Draft::new("observations.table", page, name_words, hit);
    draft.label = label;
    draft.urine = urine;
    draft.flags_kept = flags_kept;
    draft.units_kept = units_kept;
    draft.unit_words = table.cell(row, Role::Unit).to_vec();
    draft.range_words = table.cell(row, Role::Range).to_vec();
    draft.value = Quantity::read(&page.text_of(&value_words), terms);
    draft.value_words = value_words;
    if draft.value.is_none() {
        // A value and a unit in one cell: `140 mmol/L`.
        part_unit(page, terms, &mut draft);
    }
    if let Some(flag) = terms.flag(&page.text_of(flag_cell)) {
        draft.flag = Some(flag);
        draft.flag_words = flag_cell.to_vec();
    }
    draft
}

fn part_unit(page: &PageLayout, terms: &Terms, draft: &mut Draft<'_>) {
    for at in 1..draft.value_words.len() {
        let (value, unit) = draft.value_words.split_at(at);
        if let Some(read) = Quantity::read(&page.text_of(value), terms)
            && terms.unit(&page.text_of(unit)).is_some()
        {
            draft.value = Some(read);
            draft.unit_words = unit.to_vec();
            draft.value_words = value.to_vec();
            return;
        }
    }
}

/// A row that is only a title: whether what follows is of urine.
fn panel(page: &PageLayout, terms: &Terms, words: &[usize], urine: bool) -> bool {
    let text = tidy(&page.text_of(words));
    let count = text.split_whitespace().count();
    if terms.is_urine_panel(&text) {
        true
    } else if text.chars().filter(|c| c.is_alphabetic()).count() < 3 || count > 6 || text.ends_with('.') {
        // Stray marks and comments change nothing.
        urine
    } else {
        false
    }
}

/// A panel's name may stand right above the head of its table.
fn urine_title(page: &PageLayout, terms: &Terms, table: &Table<Role>) -> bool {
    let Some(&head) = table.head_lines.first() else { return false };
    head.checked_sub(1).is_some_and(|above| page.lines[above].segments.iter().any(|&s| terms.is_urine_panel(&tidy(&page.text(s)))))
}

/// A result that slipped into the column of the name, where dots lead from one to the other.
fn take_last_number(page: &PageLayout, name: &mut Vec<usize>, value: &mut Vec<usize>) {
    if name.len() > 1
        && let Some(&last) = name.last()
        && number_with_comparator(&page.word(last).text).is_some()
    {
        name.pop();
        value.push(last);
    }
}

/// The words of a name, without the remains of a dotted line behind it, and what it is.
fn name_of<'t>(page: &PageLayout, terms: &'t Terms, words: &[usize]) -> (Vec<usize>, Option<NameHit<'t>>) {
    let dotted = |w: &usize| {
        let text = &page.word(*w).text;
        !text.chars().any(char::is_alphanumeric) || text.contains("..") || text.matches('.').count() > 2
    };
    let whole: Vec<usize> = words.iter().copied().take_while(|w| !dotted(w)).collect();
    if let Some(hit) = terms.exact(&tidy(&page.text_of(&whole))) {
        return (whole, Some(hit));
    }
    // The longest beginning that is a name, if only remains follow.
    for n in (1..whole.len().min(LONGEST_NAME + 1)).rev() {
        let (name, rest) = whole.split_at(n);
        if rest.iter().all(|&w| page.word(w).confidence < LEADER_CONFIDENCE)
            && let Some(hit) = terms.exact(&tidy(&page.text_of(name)))
        {
            return (name.to_vec(), Some(hit));
        }
    }
    let hit = terms.like(&tidy(&page.text_of(&whole)));
    (whole, hit)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{drawn, told};

    const HEAD: &[(f32, &str)] = &[(20.0, "TEST"), (300.0, "RESULT"), (400.0, "FLAG"), (500.0, "UNITS"), (650.0, "REFERENCE RANGE")];

    #[test]
    fn a_row_gives_its_values() {
        let got = told(drawn(&[HEAD, &[(20.0, "Potassium"), (300.0, "6.0"), (400.0, "H"), (500.0, "mmol/L"), (650.0, "3.5-5.1")]]));
        assert_eq!(
            got,
            ["1 text Potassium", "1 loinc 2823-3", "1 value 6.0", "1 unit mmol/L", "1 referenceRange 3.5-5.1", "1 interpretation H"]
        );
    }

    #[test]
    fn the_panel_decides_what_protein_is() {
        let got = told(drawn(&[
            HEAD,
            &[(20.0, "URINALYSIS")],
            &[(20.0, "Glucose"), (300.0, "Negative"), (650.0, "Negative")],
            &[(20.0, "BASIC METABOLIC PANEL")],
            &[(20.0, "Glucose"), (300.0, "92"), (500.0, "mg/dL"), (650.0, "70-99")],
        ]));
        assert!(got.contains(&"1 loinc 25428-4".to_owned()), "{got:?}");
        assert!(got.contains(&"2 loinc 2345-7".to_owned()), "{got:?}");
    }

    #[test]
    fn a_lost_decimal_point_is_noticed() {
        let page = drawn(&[HEAD, &[(20.0, "Total protein"), (300.0, "75"), (500.0, "g/dL"), (650.0, "6.0-8.3")]]);
        let values = super::super::observations(&[page], &super::super::terms::embedded(), 1);
        let value = values.iter().find(|v| v.field == crate::model::Field::ObservationValue).unwrap();
        assert_eq!((value.value.as_str(), value.raw.as_str(), value.signals.mended), ("7.5", "75", true));
    }

    #[test]
    fn a_result_outside_its_range_without_a_flag_is_doubted() {
        let page = drawn(&[HEAD, &[(20.0, "Sodium"), (300.0, "190"), (500.0, "mmol/L"), (650.0, "136-145")]]);
        let values = super::super::observations(&[page], &super::super::terms::embedded(), 1);
        let value = values.iter().find(|v| v.field == crate::model::Field::ObservationValue).unwrap();
        assert!(value.signals.doubt > 0.5);
        let flag = values.iter().find(|v| v.field == crate::model::Field::ObservationInterpretation).unwrap();
        assert!(flag.signals.mended, "a flag that is not printed is a suggestion only");
    }

    #[test]
    fn an_unreadable_result_is_queued_empty() {
        let got = told(drawn(&[HEAD, &[(20.0, "Creatinine"), (300.0, "ibe!"), (500.0, "mg/dL"), (650.0, "0.6-1.3")]]));
        assert!(got.contains(&"1 value ".to_owned()), "{got:?}");
    }
}
