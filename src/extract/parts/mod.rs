//! Which pages of a file make one document where no separator sheet says so, and which of them name somebody else.
//!
//! Owns the decision; what a page says of itself is read by [`signs`]. Nothing parts pages but clear readings on both sides:
//! * two facts of the patient that contradict (the name, and birth date or record number) while none agrees, on a page that begins like a
//!   first page;
//! * one such fact, on a page with a title of its own;
//! * a page counter that starts again after it had reached its end.
//!
//! A page of somebody else that does not begin a document, or after which the patient comes back, is a *stray*: it stays where it
//! lies, and nothing of it is read as the patient's. What points the same way less clearly leaves the pages together, and is said.
//!
//! What a person said of a page ([`PageJoin`]) comes before all of this.

mod signs;

use regex::Regex;
use serde::Deserialize;

use super::vocabulary::{Vocabulary, VocabularyError, from_toml};
use crate::model::{PageJoin, PageLayout};
use signs::{Relation, Signs};

const NAME: &str = "parts.toml";

/// How pages are told apart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartRules {
    #[serde(deserialize_with = "expressions")]
    counters: Vec<Regex>,
    head: f32,
    foot: f32,
    clear: Clear,
    strays: Strays,
}

/// What makes a reading clear.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clear {
    word: f32,
    counter: f32,
    doubt: f32,
    title: f32,
    apart: f64,
    same: f64,
    number: usize,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strays {
    ahead: usize,
}

fn expressions<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Regex>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| Regex::new(text).map_err(serde::de::Error::custom)).collect()
}

impl PartialEq for PartRules {
    fn eq(&self, other: &Self) -> bool {
        let texts = |rules: &Self| rules.counters.iter().map(|c| c.as_str().to_owned()).collect::<Vec<_>>();
        (texts(self), self.head, self.foot, &self.clear, &self.strays)
            == (texts(other), other.head, other.foot, &other.clear, &other.strays)
    }
}

impl PartRules {
    /// Reads config/parts.toml.
    ///
    /// # Errors
    /// Text that is not such a list, or a broken expression.
    pub(crate) fn parse(text: &str) -> Result<Self, VocabularyError> {
        from_toml(NAME, text)
    }
}

/// Pages that make one document, as indices in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The document's own pages.
    pub pages: Vec<usize>,
    /// Pages among them that name another patient.
    pub strays: Vec<usize>,
    /// Own pages on which another document may begin.
    pub unsure: Vec<usize>,
}

impl Part {
    /// A document of all these pages.
    pub fn whole(pages: usize) -> Self {
        Self { pages: (0..pages).collect(), ..Self::default() }
    }
}

/// Puts pages (in order, none between them left out) together to documents, in the order of their first pages. Every page is in exactly one of them.
/// `told` is what people said of each page.
pub fn parts(pages: &[PageLayout], told: &[Option<PageJoin>], vocabulary: &Vocabulary) -> Vec<Part> {
    if pages.len() < 2 {
        return if pages.is_empty() { Vec::new() } else { vec![Part::whole(1)] };
    }
    let told: Vec<Option<PageJoin>> = (0..pages.len()).map(|at| told.get(at).copied().flatten()).collect();
    let (apart, rest) = apart(&told);
    let signs: Vec<Signs> = rest.iter().map(|&at| signs::read(&pages[at], vocabulary)).collect();
    let said: Vec<Option<PageJoin>> = rest.iter().map(|&at| told[at]).collect();
    let back = |part: Part| {
        let of = |pages: Vec<usize>| pages.into_iter().map(|at| rest[at]).collect();
        Part { pages: of(part.pages), strays: of(part.strays), unsure: of(part.unsure) }
    };
    let mut parts: Vec<Part> = assemble(&signs, &said, &vocabulary.parts).into_iter().map(back).collect();
    parts.extend(apart.into_iter().map(|pages| Part { pages, ..Part::default() }));
    parts.sort_by_key(|part| part.pages.first().copied());
    parts
}

/// Documents of pages that a person set apart, each with the pages that a person said to go on with it; and all other pages.
fn apart(told: &[Option<PageJoin>]) -> (Vec<Vec<usize>>, Vec<usize>) {
    let (mut apart, mut rest): (Vec<Vec<usize>>, Vec<usize>) = (Vec::new(), Vec::new());
    for (at, join) in told.iter().enumerate() {
        match join {
            Some(PageJoin::Apart) => apart.push(vec![at]),
            Some(PageJoin::GoesOn) if apart.last().and_then(|pages| pages.last()).is_some_and(|&last| last + 1 == at) => {
                if let Some(pages) = apart.last_mut() {
                    pages.push(at);
                }
            }
            _ => rest.push(at),
        }
    }
    (apart, rest)
}

/// What becomes of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// It belongs to the document before.
    Goes,
    /// It does as far as anyone can tell.
    Unsure,
    /// It begins a document.
    Begins,
    /// It is somebody else's.
    Strays,
}

fn assemble(signs: &[Signs], told: &[Option<PageJoin>], rules: &PartRules) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut own = Signs::default();
    let mut astray = false;
    for (at, sign) in signs.iter().enumerate() {
        let step = match (parts.last(), told[at]) {
            (None, _) | (_, Some(PageJoin::Begins)) => Step::Begins,
            (_, Some(PageJoin::GoesOn)) => Step::Goes,
            _ => step(&own, astray, signs, at, rules),
        };
        if step == Step::Begins {
            parts.push(Part::default());
            own = Signs::default();
        }
        astray = step == Step::Strays;
        let Some(part) = parts.last_mut() else { continue };
        match step {
            Step::Strays => part.strays.push(at),
            _ => {
                part.pages.push(at);
                own.take(sign);
            }
        }
        if step == Step::Unsure {
            part.unsure.push(at);
        }
    }
    parts
}

/// Judges page `at` against what the document before it says of itself (`own`).
fn step(own: &Signs, astray: bool, signs: &[Signs], at: usize, rules: &PartRules) -> Step {
    let sign = &signs[at];
    let relation = own.who.relation(&sign.who, &rules.clear);
    let restart = sign.counter.filter(|c| c.page == 1);
    // A page that counts itself as a later one begins nothing.
    let first = sign.counter.is_none_or(|c| c.page == 1);
    let titled = first && sign.title.is_some();
    let ended = own.counter.is_some_and(|c| c.of.is_some_and(|of| c.page >= of) || (c.of.is_none() && c.page > 1));
    let goes_on = matches!((own.counter, sign.counter), (Some(a), Some(b)) if b.page == a.page + 1 && a.of == b.of);
    match relation {
        Relation::Other if (titled || restart.is_some()) && !comes_back(own, signs, at, rules) => Step::Begins,
        Relation::Other => Step::Strays,
        Relation::Doubtful if titled && !comes_back(own, signs, at, rules) => Step::Begins,
        Relation::Doubtful | Relation::Mixed => Step::Unsure,
        // What follows a stray and names nobody is as likely the stray's.
        Relation::Open if astray && !goes_on => {
            if titled && restart.is_some() {
                Step::Begins
            } else {
                Step::Strays
            }
        }
        Relation::Same | Relation::Open => match restart {
            Some(_) if ended => Step::Begins,
            Some(_) if own.counter.is_some() || titled => Step::Unsure,
            // A title of another kind: perhaps the next paper of the same patient.
            None if titled && sign.counter.is_none() && own.title.is_some() && sign.title != own.title => Step::Unsure,
            _ => Step::Goes,
        },
    }
}

/// Whether, soon after page `at`, a page that begins nothing names the document's patient again.
fn comes_back(own: &Signs, signs: &[Signs], at: usize, rules: &PartRules) -> bool {
    let ahead = signs.iter().skip(at + 1).take(rules.strays.ahead);
    let mut same = ahead.filter(|sign| own.who.relation(&sign.who, &rules.clear) == Relation::Same);
    same.next().is_some_and(|sign| sign.title.is_none() || sign.counter.is_some_and(|c| c.page > 1))
}

#[cfg(test)]
mod tests;
