//! What lists hold beyond the items that were read: labels with nothing read behind them, codes without a problem.
//!
//! Nothing is lost in silence: what is found here is asked for, or given with doubt.

use std::collections::BTreeSet;

use super::super::body::TextLine;
use super::super::headings::is_number;
use super::super::phrases::folded_words;
use super::super::unread::is_essential;
use super::words::ItemWords;
use super::{Item, conditions};
use crate::model::{Field, Group, PageLayout, PageNumber};

/// Words behind a label in which "none" is looked for.
const ANSWER: usize = 8;

/// Fields to ask for when a list of a group could not be read: what leads an item, and what nearly every item has.
pub(super) fn fields(group: Group) -> impl Iterator<Item = Field> {
    Field::ALL.iter().copied().filter(move |f| f.group() == Some(group) && is_essential(*f))
}

/// Groups whose label stands at the beginning of a phrase with neither an item nor "none" read of it anywhere, with the page.
pub(super) fn unanswered(pages: &[PageLayout], lines: &[TextLine], items: &[Item], vocabulary: &ItemWords) -> Vec<(Group, PageNumber)> {
    let read: BTreeSet<Group> = items.iter().map(|i| i.group).collect();
    let mut open: Vec<(Group, PageNumber)> = Vec::new();
    let mut answered: BTreeSet<Group> = BTreeSet::new();
    for (at, line) in lines.iter().enumerate() {
        let page = &pages[line.page];
        for &begin in &line.starts {
            // Questions of a form are numbered (`5. Operations and year:`).
            let numbered = is_number(&page.word(line.words[begin]).text) && begin + 1 < line.words.len();
            let start = begin + usize::from(numbered);
            let texts: Vec<&str> = line.words[start..].iter().map(|&w| page.word(w).text.as_str()).collect();
            let Some(first) = texts.first().filter(|t| t.starts_with(char::is_uppercase)) else { continue };
            let folded: Vec<String> = texts.iter().take(ANSWER).flat_map(|t| folded_words(t)).collect();
            let Some((group, length)) = vocabulary.mentioned(&folded).filter(|(g, _)| !read.contains(g)) else { continue };
            // The first words of a sentence of prose are no label, unless a colon ends them, they stand alone, or capitals set them off.
            let alone = line.segment_end(start) - start <= length;
            let set_off = texts.iter().take(length).any(|t| t.ends_with([':', '?'])) || first.chars().all(|c| !c.is_lowercase());
            if !(alone || set_off || begin == 0 && at > 0 && line.gap > 0.9) {
                continue;
            }
            let below = lines.get(at + 1).filter(|l| l.page == line.page && alone);
            let behind = texts.iter().skip(length).copied();
            let answer: Vec<&str> = match below {
                Some(next) => behind.chain(next.words.iter().map(|&w| page.word(w).text.as_str())).take(ANSWER).collect(),
                None => behind.take(ANSWER).collect(),
            };
            if says_none(&answer, vocabulary) {
                answered.insert(group);
            } else if !answer.is_empty() {
                open.push((group, page.reading.number));
            }
        }
    }
    open.retain(|(group, _)| !answered.contains(group));
    open.sort();
    open.dedup_by_key(|(group, _)| *group);
    open
}

/// Whether the first words behind a label say that there is nothing.
fn says_none(answer: &[&str], vocabulary: &ItemWords) -> bool {
    let begins = (1..=answer.len())
        .any(|n| vocabulary.is_none(&answer[..n].join(" ")) && answer[..n].iter().any(|w| w.chars().any(char::is_alphanumeric)));
    begins || vocabulary.is_denied(&answer.join(" "))
}

/// Problems whose printed code stands outside every item that was read: given with doubt, as a code stands for a problem wherever it does.
pub(super) fn coded(pages: &[PageLayout], lines: &[TextLine], items: &[Item], covered: &BTreeSet<(usize, usize)>) -> Vec<Item> {
    let used: BTreeSet<(usize, usize)> = items.iter().flat_map(|i| &i.parts).flat_map(|p| p.words.iter().copied()).collect();
    let fresh = |line: &&TextLine| !covered.contains(&(line.page, line.line));
    let mut found = Vec::new();
    for line in lines.iter().filter(fresh) {
        let mut from = 0;
        for k in 0..line.words.len() {
            let at = (line.page, line.words[k]);
            if used.contains(&at) {
                from = k + 1;
            } else if conditions::is_code(&pages[line.page].word(line.words[k]).text) {
                let words: Vec<(usize, usize)> = line.words[from..=k].iter().map(|&w| (line.page, w)).collect();
                found.extend(conditions::coded(pages, &words));
                from = k + 1;
            }
        }
    }
    found
}
