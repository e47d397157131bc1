use super::*;
use crate::extract::testing::typed_page;

const ANN: &str = "Patient: Ann Doe   DOB: 02/03/1950   MRN: 00-12-34-56";
const BOB: &str = "Patient: Robert Quarry   DOB: 11/17/1978   MRN: 07-98-81-22";

/// A note's first page, a further page, and so on: each `title|identity|foot`, blanks for what is not there.
fn split(pages: &[&str]) -> Vec<(Vec<usize>, Vec<usize>, Vec<usize>)> {
    split_as_told(pages, &[])
}

fn split_as_told(pages: &[&str], told: &[Option<PageJoin>]) -> Vec<(Vec<usize>, Vec<usize>, Vec<usize>)> {
    let page = |(k, text): (usize, &&str)| {
        let mut piece = text.split('|');
        let mut next = || piece.next().unwrap_or_default();
        let (title, who, foot) = (next(), next(), next());
        let body = "The patient was seen and feels well today, there is nothing to add.";
        typed_page(&format!("{title}\n{who}\n\n{body}\n{}{foot}", "\n".repeat(38)), k as u32 + 1)
    };
    let layouts: Vec<PageLayout> = pages.iter().enumerate().map(page).collect();
    let vocabulary = Vocabulary::load(None).unwrap();
    parts(&layouts, told, &vocabulary).into_iter().map(|p| (p.pages, p.strays, p.unsure)).collect()
}

#[test]
fn pages_go_together_unless_two_clear_facts_or_a_counter_part_them() {
    let note = |who: &str| format!("PROGRESS NOTE|{who}|");
    let (ann, bob) = (note(ANN), note(BOB));
    let (more_ann, more_bob) = (format!("|{ANN}|"), format!("|{BOB}|"));
    let misread = ann.replace("Doe", "Dce").replace("02/03/1950", "02/03/1960");
    let table: [(&str, Vec<&str>, Vec<(Vec<usize>, Vec<usize>, Vec<usize>)>); 12] = [
        ("one patient", vec![&ann, &more_ann, "||"], vec![(vec![0, 1, 2], vec![], vec![])]),
        ("misread letters", vec![&ann, &misread], vec![(vec![0, 1], vec![], vec![])]),
        ("another patient", vec![&ann, "||", &bob, "||"], vec![(vec![0, 1], vec![], vec![]), (vec![2, 3], vec![], vec![])]),
        ("a stray between", vec![&ann, &bob, &more_ann], vec![(vec![0, 2], vec![1], vec![])]),
        ("a stray without a title", vec![&ann, &more_bob], vec![(vec![0], vec![1], vec![])]),
        ("what follows a stray", vec![&ann, &more_bob, "||", &more_ann], vec![(vec![0, 3], vec![1, 2], vec![])]),
        ("a counted stray", vec!["PROGRESS NOTE||Page 1 of 2", &more_ann], vec![(vec![0, 1], vec![], vec![])]),
        (
            "counters start again",
            vec!["||Page 1 of 2", "||Page 2 of 2", "||Page 1 of 1", "||Page 1 of 2", "||Page 2 of 2"],
            vec![(vec![0, 1], vec![], vec![]), (vec![2], vec![], vec![]), (vec![3, 4], vec![], vec![])],
        ),
        ("a counter before its end", vec!["||Page 1 of 2", "||Page 1 of 2"], vec![(vec![0, 1], vec![], vec![1])]),
        ("a page lost its counter", vec!["||Page 1 of 3", "||", "||Page 3 of 3"], vec![(vec![0, 1, 2], vec![], vec![])]),
        ("another kind of the same patient", vec![&ann, "RADIOLOGY REPORT||"], vec![(vec![0, 1], vec![], vec![1])]),
        ("nothing", vec![], vec![]),
    ];
    for (name, pages, want) in table {
        assert_eq!(split(&pages), want, "{name}");
    }
}

#[test]
fn what_a_person_said_of_a_page_comes_first() {
    use PageJoin::{Apart, Begins, GoesOn};
    let note = |who: &str| format!("PROGRESS NOTE|{who}|");
    let (ann, bob) = (note(ANN), note(BOB));
    let more = format!("|{ANN}|");
    let own = |pages: Vec<usize>| (pages, vec![], vec![]);
    type Parts = Vec<(Vec<usize>, Vec<usize>, Vec<usize>)>;
    let table: [(&str, Vec<&str>, Vec<Option<PageJoin>>, Parts); 9] = [
        ("parted", vec![&ann, &more, "||"], vec![None, Some(Begins), None], vec![own(vec![0]), own(vec![1, 2])]),
        ("joined", vec![&ann, &bob], vec![None, Some(GoesOn)], vec![own(vec![0, 1])]),
        ("no stray any more", vec![&ann, &bob, &more], vec![None, Some(Apart), None], vec![own(vec![0, 2]), own(vec![1])]),
        ("apart without a sign", vec![&ann, "||", "||"], vec![None, Some(Apart), None], vec![own(vec![0, 2]), own(vec![1])]),
        (
            "two pages apart",
            vec![&ann, "||", "||", &more],
            vec![None, Some(Apart), Some(GoesOn), None],
            vec![own(vec![0, 3]), own(vec![1, 2])],
        ),
        ("the first one apart", vec![&bob, &ann, &more], vec![Some(Apart), None, None], vec![own(vec![0]), own(vec![1, 2])]),
        ("doubt is settled", vec![&ann, "RADIOLOGY REPORT||"], vec![None, Some(GoesOn)], vec![own(vec![0, 1])]),
        ("nothing to go on with", vec![&ann, "||"], vec![Some(GoesOn), None], vec![own(vec![0, 1])]),
        ("all apart", vec![&ann, &more], vec![Some(Apart), Some(Apart)], vec![own(vec![0]), own(vec![1])]),
    ];
    for (name, pages, told, want) in table {
        assert_eq!(split_as_told(&pages, &told), want, "{name}");
    }
}

#[test]
fn a_later_page_of_somebody_else_is_a_stray_even_with_a_title() {
    let first = format!("PROGRESS NOTE|{ANN}|Page 1 of 2");
    let later = format!("PROGRESS NOTE|{BOB}|Page 2 of 2");
    assert_eq!(split(&[&first, &later]), [(vec![0], vec![1], vec![])]);
}

#[test]
fn a_new_title_and_one_clear_number_begin_a_document() {
    let first = "LABORATORY REPORT|MRN: 00-12-34-56|";
    let second = "RADIOLOGY REPORT|MRN: 07-98-81-22|";
    assert_eq!(split(&[first, second]), [(vec![0], vec![], vec![]), (vec![1], vec![], vec![])]);
}

#[test]
fn broken_expressions_are_refused() {
    let text = include_str!("../../../config/parts.toml").replace("'^\\(?", "'^(");
    assert!(matches!(PartRules::parse(&text), Err(VocabularyError::Parse { .. })));
}
