//! Forms of a site's medical record numbers, in a small language: `N` is a digit, `A` a letter, `X` a letter or a digit, `?` makes what
//! stands before it optional, `\` takes the next character as it is, and every other character stands for itself. Blanks do not count.

use crate::extract::dates::digit_for;

/// The most characters a form may have: longer numbers are taken for no record number.
const LONGEST: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Digit,
    Letter,
    Either,
    Exactly(char),
}

impl Class {
    fn fits(self, c: char) -> bool {
        match self {
            Self::Digit => c.is_ascii_digit(),
            Self::Letter => c.is_ascii_alphabetic(),
            Self::Either => c.is_ascii_alphanumeric(),
            Self::Exactly(own) => own.eq_ignore_ascii_case(&c),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    class: Class,
    optional: bool,
}

/// How the last character is reckoned from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckDigit {
    /// ISO/IEC 7812-1, annex B: every other digit doubled from the right.
    Luhn,
    /// Weights 2, 3, 4 … from the right, modulo 11; the last may be `X` for ten (as in ISBN-10, ISO 2108:1992).
    Mod11,
}

impl CheckDigit {
    /// Every rule with its name.
    pub(crate) const NAMES: [(&'static str, CheckDigit); 2] = [("luhn", Self::Luhn), ("mod11", Self::Mod11)];

    fn holds(self, value: &str) -> bool {
        let mut signs: Vec<char> = value.chars().filter(char::is_ascii_alphanumeric).collect();
        match self {
            Self::Luhn => {
                signs.retain(char::is_ascii_digit);
                let sum: u32 = signs
                    .iter()
                    .rev()
                    .enumerate()
                    .filter_map(|(k, c)| c.to_digit(10).map(|d| if k % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { d }))
                    .sum();
                signs.len() > 1 && sum.is_multiple_of(10)
            }
            Self::Mod11 => {
                let last = match signs.pop() {
                    Some('X' | 'x') => 10,
                    Some(c) => c.to_digit(10).unwrap_or(99),
                    None => return false,
                };
                signs.retain(char::is_ascii_digit);
                let sum: u32 = signs.iter().rev().zip(2..).filter_map(|(c, weight)| c.to_digit(10).map(|d| d * weight)).sum();
                !signs.is_empty() && last <= 10 && (sum + last).is_multiple_of(11)
            }
        }
    }
}

/// One form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MrnForm {
    slots: Vec<Slot>,
    check: Option<CheckDigit>,
}

/// What a form says of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// It fits, and there is no check digit.
    Fits,
    /// It fits and its check digit holds.
    Checked,
    /// It fits once digits that were read as letters are mended.
    Mended(String),
}

impl MrnForm {
    /// Reads a form.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn parse(text: &str, check: Option<CheckDigit>) -> Result<Self, String> {
        let mut slots: Vec<Slot> = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let class = match c {
                'N' => Class::Digit,
                'A' => Class::Letter,
                'X' => Class::Either,
                '?' => {
                    let Some(last) = slots.last_mut() else { return Err("`?` has nothing before it".to_owned()) };
                    last.optional = true;
                    continue;
                }
                '\\' => Class::Exactly(chars.next().ok_or("`\\` has nothing behind it")?),
                c if c.is_whitespace() => continue,
                c => Class::Exactly(c),
            };
            slots.push(Slot { class, optional: false });
        }
        if slots.len() > LONGEST {
            return Err(format!("it has {} characters, more than {LONGEST}", slots.len()));
        }
        let digits = slots.iter().filter(|s| !s.optional && matches!(s.class, Class::Digit | Class::Either)).count();
        if digits < 3 {
            return Err("it needs three places for digits (`N` or `X`) at least".to_owned());
        }
        Ok(Self { slots, check })
    }

    /// Whether a text is of this form, from first to last character. States are sets of places, so that `?` costs no search.
    pub(crate) fn fits(&self, value: &str) -> bool {
        let skip = |mut at: usize, set: &mut Vec<bool>| {
            set[at] = true;
            while self.slots.get(at).is_some_and(|s| s.optional) {
                at += 1;
                set[at] = true;
            }
        };
        let mut now = vec![false; self.slots.len() + 1];
        skip(0, &mut now);
        for c in value.chars() {
            let mut next = vec![false; self.slots.len() + 1];
            for (at, slot) in self.slots.iter().enumerate() {
                if now[at] && slot.class.fits(c) {
                    skip(at + 1, &mut next);
                }
            }
            now = next;
        }
        now[self.slots.len()]
    }

    /// What this form says of a value without blanks.
    pub(crate) fn judge(&self, value: &str) -> Option<Match> {
        if self.fits(value) {
            return match self.check {
                None => Some(Match::Fits),
                Some(check) => check.holds(value).then_some(Match::Checked),
            };
        }
        // Letters are taken for digits only where every place that is a digit's alone says so: without optional places, one by one.
        if self.slots.iter().any(|s| s.optional) || value.chars().count() != self.slots.len() {
            return None;
        }
        let mended: String = value
            .chars()
            .zip(&self.slots)
            .map(|(c, slot)| if slot.class == Class::Digit && !c.is_ascii_digit() { digit_for(c).unwrap_or(c) } else { c })
            .collect();
        (self.fits(&mended) && self.check.is_none_or(|check| check.holds(&mended))).then_some(Match::Mended(mended))
    }

    /// Other numbers of a chart that have this form, too.
    pub(crate) fn confusions(&self) -> Vec<&'static str> {
        let table: [(&str, &[&str]); 3] = [
            ("telephone numbers", &["503-555-0123", "5035550123", "503.555.0123", "555-0123"]),
            ("social security numbers", &["745-49-1671", "745491671"]),
            ("dates", &["09-22-1967", "09/22/1967", "09-22-67"]),
        ];
        table.iter().filter(|(_, samples)| samples.iter().any(|s| self.fits(s))).map(|(what, _)| *what).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_say_what_fits() {
        let table = [
            ("NN-NN-NN-NN", "00-12-34-56", true),
            ("NN-NN-NN-NN", "00-12-34-5", false),
            ("NN-NN-NN-NN", "00-12-34-567", false),
            ("MNNNNNN", "m830466", true),
            (r"\ANNNN?N?", "A1234", true),
            (r"\ANNNN?N?", "A12345", true),
            (r"\ANNNN?N?", "A12", false),
            ("AA NNNN X", "QZ1234b", true),
        ];
        for (form, value, want) in table {
            assert_eq!(MrnForm::parse(form, None).unwrap().fits(value), want, "{form} {value}");
        }
        for wrong in ["", "?NNN", "NN", r"NNN\", &"N".repeat(25)] {
            assert!(MrnForm::parse(wrong, None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn check_digits_speak() {
        let luhn = MrnForm::parse("NNNNNNN", Some(CheckDigit::Luhn)).unwrap();
        assert_eq!(luhn.judge("4539149"), None);
        // 7992739871 3 is the customary example of the rule; 0000018 holds as well (1 doubled is 2, and 8).
        assert_eq!(luhn.judge("0000018"), Some(Match::Checked));
        assert_eq!(luhn.judge("O000018"), Some(Match::Mended("0000018".to_owned())));
        let mod11 = MrnForm::parse("NNNNNNNNNX", Some(CheckDigit::Mod11)).unwrap();
        assert_eq!(mod11.judge("0306406152"), Some(Match::Checked), "ISBN-10 of the standard's handbooks");
        assert_eq!(mod11.judge("0306406153"), None);
    }

    #[test]
    fn forms_of_other_numbers_are_known() {
        let of = |form: &str| MrnForm::parse(form, None).unwrap().confusions();
        assert_eq!(of("NNN-NNN-NNNN"), ["telephone numbers"]);
        assert_eq!(of("NNN-NN-NNNN"), ["social security numbers"]);
        assert_eq!(of("NN-NN-NNNN"), ["dates"]);
        assert!(of("NN-NN-NN-NN").is_empty());
    }
}
