//! Words of a dictionary that are one slip away: a letter wrong, missing, too many, or two in exchanged order.
//!
//! Texts that are one slip away are made and looked up: some 74 for each letter, as far as the letters before the slip begin a word of the
//! dictionary. So the cost hangs on the length of the word and hardly on the size of the dictionary, and nothing but the dictionary itself has to be kept.

/// Below this length a word one slip away is as often another word as the same one misread.
const SHORTEST: usize = 5;
/// Above it nothing in the dictionaries is found any more.
const LONGEST: usize = 64;
const LETTERS: &[u8; 37] = b"abcdefghijklmnopqrstuvwxyz0123456789 ";

/// The texts that `known` knows and that are one slip away from `key`, a folded text: at most two, since two are as good as many. `begins` says
/// whether anything known begins with a text.
pub(super) fn one_slip(key: &str, begins: impl Fn(&str) -> bool, known: impl Fn(&str) -> bool) -> Vec<String> {
    let mut hits: Vec<String> = Vec::new();
    if !key.is_ascii() || !(SHORTEST..=LONGEST).contains(&key.len()) {
        return hits;
    }
    let bytes = key.as_bytes();
    let mut text = Vec::with_capacity(bytes.len() + 1);
    // Gives true once two different texts are known.
    let mut try_text = |text: &[u8]| {
        let Ok(text) = std::str::from_utf8(text) else { return false };
        if text != key && !hits.iter().any(|hit| hit == text) && known(text) {
            hits.push(text.to_owned());
        }
        hits.len() >= 2
    };
    for at in 0..=bytes.len() {
        if !key.get(..at).is_some_and(&begins) {
            break;
        }
        let (head, tail) = bytes.split_at(at);
        if let [first, rest @ ..] = tail {
            text.clear();
            text.extend_from_slice(head);
            text.extend_from_slice(rest);
            if try_text(&text) {
                return hits;
            }
            if let [second, rest @ ..] = rest {
                text.clear();
                text.extend_from_slice(head);
                text.extend([*second, *first]);
                text.extend_from_slice(rest);
                if try_text(&text) {
                    return hits;
                }
            }
        }
        for letter in LETTERS {
            text.clear();
            text.extend_from_slice(head);
            text.push(*letter);
            text.extend_from_slice(tail);
            if try_text(&text) {
                return hits;
            }
            if tail.len() > 1 || (tail.len() == 1 && *letter != b' ') {
                text.remove(at + 1);
                if try_text(&text) {
                    return hits;
                }
            }
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_found_and_two_are_not() {
        let words = ["lisinopril", "hydroxyzine", "hydralazine", "celebrex", "celexa"];
        let near = |key: &str| one_slip(key, |head| words.iter().any(|word| word.starts_with(head)), |text| words.contains(&text));
        for slip in ["1isinopril", "lisinoprl", "lisinopriil", "lisniopril", "xlisinopril", "lisinoprilx", "isinopril", "lisinopri"] {
            assert_eq!(near(slip), ["lisinopril"], "{slip}");
        }
        for other in ["lisinopril", "lisinop", "lisin opri1", "hydroxazine x", "cele", ""] {
            assert!(near(other).is_empty(), "{other}");
        }
        assert_eq!(one_slip("zantec", |_| true, |t| ["zantac", "zantek"].contains(&t)).len(), 2);
    }
}
