//! Doses of vaccines: lists with a date column, grids with a column a dose, lines of text. One item a dose.

use super::super::dates;
use super::super::sections::Block;
use super::super::tables::{self, Table, TableSpec};
use super::list::{clean, text};
use super::words::{ItemWords, Role};
use super::{Item, Part, heads_line};
use crate::model::{Field, Form, Group, PageLayout};

/// Doses of tables, and the lines that the tables cover.
pub(super) fn of_tables(pages: &[PageLayout], blocks: &[Block], vocabulary: &ItemWords) -> (Vec<Item>, Vec<(usize, usize)>) {
    let (mut items, mut covered) = (Vec::new(), Vec::new());
    let spec = TableSpec { names: &vocabulary.immunization, key: Role::Vaccine, any_of: &[Role::Date] };
    let mut last = None;
    for (at, page) in pages.iter().enumerate() {
        let ends = heads_line(pages, blocks, at);
        let mut found = tables::find(page, &spec, &ends);
        // A long record goes on over the page without a head of its own.
        if let (true, Some(before)) = (found.is_empty(), &last) {
            found.extend(tables::continuation(page, before, Role::Vaccine, 2, &ends));
        }
        for table in found {
            covered.extend(table.lines().into_iter().map(|l| (at, l)));
            let doses = dose_columns(page, &table);
            for row in &table.rows {
                let vaccine: Vec<(usize, usize)> = table.cell(row, Role::Vaccine).iter().map(|&w| (at, w)).collect();
                let name = clean(&text(pages, &vaccine));
                if vocabulary.is_none(&name) || name.chars().filter(|c| c.is_alphabetic()).count() < 2 {
                    continue;
                }
                let dates = row.cells.iter().zip(&doses).filter(|(_, dose)| **dose).map(|(cell, _)| cell);
                for cell in dates {
                    let cell: Vec<(usize, usize)> = cell.iter().map(|&w| (at, w)).collect();
                    items.extend(dose(pages, &vaccine, &name, &cell));
                }
            }
            last = Some(table);
        }
    }
    (items, covered)
}

/// Which columns hold dates of doses: those whose head says so, and those beside them whose head was not read and that hold mostly dates.
fn dose_columns(page: &PageLayout, table: &Table<Role>) -> Vec<bool> {
    let named = |k: usize| table.columns.get(k).is_some_and(|c| c.role == Some(Role::Date));
    let dated = |k: usize| {
        let cells = || table.rows.iter().filter_map(move |r| r.cells.get(k)).filter(|c| !c.is_empty());
        let dates = cells().filter(|c| dates::parse(&clean(&page.text_of(c))).is_some_and(|d| d.date.is_full())).count();
        dates > 0 && 2 * dates >= cells().count()
    };
    let beside = |k: usize| named(k + 1) || k.checked_sub(1).is_some_and(named);
    (0..table.columns.len()).map(|k| named(k) || (table.columns[k].role.is_none() && beside(k) && dated(k))).collect()
}

/// A vaccine with what stands in a cell for a date; nothing for an empty cell. A cell that holds no date gives the vaccine with an empty
/// date: a person must look.
fn dose(pages: &[PageLayout], vaccine: &[(usize, usize)], name: &str, cell: &[(usize, usize)]) -> Option<Item> {
    let shown = clean(&text(pages, cell));
    let signs = shown.chars().filter(|c| c.is_alphanumeric()).count();
    if signs < 2 {
        return None;
    }
    let parts = shown.split(' ').collect::<Vec<_>>();
    let read = dates::parse(&shown).or_else(|| dates::find(&parts).into_iter().next().map(|f| f.read));
    let (value, form, doubt, mended) = match &read {
        Some(read) if read.date.is_full() => (read.date.to_string(), Form::Valid, 0.0, read.mended),
        Some(read) => (read.date.to_string(), Form::Free, 0.4, read.mended),
        None => (String::new(), Form::Invalid, 1.0, false),
    };
    // Letters without a figure are a remark beside the grid.
    if read.is_none() && !shown.chars().any(|c| c.is_ascii_digit()) && !shown.contains('/') {
        return None;
    }
    let unread = if read.is_none() { 0.3 } else { 0.0 };
    let mut date = Part::new(Field::VaccineDate, value, cell, form, doubt);
    date.mended = mended;
    let vaccine = Part::new(Field::VaccineText, name.to_owned(), vaccine, Form::Free, unread);
    Some(Item { group: Group::Immunization, parts: vec![vaccine, date], rule: "items.immunization", label: 1.0, doubt: 0.0 })
}

#[cfg(test)]
mod tests {
    use super::super::tests::items;
    use crate::model::DocumentKind::ImmunizationRecord;

    #[test]
    fn grids_and_lists_give_an_item_a_dose() {
        let grid = "VACCINE       1st        2nd        3rd\nDTaP          2/25/07    4/23/07\nMMR           12/24/07";
        assert_eq!(items(grid, ImmunizationRecord), ["DTaP | 2007-02-25", "DTaP | 2007-04-23", "MMR | 2007-12-24"]);
        let list =
            "Date given         Vaccine       Lot no.\nJanuary 14, 1994   Influenza     U237EE\nAugust 8, 1994     Td (adult)    Y300EE";
        assert_eq!(items(list, ImmunizationRecord), ["Influenza | 1994-01-14", "Td (adult) | 1994-08-08"]);
    }

    #[test]
    fn a_dose_column_counts_though_its_head_was_not_read() {
        let grid = "VACCINE       1st        'and       3rd\nDTaP          2/25/07    4/23/07    6/1/07\nMMR           12/24/07   1/2/11";
        let want = ["DTaP | 2007-02-25", "DTaP | 2007-04-23", "DTaP | 2007-06-01", "MMR | 2007-12-24", "MMR | 2011-01-02"];
        assert_eq!(items(grid, ImmunizationRecord), want);
    }

    #[test]
    fn a_date_that_cannot_be_read_leaves_an_item_for_a_person() {
        let grid = "VACCINE       1st        2nd\nDTaP          2/25/07    4/zz1";
        assert_eq!(items(grid, ImmunizationRecord), ["DTaP | 2007-02-25", "DTaP | "]);
    }
}
