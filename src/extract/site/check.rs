//! Looking through a site's folder of rules as a whole: every list, the additions, every template, and names that mean nothing.
//!
//! The lists' own parsers end at the first error. So the entry with the error is taken out of the text, and what is left is parsed
//! again, until nothing is wrong or what is wrong cannot be told from the rest.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use super::amend::Notes;
use super::findings::{Finding, Severity, suggestion};
use super::{FILE, Site};
use crate::extract::templates::{FOLDER, Templates};
use crate::extract::vocabulary::{Vocabulary, VocabularyError};
use crate::lexicon::{self, LexiconError, LexiconName};

/// More errors than this in one list are not told one by one.
const MANY: usize = 40;

/// Everything that is wrong, or may be, with a folder of rules.
pub(crate) fn check(folder: &Path, others: &[&str]) -> Vec<Finding> {
    let mut names = Vec::new();
    // The built-in lists are sound: a test says so.
    let built_in = Vocabulary::assemble(&|_, default| Ok(default.to_owned()), None, &mut names);
    let mut findings = unknown_files(folder, &names, others);
    for name in &names {
        match read(folder, name) {
            Ok(Some(text)) => findings.extend(check_list(name, &text)),
            Ok(None) => {}
            Err(finding) => findings.push(finding),
        }
    }
    match read(folder, FILE) {
        Ok(Some(text)) => findings.extend(check_site(folder, &text)),
        Ok(None) => {}
        Err(finding) => findings.push(finding),
    }
    if let Ok(vocabulary) = built_in {
        let registration = read(folder, "templates.toml").ok().flatten();
        let registration = registration.filter(|text| check_list("templates.toml", text).is_empty());
        let registration = registration.as_deref().unwrap_or(include_str!("../../../config/templates.toml"));
        match Templates::load(Some(folder), registration, &vocabulary.demographics) {
            Ok((_, _, found)) => findings.extend(found),
            Err(error) => findings.push(unreadable(FOLDER, &error)),
        }
    }
    findings.extend(dictionaries(folder));
    findings
}

/// What is wrong with the site's dictionaries, and files among them that nothing reads.
fn dictionaries(folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, outcome) in lexicon::check(Some(folder)) {
        let file = format!("{}/{}.tsv", lexicon::FOLDER, name.as_str());
        match outcome {
            Ok(_) => {}
            Err(LexiconError::Faults { faults, .. }) => findings.extend(faults.into_iter().map(|fault| {
                let line = usize::try_from(fault.line).ok().filter(|line| *line > 0);
                Finding { file: file.clone(), line, severity: Severity::Error, what: fault.reason, help: None }
            })),
            Err(error) => findings.push(unreadable(&file, &error.into())),
        }
    }
    let Ok(entries) = std::fs::read_dir(folder.join(lexicon::FOLDER)) else { return findings };
    let known = LexiconName::ALL.map(|name| format!("{}.tsv", name.as_str()));
    let mut stray: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    stray.retain(|name| !known.contains(name) && !is_note(name));
    stray.sort();
    findings.extend(stray.iter().map(|name| {
        let help = suggestion(name, known.iter().map(String::as_str));
        Finding::about(&format!("{}/{name}", lexicon::FOLDER), "no dictionary has this name: nothing reads this file", help)
    }));
    findings
}

/// Notes and hidden files are let be.
fn is_note(name: &str) -> bool {
    name.starts_with('.') || [".md", ".txt", "~", ".bak", ".orig"].iter().any(|end| name.ends_with(end))
}

fn unreadable(name: &str, error: &VocabularyError) -> Finding {
    Finding { file: name.to_owned(), line: None, severity: Severity::Error, what: error.to_string(), help: None }
}

/// A file of the folder; `None` if it is not there.
fn read(folder: &Path, name: &str) -> Result<Option<String>, Finding> {
    let path = folder.join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(unreadable(name, &VocabularyError::Read { path, source })),
    }
}

/// Files that nothing reads.
fn unknown_files(folder: &Path, names: &[String], others: &[&str]) -> Vec<Finding> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let known: BTreeSet<&str> =
        names.iter().map(String::as_str).chain(others.iter().copied()).chain([FILE, FOLDER, lexicon::FOLDER]).collect();
    let mut found: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    found.sort();
    let mut findings: Vec<Finding> = found
        .iter()
        .filter(|name| !known.contains(name.as_str()) && !is_note(name))
        .map(|name| Finding::about(name, "nothing reads a file of this name", suggestion(name, known.iter().copied())))
        .collect();
    let Ok(inner) = std::fs::read_dir(folder.join(FOLDER)) else { return findings };
    let mut inner: Vec<String> = inner.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    inner.sort();
    let stray = inner.iter().filter(|name| !name.ends_with(".toml") && !is_note(name));
    findings.extend(stray.map(|name| Finding::about(&format!("{FOLDER}/{name}"), "templates end in .toml: nothing reads this one", None)));
    findings
}

/// The errors of one list, taken by itself.
fn check_list(name: &str, text: &str) -> Vec<Finding> {
    every_error(name, text, &|text| {
        let source = |other: &str, default: &'static str| Ok(if other == name { text.to_owned() } else { default.to_owned() });
        match Vocabulary::assemble(&source, None, &mut Vec::new()) {
            Err(VocabularyError::Parse { reason, .. }) => Some(reason),
            _ => None,
        }
    })
}

/// The errors of the additions, and what they do to the lists that they are laid over.
fn check_site(folder: &Path, text: &str) -> Vec<Finding> {
    let (site, mut findings) = Site::read(text);
    let notes = RefCell::new(Notes::default());
    let source = |name: &str, default: &'static str| {
        let own = read(folder, name).ok().flatten().filter(|own| name != FILE && check_list(name, own).is_empty());
        let base = own.unwrap_or_else(|| if name == FILE { String::new() } else { default.to_owned() });
        Ok(if name == FILE { base } else { site.amend(name, base, &mut notes.borrow_mut()) })
    };
    let together = Vocabulary::assemble(&source, None, &mut Vec::new());
    findings.extend(notes.borrow().findings(text));
    if let (Err(error), false) = (together, findings.iter().any(|f| f.severity == Severity::Error)) {
        findings.push(unreadable(FILE, &error));
    }
    findings.sort_by_key(|f| f.line);
    findings
}

/// Parses a text again and again, each time without the entry that the parser complained of last.
fn every_error(name: &str, text: &str, parse: &dyn Fn(&str) -> Option<String>) -> Vec<Finding> {
    let mut lines: Vec<&str> = text.lines().collect();
    let mut findings: Vec<Finding> = Vec::new();
    while let Some(reason) = parse(&lines.join("\n")) {
        let (what, help) = said(&reason);
        // Nothing is missing but what was taken out.
        if !findings.is_empty() && what.starts_with("missing field") && line_in(&reason) == Some(1) {
            break;
        }
        let line = line_in(&reason).or_else(|| quoted(&what).and_then(|word| last_line_with(&lines, word)));
        findings.push(Finding { file: name.to_owned(), line, severity: Severity::Error, what, help });
        let Some(line) = line.filter(|_| findings.len() < MANY) else { break };
        if !blank_entry(&mut lines, line) {
            break;
        }
    }
    findings.sort_by_key(|f| f.line);
    findings
}

/// The line of a complaint, what it says, and what may help.
pub(crate) fn explain(reason: &str) -> (Option<usize>, (String, Option<String>)) {
    (line_in(reason), said(reason))
}

/// `TOML parse error at line 3, column 1` of a reason.
fn line_in(reason: &str) -> Option<usize> {
    let digits = reason.split_once("at line ")?.1;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// What a parser says, without its picture of the line, and with what was near a name that it does not know.
fn said(reason: &str) -> (String, Option<String>) {
    let what = reason.lines().map(str::trim).rfind(|l| !l.is_empty()).unwrap_or(reason);
    let Some((what, expected)) = what.split_once(", expected") else { return (what.to_owned(), None) };
    let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    match quoted(what) {
        Some(word) if what.starts_with("unknown") && !names.is_empty() => (what.to_owned(), suggestion(word, names)),
        _ => (format!("{what}, expected{expected}"), None),
    }
}

fn quoted(text: &str) -> Option<&str> {
    text.split('`').nth(1).filter(|word| !word.is_empty())
}

fn last_line_with(lines: &[&str], word: &str) -> Option<usize> {
    lines.iter().rposition(|line| !line.trim_start().starts_with('#') && line.contains(word)).map(|at| at + 1)
}

/// Takes out the `[[entry]]` that a line belongs to, keeping the numbers of the other lines. Tables that stand once are needed.
fn blank_entry(lines: &mut [&str], line: usize) -> bool {
    let at = (line - 1).min(lines.len().saturating_sub(1));
    let heads = |l: &&str| l.starts_with('[');
    let Some(from) = lines[..lines.len().min(at + 1)].iter().rposition(heads).filter(|&from| lines[from].starts_with("[[")) else {
        return false;
    };
    let to = lines[from + 1..].iter().position(heads).map_or(lines.len(), |n| from + 1 + n);
    let any = lines[from..to].iter().any(|l| !l.is_empty());
    lines[from..to].fill("");
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_with_an_error_is_told() {
        let text = "[[label]]\nwaht = 'mrn'\ntexts = ['a b c']\n\n[[label]]\nwhat = 'mnr'\ntexts = ['d e f']\n\n[[label]]\nwhat = 'mrn'\ntexts = ['lane no', 5]\n[[heading]]\nowner = 'patient'\ntexts = ['about you']\n";
        let told: Vec<String> = check_list("labels.toml", text).iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("labels.toml, line 2: error: unknown field `waht`\n  did you mean `what`?"), "{}", told[0]);
        assert!(told[1].starts_with("labels.toml, line 6: error: unknown variant `mnr`\n  did you mean `mrn`?"), "{}", told[1]);
        assert!(told[2].starts_with("labels.toml, line 11: error: invalid type: integer `5`"), "{}", told[2]);
    }

    #[test]
    fn the_built_in_lists_are_sound() {
        let mut names = Vec::new();
        Vocabulary::assemble(&|_, default| Ok(default.to_owned()), None, &mut names).unwrap();
        assert!(names.len() >= 12);
    }
}
