//! What no screen may do, whatever stands on paper.

use super::*;
use crate::review::desk::{Alternative, Figures, Mine, Paper, PaperValue, Queue, Task};

const EVIL: &str = "<img src=x onerror=alert(1)>\"'&";

fn task(mode: &str) -> Task {
    let evil = || EVIL.to_owned();
    Task {
        id: "0f".repeat(16),
        version: 3,
        field: "Patient.name.family".to_owned(),
        label: evil(),
        kind: evil(),
        page: 2,
        pages: vec![1, 2],
        mode: mode.to_owned(),
        value: Some(evil()),
        raw: Some(evil()),
        reads: Some(evil()),
        alternatives: vec![Alternative { value: evil(), source: evil() }],
        messages: vec![evil()],
        context: vec![(evil(), evil())],
        before: Some(evil()),
        snippet: (400, 90),
        outline: Some([10.0, 20.0, 30.0, 40.0]),
        ..Task::default()
    }
}

fn screens() -> Vec<(&'static str, String)> {
    let reviewer = Reviewer { name: EVIL.to_owned(), role: Role::Lead, session: "s".to_owned() };
    let frame = Frame { base: "/00ff", token: EVIL, reviewer: &reviewer, keys: EVIL, build: "1.2.3", idle: 900 };
    let asked = Asked {
        field: Some(EVIL),
        kind: Some(EVIL),
        document: Some(EVIL),
        doubt: Some(EVIL),
        handle: Some(EVIL),
        typed: Some(EVIL),
        said: Some(EVIL),
    };
    let one = task("confirm");
    let evil = || EVIL.to_owned();
    let three = || vec![(evil(), evil(), 3)];
    let figures = Figures { reviewer: evil(), answered: 3, seeded: 2, caught: 1, catch_interval: Some((0.01, 0.99)), ..Figures::default() };
    let shown = Queue {
        open: 3,
        fields: three(),
        groups: three(),
        kinds: three(),
        reasons: vec![(evil(), 3)],
        alarms: vec![evil()],
        ..Queue::default()
    };
    let document = Paper {
        id: "d".to_owned(),
        kind: evil(),
        pages: vec![1],
        source_pages: vec![(1, evil(), None)],
        values: vec![
            PaperValue {
                task: Some(task("confirm")),
                value: Some(evil()),
                label: evil(),
                handle: evil(),
                page: 1,
                ..PaperValue::default()
            },
            PaperValue { value: Some(evil()), status: evil(), place: Some([1.0; 4]), page: 1, ..PaperValue::default() },
        ],
        kinds: vec![(evil(), evil())],
        fields: vec![(evil(), evil(), true)],
    };
    vec![
        ("work", work(&frame, Some(&one), &asked)),
        ("nothing", work(&frame, None, &asked)),
        ("conflicts", conflicts(&frame, Some(&Task { entries: vec![evil(), evil()], ..task("double") }), &asked)),
        ("escalated", escalated(&frame, Some(&one), &asked)),
        ("group", group(&frame, &[one.clone(), one.clone()], &asked)),
        ("queue", queue(&frame, &shown)),
        ("mine", mine(&frame, &[Mine { label: evil(), outcome: evil(), value: evil(), undoable: true, ..Mine::default() }])),
        ("numbers", numbers(&frame, &[figures.clone(), figures])),
        ("paper", paper(&frame, &document, &asked)),
        ("help", help(&frame)),
        ("sign-in", sign_in(&SignIn { base: "/00ff", build: "1.2.3", launch: false, said: Some(EVIL) })),
        ("launch", sign_in(&SignIn { base: "/00ff", build: "1.2.3", launch: true, said: None })),
        ("fault", fault("/00ff", EVIL, EVIL)),
    ]
}

#[test]
fn nothing_from_paper_becomes_markup_and_nothing_needs_a_looser_policy() {
    for (name, html) in screens() {
        assert!(!html.contains("<img src=x"), "{name}: markup from text");
        assert!(!html.contains("\"'&"), "{name}: an attribute's end from text");
        for loose in [" style=", "<style", " onclick=", " onload=", "javascript:", "http://", "https://", "data:"] {
            assert!(!html.contains(loose), "{name}: {loose}");
        }
        assert_eq!(html.matches("<script").count(), 1, "{name}");
        assert_eq!(
            html.matches("<h1").count(),
            if html.contains("id=\"work\"") { 2 } else { 1 },
            "{name}: one heading (the field view has two, one hidden)"
        );
        assert!(html.contains("<html lang=\"en\">"), "{name}");
    }
}

#[test]
fn every_picture_has_words_and_they_are_never_the_guess() {
    let reviewer = Reviewer { name: "ada".to_owned(), role: Role::Reviewer, session: String::new() };
    let frame = Frame { base: "", token: "t", reviewer: &reviewer, keys: "{}", build: "1", idle: 900 };
    let one = Task { label: "Family name".to_owned(), value: Some("Quillfeather".to_owned()), ..task("confirm") };
    for html in [work(&frame, Some(&one), &Asked::default()), group(&frame, std::slice::from_ref(&one), &Asked::default())] {
        for picture in html.split("<img").skip(1) {
            let tag = picture.split('>').next().unwrap();
            assert!(tag.contains("alt=\"Picture of the paper: Family name, page 2\""), "{tag}");
            assert!(!tag.contains("Quillfeather"), "{tag}");
        }
    }
}

#[test]
fn the_shell_is_small() {
    assert!(SCRIPT.len() < 30_000, "the script has {} bytes", SCRIPT.len());
    for odd in [
        "eval(",
        "new Function",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "localStorage",
        "sessionStorage",
        "indexedDB",
    ] {
        assert!(!SCRIPT.contains(odd), "{odd}");
    }
}

#[test]
fn an_auditor_is_offered_no_deed() {
    let reviewer = Reviewer { name: "ada".to_owned(), role: Role::Auditor, session: String::new() };
    let frame = Frame { base: "", token: "t", reviewer: &reviewer, keys: "{}", build: "1", idle: 900 };
    let html = work(&frame, Some(&task("confirm")), &Asked::default());
    assert!(!html.contains("name=\"outcome\""));
    assert!(html.contains("looks and changes nothing"));
}
