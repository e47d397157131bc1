//! Folding of printed wordings and the error model under which a wording that was read is taken for one that is known.
//!
//! The model: an engine drops, adds or replaces single characters, about one in eight at worst on paper that is worth reading,
//! and most of its replacements stay within a class of look-alikes (`0 O Q`, `1 l I | i`, `5 S`, `8 B`, `2 Z`, `rn m`, `vv w`).
//! Look-alikes are folded together and cost little; every other slip costs one edit. Short wordings bear no edit at all: `Sex` and
//! `Set` are two words.

use rapidfuzz::distance::levenshtein;

/// What a match by look-alikes alone is worth.
const LOOK_ALIKE: f32 = 0.96;

/// Lower-case letters and digits of a text, `&` as `and`, `#` and the word number as `no`; everything else is dropped.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let start = out.len();
        for c in word.chars() {
            match c {
                '#' => out.push_str("no"),
                '&' => out.push_str("and"),
                '\u{2116}' => out.push_str("no"),
                c if c.is_alphanumeric() => out.extend(c.to_lowercase()),
                _ => {}
            }
        }
        if matches!(&out[start..], "number" | "num" | "nbr" | "numb") {
            out.truncate(start);
            out.push_str("no");
        }
    }
    out
}

/// A folded text with look-alikes folded together.
pub(crate) fn look_alike(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    let mut chars = folded.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c {
            '0' | 'q' => 'o',
            '1' | 'l' | 'j' => 'i',
            '5' => 's',
            '8' => 'b',
            '2' => 'z',
            'r' if chars.peek() == Some(&'n') => {
                chars.next();
                'm'
            }
            'v' if chars.peek() == Some(&'v') => {
                chars.next();
                'w'
            }
            c => c,
        });
    }
    out
}

/// A look-alike form with the letters folded together that worn capitals of a typewriter turn into one another: `M N W H`. It says
/// much less than the look-alike form, so it is only compared whole.
pub(crate) fn blurred(alike: &str) -> String {
    alike.chars().map(|c| if matches!(c, 'm' | 'n' | 'w' | 'h') { 'n' } else { c }).collect()
}

/// Edits that a wording of so many characters bears.
pub(crate) fn edits_borne(length: usize) -> usize {
    match length {
        0..=4 => 0,
        5..=8 => 1,
        9..=15 => 2,
        _ => 3,
    }
}

/// A wording made ready for comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wording {
    folded: String,
    alike: String,
}

impl Wording {
    /// Folds a text.
    pub(crate) fn new(text: &str) -> Self {
        let folded = fold(text);
        let alike = look_alike(&folded);
        Self { folded, alike }
    }

    /// The folded text.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    /// The form that worn type leaves of it.
    pub(crate) fn blurred(&self) -> String {
        blurred(&self.alike)
    }

    /// First character of the look-alike form: wordings that differ in it are not compared.
    pub(crate) fn initial(&self) -> Option<char> {
        self.alike.chars().next()
    }

    /// How well `read` matches this known wording: 1.0 to the letter, 0.0 not at all.
    pub(crate) fn similarity(&self, read: &Wording) -> f32 {
        if self.folded == read.folded {
            return 1.0;
        }
        let length = self.alike.chars().count();
        if length >= 3 && self.alike == read.alike {
            return LOOK_ALIKE;
        }
        let borne = edits_borne(length);
        if borne == 0 || self.alike.len().abs_diff(read.alike.len()) > borne {
            return 0.0;
        }
        let edits = levenshtein::distance(self.alike.chars(), read.alike.chars());
        if edits > borne { 0.0 } else { LOOK_ALIKE * (1.0 - edits as f32 / length as f32) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_what_is_said() {
        let table = [
            ("D.O.B.:", "dob"),
            ("Chart #", "chartno"),
            ("CHART NUMBER", "chartno"),
            ("MR#:", "mrno"),
            ("Age / Sex", "agesex"),
            ("City, State & ZIP", "citystateandzip"),
            ("Patient\u{2019}s e-mail", "patientsemail"),
        ];
        for (text, want) in table {
            assert_eq!(fold(text), want);
        }
    }

    #[test]
    fn the_error_model_holds() {
        let table = [
            ("date of birth", "Date of birth:", true),
            ("date of birth", "Dale of bi1th", true),
            ("date of birth", "Date of bath", true),
            ("date of birth", "Date of visit", false),
            ("dob", "D0B", true),
            ("dob", "DOS", false),
            ("sex", "Set", false),
            ("medical record no", "Medica1 Recorcl No", true),
            ("home phone", "Work phone", false),
            ("phone", "Phones", true),
        ];
        for (known, read, want) in table {
            assert_eq!(Wording::new(known).similarity(&Wording::new(read)) > 0.0, want, "{known} / {read}");
        }
    }
}
