//! The name of the house that made a paper: from its letterhead or the line that repeats at the foot of its pages; and on a card
//! of a plan, the plan's name.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::facts::{Fact, Facts};
use super::names::{People, title_case};
use super::sheet::{Piece, Sheet, Token};
use super::text::fold;
use super::values::{self, Value};
use crate::extract::vocabulary::{VocabularyError, from_toml};
use crate::model::{DocumentKind, Field, Form};

/// Words that are compared by their letters and digits alone. Folded once: every word of every page is looked up in them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Vec<String>")]
struct Words(BTreeSet<String>);

impl From<Vec<String>> for Words {
    fn from(words: Vec<String>) -> Self {
        Self(words.iter().map(|word| fold(word)).filter(|word| !word.is_empty()).collect())
    }
}

impl Words {
    fn has(&self, word: &str) -> bool {
        self.0.contains(&fold(word))
    }
}

/// The words of `config/organizations.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Organizations {
    kinds: Words,
    strong: Words,
    forms: Words,
    not_names: Words,
    leads: Vec<String>,
    openings: Words,
    payors: Words,
    /// What is said in place of an insurer.
    pub no_payor: Vec<String>,
}

impl Organizations {
    /// Reads the list's text.
    pub(crate) fn parse(text: &str) -> Result<Self, VocabularyError> {
        from_toml("organizations.toml", text)
    }
}

/// How much of the page from its top may hold the letterhead.
pub(super) const HEAD: f32 = 0.22;
/// Beyond this the foot of the page begins.
pub(super) const FOOT: f32 = 0.90;

/// A line that may be the name of a house.
struct Candidate {
    text: String,
    words: Vec<usize>,
    score: f32,
    foot: bool,
    /// Its upper edge, in pixels.
    top: f32,
    odd: bool,
    /// A scrap of letters before the name was left out: it may be what remains of the name's first word.
    cut: bool,
}

/// Finds the house on one page.
pub(crate) fn read(sheet: &Sheet<'_>, page: usize, organizations: &Organizations, people: &People, facts: &mut Facts) {
    let height = sheet.page.reading.height.max(1) as f32;
    let mut found: Vec<Candidate> = Vec::new();
    for piece in &sheet.pieces {
        let at = piece.rect.center_y() / height;
        if at > HEAD && at < FOOT {
            continue;
        }
        if let Some(candidate) = candidate(sheet, piece, organizations, people) {
            found.push(Candidate { score: candidate.score - at.min(1.0 - at) * 4.0, foot: at >= FOOT, ..candidate });
        }
    }
    let best = |foot: bool| found.iter().filter(|c| c.foot == foot).max_by(|a, b| a.score.total_cmp(&b.score));
    for (candidate, rule, doubt, rank) in [(best(false), "demographics.letterhead", 0.05, 0), (best(true), "demographics.footer", 0.2, 1)] {
        if let Some(c) = candidate {
            // Another house stands above: a letter names its sender first, then whom it goes to.
            let rivalled = !c.foot && found.iter().any(|o| !o.foot && o.top < c.top && fold(&o.text) != fold(&c.text));
            let doubt = doubt
                + if c.odd { 0.2 } else { 0.0 }
                + if c.cut { 0.55 } else { 0.0 }
                + if rivalled { 0.7 } else { 0.0 }
                + if c.score < 1.0 { 0.15 } else { 0.0 };
            let rank = rank + if page > 0 { 1 } else { 0 };
            let value = Value::new(title_case(&c.text), Form::Free);
            facts.plain.push(Fact {
                field: Field::Organization,
                value,
                page,
                words: c.words.clone(),
                rule,
                label: 0.0,
                label_at: None,
                doubt,
                rank,
            });
        }
    }
}

fn candidate(sheet: &Sheet<'_>, piece: &Piece, organizations: &Organizations, people: &People) -> Option<Candidate> {
    let unit = sheet.page.unit;
    let (tokens, odd, cut) = name_tokens(piece, organizations)?;
    let mut words: Vec<usize> = tokens.iter().map(|t| t.word).collect();
    let mut text = tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
    let mut rect = tokens.iter().fold(tokens[0].rect, |r, t| r.union(&t.rect));
    let tall = tokens.iter().map(|t| t.rect.h).fold(0.0, f32::max);
    let mut last = piece.line;
    // The name goes on in the next line: the same size, beginning or centred alike, nothing but words of such names.
    for _ in 0..2 {
        let next = following(sheet, last).find(|p| {
            let gap = p.rect.y - rect.bottom();
            let aligned = (p.rect.x - rect.x).abs() < 1.5 * unit || (p.rect.center_x() - rect.center_x()).abs() < 1.5 * unit;
            let like = p.rect.h > 0.7 * tall && p.rect.h < 1.45 * tall;
            if !(gap > -0.5 * unit && gap < 1.3 * tall.max(unit) && aligned && like && p.tokens.len() <= 3) {
                return false;
            }
            // The engine's own split of one word: `Departm ent`.
            let joined: String = p.tokens.iter().map(|t| t.text.as_str()).collect();
            p.tokens.iter().all(|t| organizations.kinds.has(&t.text) || organizations.forms.has(&t.text))
                || organizations.kinds.has(&joined)
        });
        let Some(next) = next else { break };
        let joined: String = next.tokens.iter().map(|t| t.text.as_str()).collect();
        let more = if next.tokens.len() == 2 && organizations.kinds.has(&joined) { joined } else { next.text(0, next.tokens.len()) };
        text = format!("{text} {more}");
        words.extend(next.tokens.iter().map(|t| t.word));
        rect = rect.union(&next.rect);
        last = next.line;
    }
    let all: Vec<&str> = text.split(' ').collect();
    let kinds = all.iter().filter(|w| organizations.kinds.has(w)).count();
    let strong = all.iter().filter(|w| organizations.strong.has(w)).count();
    if kinds == 0 || (kinds == 1 && strong == 0) || all.len() < 2 || all.len() > 9 {
        return None;
    }
    if values::address(&[text.clone()], people).is_some_and(|a| a.zip.is_some() || a.line.is_some()) || values::phone(&text).is_some() {
        return None;
    }
    if super::names::parse(&text, people).is_some_and(|p| p.degree) {
        return None;
    }
    let score =
        0.6 * strong.min(2) as f32 + 0.3 * kinds.min(3) as f32 + (tall / unit).min(3.0) - if !piece.hits.is_empty() { 0.8 } else { 0.0 };
    Some(Candidate { text, words, score, foot: false, top: piece.rect.y, odd, cut })
}

/// Pieces of a line and of the few under it: no name goes on farther down.
fn following<'s>(sheet: &'s Sheet<'_>, line: usize) -> impl Iterator<Item = &'s Piece> {
    (line..line + 6).flat_map(|l| sheet.of_line(l)).map(|&piece| &sheet.pieces[piece])
}

/// The words of a line without the remains of a logo before and behind, and whether any had to go, and whether letters went before it.
fn name_tokens(piece: &Piece, organizations: &Organizations) -> Option<(Vec<Token>, bool, bool)> {
    let mut tokens: Vec<Token> = piece.tokens.clone();
    for lead in &organizations.leads {
        let n = lead.split(' ').count();
        if tokens.len() > n && fold(&tokens[..n].iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")) == fold(lead) {
            tokens.drain(..n);
        }
    }
    let before = tokens.len();
    let median = {
        let mut heights: Vec<f32> = tokens.iter().map(|t| t.rect.h).collect();
        heights.sort_by(f32::total_cmp);
        heights.get(heights.len() / 2).copied()?
    };
    let named = |t: &Token| {
        let letters = t.text.chars().filter(|c| c.is_alphabetic()).count();
        (letters >= 3
            && t.text.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase)
            && !t.text.starts_with(['~', '@', '*', '='])
            && t.rect.h < 2.2 * median)
            || organizations.openings.has(&t.text)
    };
    let first = tokens.iter().position(named)?;
    let cut = tokens[..first].iter().any(|t| t.text.chars().filter(|c| c.is_alphabetic()).count() >= 2);
    tokens.drain(..first);
    // A name ends where something else begins: a number, a title of the paper.
    let end = tokens
        .iter()
        .position(|t| {
            let letters = t.text.chars().filter(|c| c.is_alphabetic()).count();
            let small = matches!(t.text.as_str(), "of" | "and" | "&" | "at" | "the" | "for" | "in");
            t.text.chars().any(|c| c.is_ascii_digit())
                || (letters == 0 && t.text != "&")
                || (letters > 0 && !small && t.text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_lowercase))
        })
        .unwrap_or(tokens.len());
    let odd = first > 0 || end < tokens.len();
    let _ = before;
    tokens.truncate(end);
    if tokens.is_empty() || tokens.iter().any(|t| organizations.not_names.has(&t.text) && fold(&t.text) != "for") {
        return None;
    }
    for token in &mut tokens {
        token.text = token.text.trim_matches(|c: char| matches!(c, '"' | '|' | '*' | '\u{201d}' | '\u{201c}' | '_' | '~')).to_owned();
    }
    // `Clinic, 12 Main Street`: the address goes, and the comma before it.
    if let Some(last) = tokens.last_mut() {
        last.text = last.text.trim_end_matches([',', ';', ':']).to_owned();
    }
    let lower_prose = piece.tokens.iter().filter(|t| t.text.chars().next().is_some_and(char::is_lowercase)).count();
    (lower_prose * 3 < piece.tokens.len().max(1) * 2).then_some((tokens, odd, cut))
}

/// The plan's name on a card: the first of its largest lines that no label explains.
pub(crate) fn plan(sheet: &Sheet<'_>, page: usize, kind: DocumentKind, organizations: &Organizations, facts: &mut Facts) {
    if kind != DocumentKind::InsuranceCard || page > 0 {
        return;
    }
    let mut best: Option<(f32, &Piece)> = None;
    for piece in sheet.pieces.iter().filter(|p| p.hits.is_empty()) {
        let letters = piece.tokens.iter().flat_map(|t| t.text.chars()).filter(|c| c.is_alphabetic()).count();
        if letters < 5 || piece.tokens.len() > 7 || piece.tokens.iter().any(|t| t.text.chars().any(|c| c.is_ascii_digit())) {
            continue;
        }
        let known = piece.tokens.iter().filter(|t| organizations.payors.has(&t.text)).count() as f32;
        let score = piece.rect.h / sheet.page.unit + 0.8 * known.min(2.0) - 2.0 * piece.rect.y / sheet.page.reading.height.max(1) as f32;
        if best.is_none_or(|(b, _)| score > b) {
            best = Some((score, piece));
        }
    }
    if let Some((score, piece)) = best {
        let value = Value::new(title_case(piece.text(0, piece.tokens.len()).trim()), Form::Free);
        let words = piece.tokens.iter().map(|t| t.word).collect();
        let doubt = if score > 1.8 { 0.1 } else { 0.3 };
        facts.plain.push(Fact {
            field: Field::Payor,
            value,
            page,
            words,
            rule: "demographics.card",
            label: 0.0,
            label_at: None,
            doubt,
            rank: 1,
        });
    }
}
