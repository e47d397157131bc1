//! Wordings compared as a reader compares them: by letters and digits, in any case, small misreadings forgiven.
//!
//! The error model: an engine replaces, drops or adds about one letter in eight on poor paper, and seldom in short words. So a word
//! of up to four letters must be right, up to eleven one letter may be wrong, up to eighteen two. Whole headings are also compared with
//! their blanks taken out, since engines split words (`ALLERG TES`).

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
        let words = folded_words("DISCHARGE SUMMARY / INSTRUCTIONS for follow-up");
        assert_eq!(find(&words, &folded_words("follow up")).map(|f| f.0), Some(4));
        assert_eq!(find(&words, &folded_words("Summary-instructions")).map(|f| f.0), Some(1));
        assert_eq!(find(&words, &folded_words("summary note")), None);
    }
}
