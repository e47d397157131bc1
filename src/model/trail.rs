//! How a document's values came to be what they are: engines, rules, runs, people.

use std::collections::BTreeMap;

use super::{DecidedValue, Field, PageNumber};

/// Page, item, field, and the text that holds now: what tells the values of a document apart.
type Key = (PageNumber, Option<u32>, Field, String);

/// What became of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The run in which the machine decided of it; `None` if an older program did.
    pub run: Option<i64>,
    /// The person who looked at it last.
    pub review: Option<Review>,
}

/// A person's look at a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Review {
    /// Who, as an id that tells reviewers of an archive apart and names nobody; `None` if nobody is known.
    pub reviewer: Option<String>,
    /// When, seconds since 1970-01-01 UTC.
    pub at: i64,
}

/// The trail of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// The engines that read it and their versions; empty if that is not known.
    pub engines: String,
    /// Digest of the rules and the confidence model by which it was understood; empty if that is not known.
    pub rules: String,
    told: BTreeMap<Key, Told>,
}

impl Trail {
    /// A trail that knows of no value yet.
    pub fn new(engines: String, rules: String) -> Self {
        Self { engines, rules, told: BTreeMap::new() }
    }

    /// Says what became of a value. Of values that nothing tells apart the first counts.
    pub fn tell(&mut self, value: &DecidedValue, told: Told) {
        self.told.entry(key(value)).or_insert(told);
    }

    /// What became of a value.
    pub fn of(&self, value: &DecidedValue) -> Option<&Told> {
        self.told.get(&key(value))
    }
}

fn key(value: &DecidedValue) -> Key {
    let found = &value.extracted;
    (found.page, found.item, found.field, found.value.clone())
}
