//! Telephone numbers, identifiers, addresses and choices: printed forms to normalised ones. Every rule here is a function of text.

use std::sync::LazyLock;

use regex::Regex;

use super::names::{People, title_case};
use super::text::fold;
use crate::extract::dates::{ReadDate, digits};
use crate::model::{Form, Step};

/// A value of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    /// Normalised text.
    pub text: String,
    /// Whether its form speaks for it.
    pub form: Form,
    /// What was done to get from the print to the text.
    pub history: Vec<Step>,
}

impl Value {
    /// A value that stands as it was read.
    pub(crate) fn new(text: impl Into<String>, form: Form) -> Self {
        Self { text: text.into(), form, history: Vec::new() }
    }

    /// A date; without its century its form says little.
    pub(crate) fn of_date(read: ReadDate) -> Self {
        let form = if read.short_year { Form::Free } else { Form::Valid };
        Self { text: read.date.to_string(), form, history: read.history }
    }

    /// Whether OCR confusions were mended.
    pub(crate) fn mended(&self) -> bool {
        self.history.iter().any(|s| s.mends())
    }
}

fn pattern(source: &str) -> Option<Regex> {
    Regex::new(source).ok()
}

static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^0-9A-Za-z])(?:\+?1[ .-]{1,2})?[(\[{]?([0-9OoQIl|SsBZz]{3})[)\]}]?[ ./)-]{0,3}([0-9OoQIl|SsBZz]{3})[ .-]{1,3}([0-9OoQIl|SsBZz]{4})(?:$|[^0-9A-Za-z])",
    )
});

/// The first telephone number of the North American plan with its area code, as E.164, and the bytes of `text` that it takes.
///
/// Area and exchange codes begin with 2–9 (North American Numbering Plan Administration).
pub(crate) fn phone(text: &str) -> Option<(Value, std::ops::Range<usize>)> {
    let found = PHONE.as_ref()?.captures(text)?;
    let (mut out, mut history) = (String::from("+1"), Vec::new());
    let first = found.get(1)?.start();
    for group in 1..=3 {
        let part = found.get(group)?;
        out.push_str(&digits(part.as_str(), part.start() - first, &mut history)?);
    }
    let bytes = out.as_bytes();
    if history.len() > 3 || bytes[2] < b'2' || bytes[5] < b'2' {
        return None;
    }
    let range = found.get(1)?.start()..found.get(3)?.end();
    Some((Value { text: out, form: Form::Valid, history }, range))
}

/// A text that is nothing but ten digits, as boxes of one digit each leave a telephone number; only for places that ask for one.
pub(crate) fn bare_phone(text: &str) -> Option<Value> {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let ten = bare.len() == 10 && bare.bytes().all(|b| b.is_ascii_digit()) && bare.as_bytes()[0] >= b'2' && bare.as_bytes()[3] >= b'2';
    ten.then(|| Value::new(format!("+1{bare}"), Form::Valid))
}

static SSN: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^([0-9OoQIl|SsBZz]{3})[ .-]{0,3}([0-9OoQIl|SsBZz]{2})[ .-]{0,3}([0-9OoQIl|SsBZz]{4})$"));

/// A social security number. Areas 000, 666 and 900–999, group 00 and serial 0000 were never given (Social Security Administration):
/// such a number is kept as broken, since forms also bear taxpayers' numbers there, which begin with 9 (Internal Revenue Service).
pub(crate) fn ssn(text: &str) -> Option<Value> {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let found = SSN.as_ref()?.captures(text)?;
    let mut parts = [String::new(), String::new(), String::new()];
    let mut history = Vec::new();
    for (group, part) in parts.iter_mut().enumerate() {
        let read = found.get(group + 1)?;
        *part = digits(read.as_str(), read.start(), &mut history)?;
    }
    let possible = parts[0] != "000" && parts[0] != "666" && !parts[0].starts_with('9') && parts[1] != "00" && parts[2] != "0000";
    let form = if possible { Form::Valid } else { Form::Invalid };
    (history.len() <= 2).then(|| Value { text: parts.join("-"), form, history })
}

/// A number of the national provider registry: ten digits, the last a Luhn check digit over `80840` and the others (45 CFR 162.406).
pub(crate) fn npi(text: &str) -> Option<Value> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let mut history = Vec::new();
    let digits = digits(text, 0, &mut history)?;
    if digits.len() != 10 {
        return None;
    }
    let form = if luhn(&format!("80840{digits}")) { Form::Checked } else { Form::Invalid };
    // Letters are mended only where the check digit says that it was right to.
    (history.is_empty() || form == Form::Checked).then_some(Value { text: digits, form, history })
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(k, b)| {
            let d = u32::from(b - b'0') * if k % 2 == 1 { 2 } else { 1 };
            d / 10 + d % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A number of a chart or a plan: letters, digits and dashes, without blanks; at least `fewest` digits.
pub(crate) fn identifier(text: &str, fewest: usize) -> Option<Value> {
    let words: Vec<&str> =
        text.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric())).filter(|w| !w.is_empty()).collect();
    // Words without digits belong to the number only as its short prefix.
    let fits = |k: usize, w: &str| {
        w.chars().any(|c| c.is_ascii_digit()) || (k == 0 && words.len() > 1 && w.len() <= 4 && w.chars().all(|c| c.is_ascii_uppercase()))
    };
    if phone(text).is_some() {
        return None;
    }
    if words.is_empty() || words.len() > 5 || !words.iter().enumerate().all(|(k, w)| fits(k, w)) {
        return None;
    }
    let joined = words.concat();
    let digits = joined.chars().filter(char::is_ascii_digit).count();
    let clean = joined.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.'));
    if !clean
        || digits < fewest
        || joined.len() > 24
        || joined.contains('/')
        || crate::extract::dates::parse(&joined).is_some_and(|d| d.date.is_full() && joined.contains('-') && !d.mended)
    {
        return None;
    }
    // Small letters do not stand in numbers that are read aloud: there the engine guessed.
    let form = if joined.chars().any(|c| c.is_ascii_lowercase()) { Form::Free } else { Form::Valid };
    Some(Value::new(joined, form))
}

static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$"));

/// An e-mail address in lower case.
pub(crate) fn email(text: &str) -> Option<Value> {
    let joined: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let joined = joined.trim_matches(|c: char| !c.is_alphanumeric());
    EMAIL.as_ref()?.is_match(joined).then(|| Value::new(joined.to_lowercase(), Form::Valid))
}

/// The code of a state by code or name; letters of a code may have been read in any case.
pub(crate) fn state(text: &str, people: &People) -> Option<Value> {
    let trimmed = text.trim_matches(|c: char| !c.is_alphanumeric());
    let upper = trimmed.to_uppercase();
    if people.states.contains_key(&upper) {
        return Some(Value::new(upper, Form::Checked));
    }
    let lower = trimmed.to_lowercase();
    people.states.iter().find(|(_, name)| **name == lower).map(|(code, _)| Value::new(code.clone(), Form::Checked))
}

static ZIP: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^([0-9OoQIl|SsBZz]{5})(?:[ -]{0,3}([0-9OoQIl|SsBZz]{4}))?$"));

/// A postal code, `NNNNN` or `NNNNN-NNNN`.
pub(crate) fn zip(text: &str) -> Option<Value> {
    let trimmed = text.trim_matches(|c: char| !c.is_alphanumeric());
    let found = ZIP.as_ref()?.captures(trimmed)?;
    let mut history = Vec::new();
    let mut part = |group: usize| -> Option<String> {
        let read = found.get(group)?;
        digits(read.as_str(), read.start(), &mut history)
    };
    let first = part(1)?;
    let text = match part(2) {
        Some(second) => format!("{first}-{second}"),
        None => first,
    };
    (history.len() <= 2).then_some(Value { text, form: Form::Valid, history })
}

/// The parts of an address, as far as they are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    /// House and street.
    pub line: Option<Value>,
    /// City.
    pub city: Option<Value>,
    /// Code of the state.
    pub state: Option<Value>,
    /// Postal code.
    pub zip: Option<Value>,
}

/// Takes an address apart. `lines` are its printed lines, top to bottom; the last one may end with state and postal code.
pub(crate) fn address(lines: &[String], people: &People) -> Option<Address> {
    let mut lines = lines.to_vec();
    // `27SE Umatilla Place`: the blank behind the house number was lost.
    let mut history = Vec::new();
    if let Some(found) = lines.first().and_then(|l| HOUSE.as_ref()?.captures(l)) {
        lines[0] = format!("{} {}{}", &found[1], &found[2], &found[3]);
        history.push(Step::Parted { word: 0 });
    }
    let joined = lines.join("\n");
    if ruled(&joined) {
        return None;
    }
    let words: Vec<&str> = joined.split_inclusive(char::is_whitespace).collect();
    let mut out = Address::default();
    let mut end = words.len();
    if let Some(value) = words.last().and_then(|w| zip(w.trim())) {
        out.zip = Some(value);
        end -= 1;
    }
    for length in [1, 2] {
        if end > length {
            let text: String = words[end - length..end].concat();
            if let Some(value) =
                state(text.trim(), people).filter(|v| v.text.len() == 2 && (length == 2 || out.zip.is_some() || text.trim().len() == 2))
            {
                out.state = Some(value);
                end -= length;
                break;
            }
        }
    }
    if out.zip.is_some() && out.state.is_none() {
        // A postal code without a state is more likely a house number or an apartment.
        return None;
    }
    let rest: String = words[..end].concat();
    let rest = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.' | ':' | '_' | '|'));
    let line_form = |line: &str| {
        if line.chars().next().is_some_and(|c| c.is_ascii_digit()) || fold(line).starts_with("pobox") { Form::Valid } else { Form::Free }
    };
    let tidy = |s: &str| {
        title_case(
            s.split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '_' | '|')),
        )
    };
    let split = if out.state.is_some() { rest.rfind('\n').or_else(|| rest.rfind(',')) } else { None };
    match split {
        Some(at) => {
            let (line, city) = (tidy(&rest[..at].replace('\n', ", ")), tidy(&rest[at + 1..]));
            // `9 Elm Street\nApt 3, Salem`: the city stands behind the last comma of the last line.
            let (line, city) = match city.rsplit_once(',') {
                Some((more, city)) => (format!("{line}, {}", more.trim()), city.trim().to_owned()),
                None => (line, city),
            };
            out.city = is_city(&city).then(|| Value::new(city, Form::Valid));
            if line.chars().any(|c| c.is_ascii_digit()) {
                let form = line_form(&line);
                out.line = Some(Value::new(line, form));
            }
        }
        None if out.state.is_some() => {
            let text = tidy(rest);
            if is_city(&text) {
                out.city = Some(Value::new(text, Form::Valid));
            } else if let Some((line, city)) = behind_street(&text) {
                out.line = Some(Value::new(line, Form::Valid));
                out.city = is_city(&city).then(|| Value::new(city, Form::Free));
            }
        }
        None => {
            let line = tidy(&rest.replace('\n', ", "));
            if line.chars().any(|c| c.is_ascii_digit()) && line.chars().any(char::is_alphabetic) && line.len() >= 5 {
                let form = line_form(&line);
                out.line = Some(Value::new(line, form));
            }
        }
    }
    if let Some(line) = out.line.as_mut() {
        line.history.extend(history);
    }
    (out.line.is_some() || out.city.is_some()).then_some(out)
}

static HOUSE: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^\s*(\d+)(NE|NW|SE|SW|[NSEW])((?:\.|\s).*)$"));

/// Whether a text is strewn with the remains of rules, as fields of one box a letter are.
pub(crate) fn ruled(text: &str) -> bool {
    text.chars().filter(|c| matches!(c, '|' | '{' | '}' | '[' | ']' | '\\')).count() >= 3
}

/// Whether a text can be the name of a city: letters, no digits.
pub(crate) fn is_city(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 3
        && text.split(' ').count() <= 4
        && text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\''))
        && text.chars().next().is_some_and(char::is_uppercase)
}

static STREET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^(.*\b(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|place|pl|way|circle|cir|terrace|ter|highway|hwy|parkway|pkwy|trail|loop)\b\.?(?:,? (?:apt|unit|suite|ste|lot|no)\.? ?#? ?[0-9a-z-]+| #[0-9a-z-]+)?),? +([A-Za-z. '-]+)$",
    )
});

/// `215 E. Willow Drive #93 Salem`: cuts behind the word that names the kind of street.
fn behind_street(text: &str) -> Option<(String, String)> {
    let found = STREET.as_ref()?.captures(text)?;
    Some((found[1].to_owned(), found[2].to_owned()))
}

/// The code of one of a closed set of choices, by its printed word.
pub(crate) fn choice<'a>(text: &str, table: impl IntoIterator<Item = (&'a String, &'a Vec<String>)>) -> Option<&'a str> {
    let folded = fold(text);
    if folded.is_empty() {
        return None;
    }
    table.into_iter().find(|(_, words)| words.iter().any(|w| fold(w) == folded)).map(|(code, _)| code.as_str())
}

/// How a person is related, in the case of a name.
pub(crate) fn relationship(text: &str, people: &People) -> Option<Value> {
    if ruled(text) {
        return None;
    }
    let trimmed = text.trim_matches(|c: char| !c.is_alphabetic());
    let folded = fold(trimmed);
    let known = people.relationships.iter().any(|r| fold(r) == folded);
    if known {
        return Some(Value::new(title_case(trimmed), Form::Checked));
    }
    let words = trimmed.split_whitespace().count();
    let plain = trimmed.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '/' | '.'));
    (plain && (1..=3).contains(&words) && folded.len() >= 3).then(|| Value::new(title_case(trimmed), Form::Free))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::demographics::names::people;

    #[test]
    fn telephones_become_e164() {
        let table = [
            ("(503) 555-0123", Some("+15035550123")),
            ("503-555-0123", Some("+15035550123")),
            ("503.555.0123", Some("+15035550123")),
            ("503/555-0123", Some("+15035550123")),
            ("1-503-555-0123", Some("+15035550123")),
            ("+1 503 555 0123", Some("+15035550123")),
            ("call (503)555-0123 x12", Some("+15035550123")),
            ("(559) 565 -0161", Some("+15595650161")),
            ("503-555-O123", Some("+15035550123")),
            ("555-0123", None),
            ("103-555-0123", None),
            ("503-155-0123", None),
            ("5035550123456", None),
            ("745-49-1671", None),
        ];
        for (text, want) in table {
            assert_eq!(phone(text).map(|(v, _)| v.text).as_deref(), want, "{text}");
        }
        assert!(phone("503-555-O123").is_some_and(|(v, _)| v.mended()));
    }

    #[test]
    fn impossible_security_numbers_are_broken() {
        let table = [
            ("745-49-1671", Some(("745-49-1671", Form::Valid))),
            ("745 49 1671", Some(("745-49-1671", Form::Valid))),
            ("745491671", Some(("745-49-1671", Form::Valid))),
            ("7A5-49-1671", None),
            ("000-12-3456", Some(("000-12-3456", Form::Invalid))),
            ("666-12-3456", Some(("666-12-3456", Form::Invalid))),
            ("900-12-3456", Some(("900-12-3456", Form::Invalid))),
            ("123-00-4567", Some(("123-00-4567", Form::Invalid))),
            ("123-45-0000", Some(("123-45-0000", Form::Invalid))),
            ("123-45-678", None),
            ("xxx-xx-1234", None),
            ("***-**-1234", None),
        ];
        for (text, want) in table {
            assert_eq!(ssn(text).as_ref().map(|v| (v.text.as_str(), v.form)), want, "{text}");
        }
    }

    #[test]
    fn provider_numbers_carry_their_check_digit() {
        // The standard's own example is 1234567893.
        assert_eq!(npi("1234567893").map(|v| v.form), Some(Form::Checked));
        assert_eq!(npi("1234567890").map(|v| v.form), Some(Form::Invalid));
        assert_eq!(npi("I234567893").map(|v| (v.form, v.mended())), Some((Form::Checked, true)));
        assert_eq!(npi("I234567890"), None);
        assert_eq!(npi("123456789"), None);
    }

    #[test]
    fn identifiers_lose_their_blanks() {
        let table = [
            ("00-12-34-56", Some("00-12-34-56")),
            ("M830466", Some("M830466")),
            ("(05837352", Some("05837352")),
            ("XYZ 123 456", Some("XYZ123456")),
            ("658910-9", Some("658910-9")),
            ("09-22-1967", None),
            ("503-555-0123", None),
            ("Smith", None),
            ("12", None),
        ];
        for (text, want) in table {
            assert_eq!(identifier(text, 3).map(|v| v.text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn addresses_come_apart() {
        let people = people();
        let table: [(&[&str], [Option<&str>; 4]); 9] = [
            (&["4427 N. 3rd Dr., Apt 17A, Bend, OR 97701"], [Some("4427 N. 3rd Dr., Apt 17A"), Some("Bend"), Some("OR"), Some("97701")]),
            (
                &["5877 E. LINCOLN STREET", "WALLA WALLA, WA 99362"],
                [Some("5877 E. Lincoln Street"), Some("Walla Walla"), Some("WA"), Some("99362")],
            ),
            (
                &["215 E. Willow Bend Drive #93, Salem, OR 97301"],
                [Some("215 E. Willow Bend Drive #93"), Some("Salem"), Some("OR"), Some("97301")],
            ),
            (&["12 Elm Street Salem OR 97301-1234"], [Some("12 Elm Street"), Some("Salem"), Some("OR"), Some("97301-1234")]),
            (&["8355 Quarry Avenue, Apt 359A"], [Some("8355 Quarry Avenue, Apt 359A"), None, None, None]),
            (&["Eureka, CA 95501"], [None, Some("Eureka"), Some("CA"), Some("95501")]),
            (&["9 Elm Street", "Apt 3, Salem, Oregon 97301"], [Some("9 Elm Street, Apt 3"), Some("Salem"), Some("OR"), Some("97301")]),
            (&["27SE Umatilla Place"], [Some("27 SE Umatilla Place"), None, None, None]),
            (&["none"], [None, None, None, None]),
        ];
        for (lines, want) in table {
            let lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
            let got = address(&lines, &people).unwrap_or_default();
            let text = |v: &Option<Value>| v.as_ref().map(|v| v.text.clone());
            let want = want.map(|w| w.map(str::to_owned));
            assert_eq!([text(&got.line), text(&got.city), text(&got.state), text(&got.zip)], want, "{lines:?}");
        }
    }

    #[test]
    fn what_was_mended_is_kept() {
        let took = |at, read, taken| Step::Took { at, read, taken };
        assert_eq!(phone("503-555-O12l").map(|(v, _)| v.history), Some(vec![took(8, 'O', '0'), took(11, 'l', '1')]));
        assert_eq!(ssn("745-43-5Z99").map(|v| v.history), Some(vec![took(8, 'Z', '2')]));
        assert_eq!(zip("9B301").map(|v| v.history), Some(vec![took(1, 'B', '8')]));
        assert_eq!(phone("503-555-0121").map(|(v, _)| v.history), Some(vec![]));
        let date = |text: &str| crate::extract::dates::parse_until(text, 2020).map(|d| d.history);
        assert_eq!(date("09/2Z/1967"), Some(vec![took(4, 'Z', '2')]));
        assert_eq!(date("22/09/1967"), Some(vec![Step::SwappedDayAndMonth]));
        assert_eq!(date("9/22/67"), Some(vec![Step::SuppliedCentury]));
        assert!(!Step::SuppliedCentury.mends() && Step::SwappedDayAndMonth.mends());
        let names = |text: &str| crate::extract::demographics::names::parse(text, &people()).map(|p| (p.given, p.history));
        assert_eq!(names("Ann 0 Shaughnessy"), Some(("Ann".to_owned(), vec![took(4, '0', 'O')])));
        assert_eq!(names("Virginia, Minnesota"), None, "a place");
        assert_eq!(names("MarieC. Johnson"), Some(("Marie C".to_owned(), vec![Step::Parted { word: 0 }])));
        assert_eq!(names("Rob1nson, Mary"), Some(("Mary".to_owned(), vec![took(3, '1', 'l')])));
    }

    #[test]
    fn small_things() {
        let people = people();
        assert_eq!(email("Kristen.Walters46@Example.net,").map(|v| v.text).as_deref(), Some("kristen.walters46@example.net"));
        assert_eq!(email("none"), None);
        assert_eq!(zip("97301-1587").map(|v| v.text).as_deref(), Some("97301-1587"));
        assert_eq!(zip("9730l").map(|v| (v.text.clone(), v.mended())), Some(("97301".to_owned(), true)));
        assert_eq!(choice("Widowed", &people.marital), Some("W"));
        assert_eq!(choice("F.", &people.gender), Some("female"));
        assert_eq!(relationship("SON", &people).map(|v| v.text).as_deref(), Some("Son"));
        assert_eq!(relationship("12", &people), None);
    }
}
