//! An index over the words of titles: which titles hold a word.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::fold::fold;

/// Shorter words are not counted.
const SHORTEST: usize = 3;
/// Neither is a word that more titles hold than this: it tells nothing.
const SHARED_BY: usize = 20_000;

/// Pairs of a word's hash and a title's number, in order. Titles that share a hash without sharing the word are sorted out by looking at them.
#[derive(Debug)]
pub(super) struct Titles(Vec<(u32, u32)>);

fn hash(word: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish() as u32
}

fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(' ').filter(|word| word.len() >= SHORTEST)
}

impl Titles {
    pub(super) fn new<'a>(titles: impl Iterator<Item = &'a str>) -> Self {
        let mut pairs = Vec::new();
        for (number, title) in titles.enumerate() {
            let Ok(number) = u32::try_from(number) else { break };
            pairs.extend(words(&fold(title)).map(|word| (hash(word), number)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        Self(pairs)
    }

    fn of(&self, word: &str) -> &[(u32, u32)] {
        let hash = hash(word);
        let first = self.0.partition_point(|pair| pair.0 < hash);
        let last = self.0.partition_point(|pair| pair.0 <= hash);
        &self.0[first..last]
    }

    /// The numbers of the titles that hold every word of `text`, shortest first, at most `most`.
    pub(super) fn with_words<'a>(&self, text: &str, most: usize, title: impl Fn(usize) -> &'a str) -> Vec<usize> {
        let text = fold(text);
        let mut lists: Vec<&[(u32, u32)]> = Vec::new();
        for word in words(&text) {
            match self.of(word) {
                [] => return Vec::new(),
                list if list.len() <= SHARED_BY => lists.push(list),
                _ => {}
            }
        }
        lists.sort_by_key(|list| list.len());
        let Some((rarest, others)) = lists.split_first() else { return Vec::new() };
        let mut best = BinaryHeap::new();
        for (_, number) in *rarest {
            let in_all = others.iter().all(|list| list.binary_search_by_key(number, |pair| pair.1).is_ok());
            if !in_all {
                continue;
            }
            let found = title(*number as usize);
            let folded = fold(found);
            if words(&text).all(|word| folded.split(' ').any(|other| other == word)) {
                best.push((found.len(), *number));
                if best.len() > most {
                    best.pop();
                }
            }
        }
        let mut best: Vec<_> = best.into_iter().map(Reverse).collect();
        best.sort_unstable_by_key(|entry| entry.0);
        best.into_iter().map(|entry| entry.0.1 as usize).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_with_all_words_come_shortest_first() {
        let titles = ["Acute tonsillitis, unspecified", "Acute tonsillitis", "Chronic tonsillitis", "Tonsillitis", "Flu"];
        let index = Titles::new(titles.into_iter());
        let found = |text: &str, most| index.with_words(text, most, |i| titles[i]);
        assert_eq!(found("tonsillitis", 9), [3, 1, 2, 0]);
        assert_eq!(found("tonsillitis", 2), [3, 1]);
        assert_eq!(found("TONSILLITIS, acute", 9), [1, 0]);
        assert_eq!(found("acute flu", 9), [] as [usize; 0]);
        assert_eq!(found("of a", 9), [] as [usize; 0]);
        assert_eq!(found("", 9), [] as [usize; 0]);
        assert_eq!(found("tonsil", 9), [] as [usize; 0]);
    }
}
