//! Wordings compared as a reader compares them: by letters and digits, in any case, small misreadings forgiven.
//!
//! The error model: an engine replaces, drops or adds about one letter in eight on poor paper, and seldom in short words. So a word
//! of up to four letters must be right, up to eleven one letter may be wrong, up to eighteen two. Whole headings are also compared with
//! their blanks taken out, since engines split words (`ALLERG TES`).

use std::collections::{BTreeMap, HashMap};

use rapidfuzz::distance::levenshtein;

/// A text's letters and digits in lower case; `&` becomes `and`, everything else is dropped.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => folded.push_str("and"),
            c if c.is_alphanumeric() => folded.extend(c.to_lowercase()),
            _ => {}
        }
    }
    folded
}

/// The folded words of a text: hyphens and slashes part words, as a blank does.
pub(crate) fn folded_words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '/')).map(fold).filter(|w| !w.is_empty()).collect()
}

/// How many wrong letters a wording of this length may have.
pub(crate) fn tolerance(length: usize) -> usize {
    match length {
        0..=4 => 0,
        5..=11 => 1,
        12..=18 => 2,
        _ => 3,
    }
}

/// Likeness of two folded texts, 1.0 for the same, `None` when they differ by more than the error model allows.
pub(crate) fn likeness(read: &str, wording: &str) -> Option<f32> {
    if read == wording {
        return Some(1.0);
    }
    let length = wording.chars().count();
    let most = tolerance(length);
    if most == 0 || read.chars().count().abs_diff(length) > most {
        return None;
    }
    let distance = levenshtein::distance(read.chars(), wording.chars());
    (distance <= most).then(|| 1.0 - distance as f32 / length as f32)
}

/// Finds a phrase (folded words) within folded words: start index and the mean likeness of its words.
pub(crate) fn find(words: &[String], phrase: &[String]) -> Option<(usize, f32)> {
    if phrase.is_empty() || words.len() < phrase.len() {
        return None;
    }
    words.windows(phrase.len()).enumerate().find_map(|(start, window)| {
        let mut sum = 0.0;
        for (read, wording) in window.iter().zip(phrase) {
            sum += likeness(read, wording)?;
        }
        Some((start, sum / phrase.len() as f32))
    })
}

/// Many phrases, looked for at once: each word of a text is compared once with the phrases' words of its length, whatever the number of
/// phrases and lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Phrases {
    /// The phrases as indices of their words.
    phrases: Vec<Vec<usize>>,
    /// The phrases that begin with a word.
    by_first: BTreeMap<usize, Vec<usize>>,
    known: BTreeMap<String, usize>,
    /// The words by their number of characters.
    by_length: BTreeMap<usize, Vec<(String, usize)>>,
}

/// Which words of the phrases a word of the text may be, with its likeness; kept for a whole document.
pub(crate) type Seen = HashMap<String, Vec<(usize, f32)>>;

impl Phrases {
    /// Adds a phrase and gives its number.
    pub(crate) fn add(&mut self, text: &str) -> usize {
        let mut phrase = Vec::new();
        for word in folded_words(text) {
            let next = self.known.len();
            let id = *self.known.entry(word.clone()).or_insert(next);
            if id == next {
                self.by_length.entry(word.chars().count()).or_default().push((word, id));
            }
            phrase.push(id);
        }
        let number = self.phrases.len();
        if let Some(&first) = phrase.first() {
            self.by_first.entry(first).or_default().push(number);
        }
        self.phrases.push(phrase);
        number
    }

    /// How many words a phrase has.
    pub(crate) fn length(&self, phrase: usize) -> usize {
        self.phrases[phrase].len()
    }

    /// Finds every phrase at its first place within folded words: its number, the index of its first word, the mean likeness.
    pub(crate) fn find(&self, words: &[String], seen: &mut Seen) -> Vec<(usize, usize, f32)> {
        for word in words {
            if !seen.contains_key(word) {
                seen.insert(word.clone(), self.alike(word));
            }
        }
        let like = |at: usize, id: usize| -> Option<f32> {
            seen.get(words.get(at)?)?.iter().find(|(known, _)| *known == id).map(|(_, like)| *like)
        };
        let mut found: BTreeMap<usize, (usize, f32)> = BTreeMap::new();
        for (start, word) in words.iter().enumerate() {
            for (first, _) in seen.get(word).into_iter().flatten() {
                for &number in self.by_first.get(first).into_iter().flatten() {
                    let phrase = &self.phrases[number];
                    let sum = phrase.iter().enumerate().map(|(k, &id)| like(start + k, id)).sum::<Option<f32>>();
                    if let Some(sum) = sum {
                        found.entry(number).or_insert((start, sum / phrase.len() as f32));
                    }
                }
            }
        }
        found.into_iter().map(|(number, (start, like))| (number, start, like)).collect()
    }

    /// The phrases' words that a word may be.
    fn alike(&self, word: &str) -> Vec<(usize, f32)> {
        let length = word.chars().count();
        let most = tolerance(usize::MAX);
        let near = self.by_length.range(length.saturating_sub(most)..=length + most);
        near.flat_map(|(_, words)| words).filter_map(|(known, id)| likeness(word, known).map(|like| (*id, like))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_misreadings_are_forgiven_in_long_words_only() {
        for (read, wording, same) in [
            ("allergtes", "allergies", true),
            ("plan", "plam", false),
            ("impressicn", "impression", true),
            ("depression", "impression", false),
            ("hospitaicourso", "hospitalcourse", true),
            ("hospitalcourse", "hospitalcourse", true),
        ] {
            assert_eq!(likeness(read, wording).is_some(), same, "{read} / {wording}");
        }
    }

    #[test]
    fn phrases_are_found_by_words() {
        let mut phrases = Phrases::default();
        let [follow, both, note, summary] = ["follow up", "Summary-instructions", "summary note", "sumnary"].map(|p| phrases.add(p));
        let words = folded_words("DISCHARGE SUMMARY / INSTRUCTI0NS for follow-up of the summary");
        let found = phrases.find(&words, &mut Seen::new());
        let place = |phrase| found.iter().find(|f| f.0 == phrase).map(|f| f.1);
        assert_eq!([place(follow), place(both), place(note), place(summary)], [Some(4), Some(1), None, Some(1)]);
        assert_eq!(phrases.length(follow), 2);
        assert!(found.iter().all(|f| f.2 > 0.8 && (f.2 < 1.0) == (f.0 == both || f.0 == summary)));
        assert!(phrases.find(&[], &mut Seen::new()).is_empty());
    }
}
