//! Choices of a closed set that forms print: one word, or the ticked, marked or circled one of several.

use super::Finder;
use super::interpret::Reading;
use crate::extract::demographics::facts::{Fact, Facts};
use crate::extract::demographics::labels::{Owner, What};
use crate::extract::demographics::sheet::Token;
use crate::extract::demographics::values::{self, Value};
use crate::model::{Field, Form, Rect};

/// What is asked for by its choices alone: the field, and how many different choices must stand on the line.
const BY_CHOICES: [(What, Field, usize); 2] = [(What::Gender, Field::Gender, 2), (What::Marital, Field::MaritalStatus, 3)];
/// A choice of fewer letters says nothing without its label.
const SHORTEST: usize = 3;
/// What the lack of a label adds to the doubt.
const UNLABELLED: f32 = 0.15;

impl Finder<'_, '_> {
    /// Rows of choices without a label of their own, ticked or circled: `Circle one: single married widowed`, `[x] Boy [ ] Girl`.
    pub(super) fn unlabelled(&self, page: usize, facts: &mut Facts) {
        let reading = &self.sheet.page.reading;
        if reading.checkboxes.is_empty() && reading.circles.is_empty() {
            return;
        }
        for (what, field, fewest) in BY_CHOICES {
            if facts.plain.iter().any(|f| f.field == field && f.page == page) || facts.unread.contains(&(field, page)) {
                continue;
            }
            let table = if what == What::Gender { &self.people.gender } else { &self.people.marital };
            for line in 0..self.sheet.page.lines.len() {
                let pieces = self.sheet.of_line(line).iter().map(|&s| &self.sheet.pieces[s]);
                let tokens: Vec<Token> = pieces.filter(|p| p.heading.is_none()).flat_map(|p| p.tokens.iter().cloned()).collect();
                let mut codes: Vec<(&str, &Token)> = tokens
                    .iter()
                    .filter(|t| t.said() >= SHORTEST && self.sheet.ticked(t).is_some())
                    .filter_map(|t| Some((values::choice(t.text.trim_matches(|c: char| !c.is_alphanumeric()), table)?, t)))
                    .filter(|(code, _)| !matches!(*code, "other" | "unknown"))
                    .collect();
                codes.sort_by_key(|(code, _)| *code);
                let rect = Rect::hull(codes.iter().map(|(_, t)| &t.rect));
                codes.dedup_by_key(|(code, _)| *code);
                let Some(rect) = rect.filter(|_| codes.len() >= fewest) else { continue };
                if !matches!(self.sheet.section(&rect), None | Some(Owner::Patient)) {
                    continue;
                }
                match self.choice(&tokens, what).pop() {
                    Some(reading) => facts.plain.push(Fact {
                        field,
                        value: reading.value,
                        page,
                        words: reading.spots.iter().map(|s| s.word).collect(),
                        rule: "demographics.choices",
                        label: 0.0,
                        label_at: None,
                        doubt: (reading.doubt + UNLABELLED).min(1.0),
                        rank: 1,
                    }),
                    // A row without any mark is an empty one.
                    None if tokens.iter().any(|t| self.sheet.ticked(t).is_some_and(|(ticked, _)| ticked)) => {
                        facts.unread.push((field, page))
                    }
                    None => {}
                }
                break;
            }
        }
    }

    /// One of a closed set: a single word, or the ticked one of several.
    pub(super) fn choice(&self, tokens: &[Token], what: What) -> Vec<Reading> {
        let table = match what {
            What::Gender => &self.people.gender,
            What::Marital => &self.people.marital,
            _ => &self.people.language,
        };
        struct Option_<'t> {
            code: &'t str,
            token: &'t Token,
            ticked: Option<bool>,
            marked: bool,
            circled: bool,
        }
        let mut options: Vec<Option_<'_>> = Vec::new();
        let mut others = 0;
        for (k, token) in tokens.iter().enumerate() {
            // `f@)` is a ticked box, not a sex.
            if self.sheet.is_box(token) {
                continue;
            }
            let boxed = self.sheet.ticked(token);
            let inner = token.text.trim_matches(|c: char| !c.is_alphanumeric());
            let pair = tokens.get(k + 1).map(|n| format!("{inner} {}", n.text));
            let stripped = || -> Option<&str> {
                let letters: Vec<usize> = inner.char_indices().map(|(i, _)| i).collect();
                let most = if boxed.is_some() { 3 } else { 2 };
                let rest =
                    |n: usize| letters.get(n).map(|&i| &inner[i..]).filter(|r| r.len() >= 4 || (boxed.is_some() && letters.len() <= 3));
                (1..=most).find_map(|n| rest(n).and_then(|r| values::choice(r, table)))
            };
            let code = pair
                .as_deref()
                .filter(|_| what != What::Gender)
                .and_then(|p| values::choice(p, table))
                .or_else(|| values::choice(inner, table))
                .or_else(stripped);
            // `Male/Female` in one word.
            let halves: Vec<&str> = inner.split('/').filter(|h| !h.is_empty()).collect();
            let Some(code) = code else {
                if halves.len() > 1 && halves.iter().all(|h| values::choice(h, table).is_some()) {
                    return Vec::new();
                }
                others += usize::from(inner.chars().filter(|c| c.is_alphabetic()).count() > 1);
                continue;
            };
            let before = k.checked_sub(1).map(|b| tokens[b].text.as_str()).unwrap_or_default();
            let circled = token.text.starts_with('(') && token.text.trim_end_matches(['/', ',', '.']).ends_with(')');
            options.push(Option_ { code, token, ticked: boxed.map(|b| b.0), marked: is_mark(before), circled });
        }
        let take = |o: &Option_<'_>, doubt: f32| {
            vec![Reading { what, value: Value::new(o.code, Form::Checked), spots: vec![o.token.spot()], doubt, person: None }]
        };
        let only = |pick: &dyn Fn(&Option_<'_>) -> bool| -> Option<usize> {
            let mut hits = options.iter().enumerate().filter(|(_, o)| pick(o)).map(|(k, _)| k);
            let first = hits.next()?;
            hits.next().is_none().then_some(first)
        };
        let boxes = options.iter().filter(|o| o.ticked.is_some()).count();
        match options.len() {
            0 => Vec::new(),
            _ if boxes >= 2 || (boxes == 1 && options.len() == 1) => match only(&|o| o.ticked == Some(true)) {
                // Where a choice has lost its box the tick may have been its.
                Some(k) => take(&options[k], if boxes == options.len() { 0.05 } else { 0.3 }),
                None => Vec::new(),
            },
            // What stands beside it may be the other choice, circled and so not read.
            1 => take(&options[0], if others > 0 { 0.6 } else { 0.0 }),
            _ => match only(&|o| o.marked).or_else(|| only(&|o| o.ticked == Some(true))) {
                Some(k) => take(&options[k], 0.5),
                None => only(&|o| o.circled).map(|k| take(&options[k], 0.7)).unwrap_or_default(),
            },
        }
    }
}

fn is_mark(text: &str) -> bool {
    let inner = text.trim_matches(|c: char| matches!(c, '[' | ']' | '(' | ')' | '{' | '}' | '|'));
    matches!(inner, "x" | "X" | "xx" | "XX" | "Xx" | "xX" | "\u{2713}" | "\u{2714}" | "\u{2612}" | "\u{2611}" | "\u{00d7}")
}
