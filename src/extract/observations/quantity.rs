//! Results, reference ranges and flags as printed: read, checked against one another, mended where OCR plainly erred.

use crate::model::Form;

use super::terms::{Terms, WordKind};

/// A result this many times above or below its range makes one look at both.
const FAR: f64 = 4.0;

/// A result.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantity {
    /// Normalised text.
    pub text: String,
    /// The number, without its comparator.
    pub number: Option<f64>,
    /// Digits behind the point.
    pub decimals: usize,
    /// A result that is a word.
    pub word: Option<WordKind>,
    /// Characters were mended.
    pub mended: bool,
    /// A flag that stood at the number (`12.3 H`).
    pub flag: Option<&'static str>,
}

impl Quantity {
    /// Reads a result; `None` if it is neither a number nor a word that results are made of.
    pub(super) fn read(text: &str, terms: &Terms) -> Option<Quantity> {
        let text = text.trim().trim_matches(|c: char| matches!(c, '_' | '|' | '“' | '”' | '‘' | '’' | '~' | '—')).trim();
        let text = text.trim_end_matches([',', ';', ':', '.']).trim_end_matches(" -").trim_start_matches([':', '=']).trim();
        if text.is_empty() {
            return None;
        }
        if let Some(kind) = terms.word(text) {
            return Some(Quantity { text: text.to_owned(), number: None, decimals: 0, word: Some(kind), mended: false, flag: None });
        }
        if let Some(read) = number_with_comparator(text) {
            return Some(read);
        }
        // A flag at either end.
        let parts: Vec<&str> = text.split_whitespace().collect();
        if let [rest @ .., last] = parts.as_slice()
            && let Some(flag) = terms.flag(last)
            && let Some(read) = number_with_comparator(&rest.join(""))
        {
            return Some(Quantity { flag: Some(flag), ..read });
        }
        if let [first, rest @ ..] = parts.as_slice()
            && let Some(flag) = terms.flag(first)
            && let Some(read) = number_with_comparator(&rest.join(""))
        {
            return Some(Quantity { flag: Some(flag), ..read });
        }
        if let Some(at) = text.find(['H', 'L', '*', 'A']).filter(|&at| at > 0)
            && let Some(flag) = terms.flag(&text[at..])
            && let Some(read) = number_with_comparator(text[..at].trim_end())
        {
            return Some(Quantity { flag: Some(flag), ..read });
        }
        if let Some(("1", dilution)) = text.split_once(':')
            && dilution.parse::<u32>().is_ok_and(|d| d >= 10 && d.is_multiple_of(10))
        {
            return Some(Quantity { text: text.to_owned(), number: None, decimals: 0, word: None, mended: false, flag: None });
        }
        if let Some(mended) = mend_digits(text)
            && let Some(read) = number_with_comparator(&mended)
        {
            return Some(Quantity { mended: true, ..read });
        }
        if let Some((word, kind)) = terms.word_like(text) {
            return Some(Quantity { text: capital(word), number: None, decimals: 0, word: Some(kind), mended: true, flag: None });
        }
        // Counts a field: `0-2`.
        let counted = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '–')) && text.chars().any(|c| c.is_ascii_digit());
        counted.then(|| Quantity { text: text.to_owned(), number: None, decimals: 0, word: None, mended: false, flag: None })
    }

    /// The same number with a point before its last `decimals` digits: what a lost decimal point would have hidden.
    pub(super) fn with_point(&self, decimals: usize) -> Option<Quantity> {
        let digits = self.text.trim_start_matches(['<', '>', '=']);
        if decimals == 0 || self.decimals > 0 || digits.len() <= decimals || !digits.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let at = self.text.len() - decimals;
        let text = format!("{}.{}", &self.text[..at], &self.text[at..]);
        number_with_comparator(&text).map(|q| Quantity { mended: true, flag: self.flag, ..q })
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|c| c.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// A number, possibly with a comparator and with commas between thousands.
pub(super) fn number_with_comparator(text: &str) -> Option<Quantity> {
    let text = text.trim();
    let body = text.trim_start_matches(['<', '>', '=', '≤', '≥']);
    let comparator = &text[..text.len() - body.len()];
    // A blank may stand behind the comparator, nowhere else: what follows a number is not part of it.
    let body = body.trim_start();
    let compact = format!("{comparator}{body}");
    if !matches!(comparator, "" | "<" | ">" | "<=" | ">=" | "≤" | "≥") {
        return None;
    }
    let (whole, fraction) = body.split_once('.').map_or((body, None), |(w, f)| (w, Some(f)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let digits = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit());
    let grouped = whole.contains(',')
        && whole.split(',').skip(1).all(|p| p.len() == 3 && digits(p))
        && whole.split(',').next().is_some_and(|p| digits(p) && p.len() <= 3);
    if !(digits(whole) || grouped || (whole.is_empty() && fraction.is_some())) || fraction.is_some_and(|f| !digits(f)) || body.len() > 12 {
        return None;
    }
    let number = body.replace(',', "").parse().ok()?;
    Some(Quantity {
        text: compact.clone(),
        number: Some(number),
        decimals: fraction.map_or(0, str::len),
        word: None,
        mended: false,
        flag: None,
    })
}

/// Letters and signs that OCR gives for digits and points, put right, in what is a number for the most part.
fn mend_digits(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = compact.chars().filter(char::is_ascii_digit).count();
    if digits == 0 || 2 * digits < compact.chars().count() || compact.chars().count() > 8 {
        return None;
    }
    let mended: String = compact
        .chars()
        .map(|c| match c {
            'O' | 'o' | '@' | 'Q' | 'D' => '0',
            'l' | 'I' | '|' | '!' | 'i' => '1',
            'S' | 's' | '§' => '5',
            'B' => '8',
            'Z' | 'z' => '2',
            ':' | ',' | ';' | '·' | '*' | '\'' => '.',
            other => other,
        })
        .collect();
    (mended != compact).then_some(mended)
}

/// A reference range.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Range {
    /// As printed, without stray marks.
    pub text: String,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Digits behind the point of the bounds, if both have the same.
    pub decimals: Option<usize>,
    pub word: Option<WordKind>,
    pub mended: bool,
    pub form: Form,
}

impl Range {
    /// Reads a range. Anything may be printed as one, so there is always an answer; its form says how sound it is.
    pub(super) fn read(text: &str, terms: &Terms) -> Range {
        let trimmed = text.trim().trim_matches(|c: char| matches!(c, '_' | '|' | '“' | '”' | '‘' | '’' | '~' | '—' | '\''));
        let trimmed = trimmed.trim_end_matches(['.', ',', ';', ':']).trim();
        // A stroke before the first bound is what is left of a rule: no range here begins below zero.
        let (trimmed, stroke) = trimmed.strip_prefix('-').map_or((trimmed, false), |t| (t.trim_start(), true));
        let bare = trimmed.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(trimmed).trim();
        let plain = Range { text: bare.to_owned(), low: None, high: None, decimals: None, word: None, mended: false, form: Form::Free };
        if let Some(kind) = terms.word(bare) {
            return Range { word: Some(kind), form: Form::Valid, ..plain };
        }
        if let Some(range) = bounds(bare) {
            return Range { text: bare.to_owned(), mended: stroke, ..range };
        }
        let mended: String = bare
            .chars()
            .map(|c| match c {
                'O' | 'o' | '@' => '0',
                'l' | 'I' | '|' => '1',
                ':' | ',' => '.',
                '~' | '—' | '_' => '-',
                other => other,
            })
            .collect();
        let digits = bare.chars().filter(char::is_ascii_digit).count();
        if 2 * digits >= bare.chars().count()
            && mended != bare
            && let Some(range) = bounds(&mended)
        {
            return Range { mended: true, ..range };
        }
        if let Some((word, kind)) = terms.word_like(bare) {
            return Range { text: capital(word), word: Some(kind), mended: true, form: Form::Valid, ..plain };
        }
        // A text such as `Adults: 0.5-1.5` stands as it is; a heap of digits that makes no range is broken.
        let letters = bare.chars().filter(|c| c.is_alphabetic()).count();
        Range { form: if letters < 3 { Form::Invalid } else { Form::Free }, ..plain }
    }

    /// Holds the bounds against what is possible for the test, and against the result. Bounds that cannot be are broken; where both lack a
    /// decimal point that the result has, and putting it back makes all well, that is a suggestion.
    pub(super) fn checked(self, possible: Option<(f64, f64)>, value: Option<&Quantity>) -> Range {
        let bounds_of = |range: &Range| [range.low, range.high].into_iter().flatten().collect::<Vec<f64>>();
        // Ranges begin at nought more often than results do.
        let sound =
            |range: &Range| possible.is_none_or(|(low, high)| bounds_of(range).iter().all(|b| (*b >= low || *b == 0.0) && *b <= high));
        let number = value.and_then(|v| v.number);
        let near = |range: &Range| {
            number.is_none_or(|n| range.high.is_none_or(|high| n <= FAR * high) && range.low.is_none_or(|low| n * FAR >= low))
        };
        if self.form != Form::Valid || bounds_of(&self).is_empty() || (sound(&self) && near(&self)) {
            return self;
        }
        let decimals = value.map_or(0, |v| v.decimals);
        if self.decimals == Some(0)
            && decimals > 0
            && let Some(mended) = self.with_points(decimals).filter(|m| sound(m) && near(m))
        {
            return mended;
        }
        // A result far from its range may well be: the patient is ill. Bounds that nobody can have are misread.
        if sound(&self) { self } else { Range { form: Form::Invalid, ..self } }
    }

    /// The same range with a point before the last digits of each bound.
    fn with_points(&self, decimals: usize) -> Option<Range> {
        let mut text = String::new();
        let mut digits = String::new();
        for c in self.text.chars().chain(['\0']) {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            if !digits.is_empty() {
                let at = digits.len().checked_sub(decimals).filter(|&at| at > 0)?;
                text.push_str(&digits[..at]);
                text.push('.');
                text.push_str(&digits[at..]);
                digits.clear();
            }
            if c != '\0' {
                text.push(c);
            }
        }
        bounds(&text).map(|range| Range { mended: true, ..range })
    }

    /// Where a number lies: below, inside, above; `None` if the range does not say.
    pub(super) fn place(&self, number: f64) -> Option<std::cmp::Ordering> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match (self.low, self.high) {
            (Some(low), _) if number < low => Some(Less),
            (_, Some(high)) if number > high => Some(Greater),
            (None, None) => None,
            _ => Some(Equal),
        }
    }
}

fn bounds(text: &str) -> Option<Range> {
    let compact: String = text.trim().chars().map(|c| if matches!(c, '–' | '−' | '‐') { '-' } else { c }).collect();
    let base = Range { text: text.trim().to_owned(), low: None, high: None, decimals: None, word: None, mended: false, form: Form::Valid };
    for (sign, below) in [("<=", true), ("≤", true), ("<", true), (">=", false), ("≥", false), (">", false)] {
        if let Some(rest) = compact.strip_prefix(sign) {
            let bound = number_with_comparator(rest).filter(|q| q.text == rest.trim())?;
            let (low, high) = if below { (None, bound.number) } else { (bound.number, None) };
            return Some(Range { low, high, decimals: Some(bound.decimals), ..base });
        }
    }
    let (low, high) = compact
        .split_once("to")
        .or_else(|| compact.char_indices().skip(1).find(|(_, c)| *c == '-').map(|(at, _)| (&compact[..at], &compact[at + 1..])))?;
    let (low, high) = (number_with_comparator(low)?, number_with_comparator(high)?);
    if low.text.starts_with(['<', '>']) || high.text.starts_with(['<', '>']) {
        return None;
    }
    let form = if low.number < high.number { Form::Valid } else { Form::Invalid };
    let same = (low.decimals == high.decimals).then_some(low.decimals);
    Some(Range { low: low.number, high: high.number, decimals: same, form, ..base })
}

/// Whether result, range and flag tell one story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Story {
    /// They agree.
    Agrees,
    /// Too little is printed to tell.
    Silent,
    /// They contradict each other: one of them is misread.
    Differs,
}

/// Compares a result with its range and flag. `flags_kept` says whether the paper has a place for flags, so that a missing one tells
/// something.
pub(super) fn story(value: &Quantity, range: Option<&Range>, flag: Option<&str>, flags_kept: bool) -> Story {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let Some(range) = range.filter(|r| r.form == Form::Valid) else { return Story::Silent };
    if let (Some(kind), Some(_)) = (value.word, range.word) {
        return match (kind, flag) {
            (WordKind::Abnormal, Some(_)) | (WordKind::Normal, None) => Story::Agrees,
            (WordKind::Abnormal, None) => Story::Silent,
            (WordKind::Normal, Some(_)) => Story::Differs,
        };
    }
    let Some(place) = value.number.and_then(|n| range.place(n)) else { return Story::Silent };
    match (place, flag) {
        (Greater, Some("H" | "HH" | "A")) | (Less, Some("L" | "LL" | "A")) | (Equal, None | Some("N")) => Story::Agrees,
        (Greater | Less, None) if !flags_kept => Story::Silent,
        _ => Story::Differs,
    }
}

#[cfg(test)]
mod tests {
    use super::super::terms::embedded;
    use super::*;

    #[test]
    fn results_are_read_as_printed() {
        let terms = embedded();
        for (text, want, number, flag, mended) in [
            ("140", "140", Some(140.0), None, false),
            ("<0.01", "<0.01", Some(0.01), None, false),
            ("> 90", ">90", Some(90.0), None, false),
            ("1,234", "1,234", Some(1234.0), None, false),
            ("12.3 H", "12.3", Some(12.3), Some("H"), false),
            ("12.3H", "12.3", Some(12.3), Some("H"), false),
            ("66*", "66", Some(66.0), Some("A"), false),
            ("H 5.7", "5.7", Some(5.7), Some("H"), false),
            ("6.8 -", "6.8", Some(6.8), None, false),
            ("5:6", "5.6", Some(5.6), None, true),
            ("1O4", "104", Some(104.0), None, true),
            ("Negative", "Negative", None, None, false),
            ("Negatlve", "Negative", None, None, true),
            ("1:80", "1:80", None, None, false),
            ("0-2", "0-2", None, None, false),
        ] {
            let got = Quantity::read(text, &terms).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((got.text.as_str(), got.number, got.flag, got.mended), (want, number, flag, mended), "{text}");
        }
        for text in ["", "See", "ibe!", "06/23/1968", "mmol/L", "--", "1.2.3"] {
            assert_eq!(Quantity::read(text, &terms), None, "{text}");
        }
    }

    #[test]
    fn ranges_that_cannot_be_are_noticed() {
        let terms = embedded();
        let potassium = Some((1.0, 12.0));
        for (text, possible, value, want, form, mended) in [
            ("35-51", potassium, "3.9", "3.5-5.1", Form::Valid, true),
            ("35-51", potassium, "39", "35-51", Form::Invalid, false),
            ("3.5-5.1", potassium, "3.9", "3.5-5.1", Form::Valid, false),
            // Nothing is known of the test: only the result tells.
            ("40-110", None, "5.8", "4.0-11.0", Form::Valid, true),
            ("4-11", None, "5.8", "4-11", Form::Valid, false),
            ("70-99", Some((10.0, 2000.0)), "420", "70-99", Form::Valid, false),
            ("<200", Some((20.0, 1500.0)), "<5", "<200", Form::Valid, false),
            ("0-15", Some((1.0, 200.0)), "7", "0-15", Form::Valid, false),
            ("Negative", None, "Negative", "Negative", Form::Valid, false),
        ] {
            let range = Range::read(text, &terms).checked(possible, Quantity::read(value, &terms).as_ref());
            assert_eq!((range.text.as_str(), range.form, range.mended), (want, form, mended), "{text} {value}");
        }
    }

    #[test]
    fn ranges_are_read_as_printed() {
        let terms = embedded();
        for (text, want, low, high, form, mended) in [
            ("136-145", "136-145", Some(136.0), Some(145.0), Form::Valid, false),
            ("0.40 - 4.50", "0.40 - 4.50", Some(0.4), Some(4.5), Form::Valid, false),
            ("(70–99)", "70–99", Some(70.0), Some(99.0), Form::Valid, false),
            ("<200", "<200", None, Some(200.0), Form::Valid, false),
            (">= 40", ">= 40", Some(40.0), None, Form::Valid, false),
            ("5.0-8.0.", "5.0-8.0", Some(5.0), Some(8.0), Form::Valid, false),
            ("3,5-5:1", "3.5-5.1", Some(3.5), Some(5.1), Form::Valid, true),
            ("145-136", "145-136", Some(145.0), Some(136.0), Form::Invalid, false),
            ("Negative", "Negative", None, None, Form::Valid, false),
            ("Adults: see note", "Adults: see note", None, None, Form::Free, false),
            ("-8.5-10.5", "8.5-10.5", Some(8.5), Some(10.5), Form::Valid, true),
            ("0.2-1.2 1", "0.2-1.2 1", None, None, Form::Invalid, false),
            ("13 45", "13 45", None, None, Form::Invalid, false),
        ] {
            let got = Range::read(text, &terms);
            assert_eq!((got.text.as_str(), got.low, got.high, got.form, got.mended), (want, low, high, form, mended), "{text}");
        }
    }

    #[test]
    fn value_range_and_flag_tell_a_story() {
        let terms = embedded();
        for (value, range, flag, kept, want) in [
            ("140", "136-145", None, true, Story::Agrees),
            ("150", "136-145", Some("H"), true, Story::Agrees),
            ("150", "136-145", None, true, Story::Differs),
            ("150", "136-145", None, false, Story::Silent),
            ("140", "136-145", Some("H"), true, Story::Differs),
            ("130", "136-145", Some("H"), true, Story::Differs),
            ("69", ">40", None, true, Story::Agrees),
            ("Negative", "Negative", None, true, Story::Agrees),
            ("Hazy", "Clear", Some("A"), true, Story::Agrees),
            ("Negative", "Negative", Some("A"), true, Story::Differs),
            ("140", "sixteen to twenty", None, true, Story::Silent),
        ] {
            let (v, r) = (Quantity::read(value, &terms).unwrap(), Range::read(range, &terms));
            assert_eq!(story(&v, Some(&r), flag, kept), want, "{value} in {range} {flag:?}");
        }
    }

    #[test]
    fn a_lost_point_can_be_put_back() {
        let terms = embedded();
        let lost = Quantity::read("75", &terms).unwrap();
        let found = lost.with_point(1).unwrap();
        assert_eq!((found.text.as_str(), found.number, found.mended), ("7.5", Some(7.5), true));
        assert_eq!(Quantity::read("7.5", &terms).unwrap().with_point(1), None);
    }
}
