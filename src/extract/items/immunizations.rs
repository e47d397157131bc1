//! Doses of vaccines: lists with a date column, grids with a column a dose, lines of text. One item a dose.

use super::super::dates;
use super::super::sections::Block;
use super::super::tables::{self, TableSpec};
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
            for row in &table.rows {
                let vaccine: Vec<(usize, usize)> = table.cell(row, Role::Vaccine).iter().map(|&w| (at, w)).collect();
                let name = clean(&text(pages, &vaccine));
                if vocabulary.is_none(&name) || name.chars().filter(|c| c.is_alphabetic()).count() < 2 {
                    continue;
                }
                let dates = table.columns.iter().zip(&row.cells).filter(|(c, _)| c.role == Some(Role::Date));
                for (_, cell) in dates {
                    let cell: Vec<(usize, usize)> = cell.iter().map(|&w| (at, w)).collect();
                    items.extend(dose(pages, &vaccine, &name, &cell));
                }
            }
            last = Some(table);
        }
    }
    (items, covered)
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
    fn a_date_that_cannot_be_read_leaves_an_item_for_a_person() {
        let grid = "VACCINE       1st        2nd\nDTaP          2/25/07    4/zz1";
        assert_eq!(items(grid, ImmunizationRecord), ["DTaP | 2007-02-25", "DTaP | "]);
    }
}
