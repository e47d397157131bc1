use super::*;
use crate::export::sample::{document, value};
use crate::model::{Field, Status};

/// number, family, given, birth date; `-` is nothing.
type Said = [&'static str; 4];

fn record(name: &str, said: Said) -> DocumentRecord {
    let mut record = document(name);
    for (field, text) in [Field::Mrn, Field::Family, Field::Given, Field::BirthDate].into_iter().zip(said) {
        if text != "-" {
            record.values.push(value(field, None, text).build());
        }
    }
    record
}

fn records(said: &[Said]) -> Vec<DocumentRecord> {
    said.iter().enumerate().map(|(at, said)| record(&format!("{at}"), *said)).collect()
}

#[test]
fn pairs() {
    let a = ["00-12", "O'Brien", "Anne Marie", "1950-01-02"];
    // Second document, together?, in conflict?
    let table: &[(Said, bool, bool)] = &[
        (a, true, false),
        (["0012", "OBRIEN", "Anne M", "-"], true, false),
        (["0012", "-", "-", "1950-01-02"], true, false),
        (["0012", "Smith", "Anne", "1950-01-02"], true, false),
        (["-", "O’Brien", "A", "1950-01-02"], true, false),
        (["0012", "-", "-", "-"], false, false),
        (["-", "O'Brien", "Anne", "-"], false, false),
        (["-", "O'Brien", "-", "1950-01-02"], false, false),
        (["-", "-", "-", "1950-01-02"], false, false),
        (["-", "-", "-", "-"], false, false),
        (["0012", "O'Brien", "Anne", "1950-01-03"], false, true),
        (["0012", "Smith", "Anne", "-"], false, true),
        (["0012", "O'Brien", "John", "1950-01-02"], false, true),
        (["0013", "O'Brien", "Anne", "1950-01-02"], false, true),
        (["0013", "O'Brien", "Mary", "1950-01-02"], false, false),
        (["-", "O'Brien", "Anne Sophie", "1950-01-02"], false, false),
        (["0013", "Smith", "Zoe", "1999-01-02"], false, false),
    ];
    for (b, together, conflict) in table {
        let grouping = group(records(&[a, *b]));
        assert_eq!(grouping.groups.len() == 1, *together, "{b:?}");
        assert_eq!(!grouping.conflicts.is_empty(), *conflict, "{b:?}");
    }
}

#[test]
fn a_third_paper_never_joins_two_people() {
    // The middle paper fits both; the others contradict each other.
    let said = [["1", "Doe", "Jane", "1950-01-02"], ["1", "Doe", "J", "-"], ["1", "Doe", "John", "1950-01-02"]];
    let grouping = group(records(&said));
    assert_eq!(grouping.groups.len(), 2);
    assert_eq!(grouping.conflicts.len(), 1);
    assert_eq!(grouping.contested.len(), 3);
}

#[test]
fn a_chain_of_agreement_is_one_person() {
    let said =
        [["1", "Doe", "Jane", "1950-01-02"], ["-", "Doe", "Jane", "1950-01-02"], ["-", "-", "-", "-"], ["1", "Doe", "Jane Ann", "-"]];
    let grouping = group(records(&said));
    let sizes: Vec<_> = grouping.groups.iter().map(|g| (g.documents.len(), g.identified)).collect();
    assert_eq!(sizes, [(3, true), (1, false)]);
    assert_eq!(grouping.people(), 1);
    assert!(grouping.contested.is_empty());
}

#[test]
fn the_order_of_records_does_not_matter() {
    let said = [
        ["1", "Doe", "Jane", "1950-01-02"],
        ["1", "Doe", "J", "-"],
        ["1", "Doe", "John", "1950-01-02"],
        ["2", "Roe", "Ann", "1960-01-02"],
        ["-", "Roe", "Ann", "1960-01-02"],
        ["3", "Roe", "Ann", "1960-01-02"],
    ];
    let first = group(records(&said));
    let mut backwards = records(&said);
    backwards.reverse();
    assert_eq!(group(backwards), first);
    assert_eq!(first.groups.iter().map(|g| g.documents.len()).sum::<usize>(), said.len());
}

#[test]
fn what_waits_joins_nobody() {
    let mut all = records(&[["1", "Doe", "Jane", "1950-01-02"]; 2]);
    all[1].values.iter_mut().for_each(|v| v.status = Status::Review);
    assert_eq!(group(all).groups.len(), 2);
}

#[test]
fn other_numbers_and_genders_keep_people_apart() {
    for (field, one, other) in [(Field::Ssn, "987-65-4320", "987-65-4321"), (Field::Gender, "female", "male")] {
        let mut all = records(&[["1", "Doe", "Sam", "1950-01-02"]; 2]);
        all[0].values.push(value(field, None, one).build());
        all[1].values.push(value(field, None, other).build());
        let grouping = group(all);
        assert_eq!((grouping.groups.len(), grouping.contested.len()), (2, 2), "{field}");
    }
}
