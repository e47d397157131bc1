//! Printed dates to calendar dates with the precision that the paper has. Which field a date belongs to is left to the callers.
//!
//! Numbers are read in the American order, month before day; where the calendar forbids that order and allows the other, the
//! date is taken and marked as mended.

use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::model::Step;

/// Two-digit years up to this one belong to the years 2000; what is later belongs to the years 1900. Archives hold the past; a
/// paper's own date, where it is known, is the better limit ([`parse_until`]).
pub(crate) const LATEST_YEAR: i16 = 2035;

/// Years before this one are misread: no living chart holds them.
const EARLIEST_YEAR: i16 = 1850;

/// No more letters than this are mended to digits in one date.
const MOST_MENDED: usize = 2;

/// A date as exact as the paper has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PartialDate {
    /// The year with its century.
    pub year: i16,
    /// 1–12, if printed.
    pub month: Option<i8>,
    /// 1–31, if printed; never without a month.
    pub day: Option<i8>,
}

impl PartialDate {
    /// Checks year and calendar.
    pub(crate) fn new(year: i16, month: Option<i8>, day: Option<i8>) -> Option<Self> {
        if !(EARLIEST_YEAR..=2099).contains(&year) || (month.is_none() && day.is_some()) {
            return None;
        }
        jiff::civil::Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?;
        Some(Self { year, month, day })
    }

    /// Whether the day is known.
    pub(crate) fn is_full(&self) -> bool {
        self.day.is_some()
    }
}

/// `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

/// A date that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadDate {
    /// The date.
    pub date: PartialDate,
    /// Whether letters were taken for digits, or day and month changed places.
    pub mended: bool,
    /// Whether the century was supplied.
    pub short_year: bool,
    /// What was done to get there; positions count from the date's first character.
    pub history: Vec<Step>,
}

/// A date within a run of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundDate {
    /// The date.
    pub read: ReadDate,
    /// Positions in the slice of words that was searched.
    pub words: Range<usize>,
}

/// Reads a text that is nothing but a date (blanks and points around it aside).
pub(crate) fn parse(text: &str) -> Option<ReadDate> {
    parse_until(text, LATEST_YEAR)
}

/// The same; two-digit years later than `latest` belong to the century before.
pub(crate) fn parse_until(text: &str, latest: i16) -> Option<ReadDate> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '_' | '|' | '(' | ')' | '[' | ']'));
    for (form, pattern) in FORMS.iter() {
        if let Some(found) = pattern.captures(text).filter(|c| c[0].len() == text.len())
            && let Some(read) = settle(*form, &found, latest)
        {
            return Some(read);
        }
    }
    run_together(text, latest)
}

/// Reads what stands beside a label that asks for a date, where it is no date by [`parse_until`]: strokes of a hand between month, day and
/// year are read as ones (`0511811925`). Elsewhere ten digits are a number.
pub(crate) fn parse_asked_for(text: &str, latest: i16) -> Option<ReadDate> {
    let chars: Vec<char> = text.chars().collect();
    let stroke = |k: usize| matches!(chars[k], '1' | '/' | 'l' | 'I' | '|');
    let rest = |k: usize| k == 2 || k == 5 || chars[k].is_ascii_digit();
    if chars.len() != 10 || !stroke(2) || !stroke(5) || !(0..10).all(rest) {
        return None;
    }
    let n = |r: Range<usize>| chars[r].iter().collect::<String>().parse::<i16>().ok();
    let small = |v: i16| i8::try_from(v).ok();
    let date = PartialDate::new(n(6..10)?, Some(small(n(0..2)?)?), Some(small(n(3..5)?)?)).filter(|d| d.year > 1880 && d.year <= latest)?;
    let took = |k: &usize| Step::Took { at: position(*k), read: chars[*k], taken: '/' };
    let history = [2, 5].iter().filter(|k| chars[**k] != '/').map(took).collect();
    Some(ReadDate { date, mended: true, short_year: false, history })
}

/// Finds every date of at least month and year in a run of words, from left to right, without overlap.
pub(crate) fn find(words: &[&str]) -> Vec<FoundDate> {
    find_until(words, LATEST_YEAR)
}

/// The same; two-digit years later than `latest` belong to the century before.
pub(crate) fn find_until(words: &[&str], latest: i16) -> Vec<FoundDate> {
    let text = words.join(" ");
    let mut starts = Vec::with_capacity(words.len());
    let mut at = 0;
    for word in words {
        starts.push(at);
        at += word.len() + 1;
    }
    let mut found = Vec::new();
    let mut from = 0;
    let mut before = None;
    for (start, c) in text.char_indices() {
        let border = (from > 0 && start == from + 1)
            || before.is_none_or(|b: char| !b.is_alphanumeric() && !matches!(b, '/' | '-' | '.' | '$' | '#'));
        before = Some(c);
        if start < from || !border || !(c.is_ascii_alphanumeric() || c == '|') {
            continue;
        }
        let rest = &text[start..];
        let hit = FORMS.iter().filter(|(form, _)| *form != Form::Year).find_map(|(form, pattern)| {
            let captures = pattern.captures(rest)?;
            let end = captures[0].len();
            let mut after = rest[end..].chars();
            let clear = match (after.next(), after.next()) {
                (Some(a), _) if a.is_alphanumeric() => false,
                // `01/02/2012-01/05/2012` is a span of two dates.
                (Some(a @ ('/' | '-' | '.')), Some(b)) if b.is_ascii_digit() => a == '-' && captures[0].contains('/'),
                (Some('%'), _) => false,
                _ => true,
            };
            // Two-digit years parted by points are more often numbers of sections.
            let numbering = *form == Form::MonthDayYear && captures[3].len() == 2 && captures[0].contains('.');
            if !clear || numbering {
                return None;
            }
            settle(*form, &captures, latest).map(|read| (read, start + end))
        });
        if let Some((read, end)) = hit {
            let first = starts.partition_point(|&s| s <= start) - 1;
            let last = starts.partition_point(|&s| s < end);
            found.push(FoundDate { read, words: first..last });
            from = end;
        }
    }
    found
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    YearMonthDay,
    MonthDayYear,
    DayNameYear,
    NameDayYear,
    NameYear,
    MonthYear,
    Year,
    /// One of the two strokes of `09/22/1967` was read as a digit.
    LostStroke,
}

/// The printed forms, most exact first. A digit class takes the letters that engines give for digits.
static FORMS: LazyLock<Vec<(Form, Regex)>> = LazyLock::new(|| {
    const D: &str = r"[0-9OoQIl|SsBZz]";
    const NAME: &str = r"([A-Za-z015]{3,9}?)";
    let sources = [
        (Form::YearMonthDay, format!(r"^({D}{{4}})[-/.]({D}{{1,2}})[-/.]({D}{{1,2}})")),
        (Form::MonthDayYear, format!(r"^({D}{{1,2}}) ?/ ?({D}{{1,2}}) ?/ ?({D}{{4}}|{D}{{2}})")),
        (Form::MonthDayYear, format!(r"^({D}{{1,2}}) ?- ?({D}{{1,2}}) ?- ?({D}{{4}}|{D}{{2}})")),
        (Form::MonthDayYear, format!(r"^({D}{{1,2}})\. ?({D}{{1,2}})\. ?({D}{{4}}|{D}{{2}})")),
        (Form::MonthDayYear, format!(r"^({D}{{2}}) ({D}{{2}}) ({D}{{4}})")),
        (Form::LostStroke, format!(r"^({D}{{2}})([/17Il|])({D}{{2}})([/17Il|])({D}{{4}})")),
        (
            Form::DayNameYear,
            format!(r"^({D}{{1,2}})(?:st|nd|rd|th)?(?: ?[-./,] ?| )?(?:day )?(?:of )?{NAME}(?:[.,]? ?[-/,]? ?)'?({D}{{4}}|{D}{{2}})"),
        ),
        (Form::NameDayYear, format!(r"^{NAME}(?:[.]? ?[-/]? ?)({D}{{1,2}})(?:st|nd|rd|th)?(?: ?[,./-] ?| )'?({D}{{4}}|{D}{{2}})")),
        (Form::NameYear, format!(r"^{NAME}(?:[.,]? ?[-/]? ?)({D}{{4}})")),
        (Form::MonthYear, format!(r"^({D}{{1,2}}) ?[-/] ?({D}{{4}})")),
        (Form::Year, format!(r"^({D}{{4}})")),
    ];
    sources.into_iter().filter_map(|(form, source)| Regex::new(&source).ok().map(|r| (form, r))).collect()
});

fn settle(form: Form, found: &Captures<'_>, latest: i16) -> Option<ReadDate> {
    let mut history = Vec::new();
    let mut number = |group: usize| -> Option<i16> {
        let text = found.get(group)?;
        let before = history.len();
        let digits = digits(text.as_str(), text.start(), &mut history)?;
        // A number all of letters is a word.
        (history.len() - before < text.len()).then_some(())?;
        digits.parse().ok()
    };
    let (mut year, mut month, mut day, short) = match form {
        Form::YearMonthDay => (number(1)?, Some(number(2)?), Some(number(3)?), false),
        Form::MonthDayYear => (number(3)?, Some(number(1)?), Some(number(2)?), found[3].len() == 2),
        Form::LostStroke => {
            let strokes = [found.get(2)?, found.get(4)?];
            if strokes.iter().all(|s| s.as_str() != "/") {
                return None;
            }
            let read = (number(5)?, Some(number(1)?), Some(number(3)?), false);
            let taken = strokes.iter().filter(|s| s.as_str() != "/").filter_map(|s| Some((s.start(), s.as_str().chars().next()?)));
            history.extend(taken.map(|(at, read)| Step::Took { at: position(at), read, taken: '/' }));
            read
        }
        Form::DayNameYear => (number(3)?, None, Some(number(1)?), found[3].len() == 2),
        Form::NameDayYear => (number(3)?, None, Some(number(2)?), found[3].len() == 2),
        Form::NameYear => (number(2)?, None, None, false),
        Form::MonthYear => (number(2)?, Some(number(1)?), None, false),
        Form::Year => (number(1)?, None, None, false),
    };
    let name = match form {
        Form::DayNameYear => Some(&found[2]),
        Form::NameDayYear | Form::NameYear => Some(&found[1]),
        _ => None,
    };
    if let Some(name) = name {
        let (m, changed) = month_of(name)?;
        month = Some(i16::from(m));
        history.extend(changed.then_some(Step::NearMonth));
    }
    if short {
        year += if 2000 + year <= latest { 2000 } else { 1900 };
    }
    if history.len() > MOST_MENDED {
        return None;
    }
    if short {
        history.push(Step::SuppliedCentury);
    }
    if let (Some(m), Some(d)) = (month, day)
        && m > 12
        && d <= 12
        && matches!(form, Form::MonthDayYear)
    {
        (month, day) = (Some(d), Some(m));
        history.push(Step::SwappedDayAndMonth);
    }
    let small = |n: Option<i16>| n.map(i8::try_from).transpose().ok();
    let date = PartialDate::new(year, small(month)?, small(day)?)?;
    let mended = history.iter().any(|s| s.mends());
    Some(ReadDate { date, mended, short_year: short, history })
}

/// Eight digits without anything between: month, day, year; or year, month, day.
fn run_together(text: &str, latest: i16) -> Option<ReadDate> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let n = |r: Range<usize>| text[r].parse::<i16>().ok();
    let small = |v: i16| i8::try_from(v).ok();
    let american = PartialDate::new(n(4..8)?, Some(small(n(0..2)?)?), Some(small(n(2..4)?)?));
    let date = match american.filter(|d| d.year > 1880 && d.year <= latest) {
        Some(date) => date,
        None => PartialDate::new(n(0..4)?, Some(small(n(4..6)?)?), Some(small(n(6..8)?)?))?,
    };
    Some(ReadDate { date, mended: false, short_year: false, history: Vec::new() })
}

/// Digits of a text of digits and letters that look like digits; every letter that was taken for one is noted, with its place
/// counted from `start`. `None` where no digit looks like a character.
pub(crate) fn digits(text: &str, start: usize, history: &mut Vec<Step>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for (k, c) in text.chars().enumerate() {
        let digit = digit_for(c)?;
        if digit != c {
            history.push(Step::Took { at: position(start + k), read: c, taken: digit });
        }
        out.push(digit);
    }
    Some(out)
}

/// A position as it is kept.
pub(crate) fn position(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// The digit that an engine may have meant with a character; `None` where no digit looks like it.
pub(crate) fn digit_for(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' => c,
        'O' | 'o' | 'Q' => '0',
        'I' | 'l' | '|' => '1',
        'Z' | 'z' => '2',
        'S' | 's' => '5',
        'B' => '8',
        _ => return None,
    })
}

/// Number of a month by its name or abbreviation, and whether OCR confusions had to be mended.
fn month_of(name: &str) -> Option<(i8, bool)> {
    const MONTHS: [&str; 12] =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    let lower = name.to_ascii_lowercase();
    let exact = |text: &str| {
        MONTHS.iter().position(|m| *m == text || (text.len() == 3 && m.starts_with(text)) || (*m == "september" && text == "sept"))
    };
    let number = |index: usize| i8::try_from(index + 1).ok();
    if let Some(index) = exact(&lower) {
        return Some((number(index)?, false));
    }
    let letters: String = lower
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' => 'l',
            '5' => 's',
            c => c,
        })
        .collect();
    if let Some(index) = exact(&letters) {
        return Some((number(index)?, true));
    }
    // One wrong letter in a long name leaves no doubt which month it is.
    let near = MONTHS.iter().position(|m| m.len() >= 5 && rapidfuzz::distance::levenshtein::distance(m.chars(), letters.chars()) <= 1)?;
    Some((number(near)?, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_printed_form_is_read() {
        let table = [
            ("09/22/1967", "1967-09-22", false),
            ("9-22-67", "1967-09-22", false),
            ("9/22/67", "1967-09-22", false),
            ("22 Sep 1967", "1967-09-22", false),
            ("22-SEP-1967", "1967-09-22", false),
            ("22Sep1967", "1967-09-22", false),
            ("Sept. 22, 1967", "1967-09-22", false),
            ("SEP 22 1967", "1967-09-22", false),
            ("September 22nd, 1967", "1967-09-22", false),
            ("22nd day of September, 1967", "1967-09-22", false),
            ("1967-09-22", "1967-09-22", false),
            ("09.22.1967", "1967-09-22", false),
            ("09 / 22 / 1967", "1967-09-22", false),
            ("09 22 1967", "1967-09-22", false),
            ("09221967", "1967-09-22", false),
            ("19670922", "1967-09-22", false),
            ("02/29/2012", "2012-02-29", false),
            ("3/4/12", "2012-03-04", false),
            ("03/1967", "1967-03", false),
            ("Mar 1967", "1967-03", false),
            ("March, 1967", "1967-03", false),
            ("1967", "1967", false),
            (" 09/22/1967.", "1967-09-22", false),
            // Slips of the engine, mended where the form decides.
            ("O9/22/1967", "1967-09-22", true),
            ("09/22/I967", "1967-09-22", true),
            ("0S/22/19B7", "1987-05-22", true),
            ("0ct 3, 1999", "1999-10-03", true),
            ("Septemher 3, 1999", "1999-09-03", true),
            ("09/2211967", "1967-09-22", true),
            ("09122/1967", "1967-09-22", true),
            // The calendar decides the order.
            ("22/09/1967", "1967-09-22", true),
        ];
        for (text, want, mended) in table {
            let got = parse(text).unwrap_or_else(|| panic!("{text} is no date"));
            assert_eq!((got.date.to_string().as_str(), got.mended), (want, mended), "{text}");
        }
    }

    #[test]
    fn ones_are_slashes_where_a_label_asks_for_a_date() {
        for (text, want) in
            [("0912211967", Some("1967-09-22")), ("1311211967", None), ("0912211867", None), ("0922211967", None), ("091221196", None)]
        {
            assert_eq!(parse_asked_for(text, 2012).map(|read| read.date.to_string()).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let table = [
            "",
            "02/30/2012",
            "02/29/2011",
            "13/13/2012",
            "00/10/1999",
            "503-555-0123",
            "123-45-6789",
            "120/80",
            "4.5-11.0",
            "1799",
            "SOB/BO/1999",
            "Smith 22, 1967",
            "page 1 of 2",
            "0912211967",
            "99999999",
            "1/2",
            "12",
            "may",
            "é/é/1999",
        ];
        for text in table {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn short_years_are_settled_by_the_limit() {
        let year = |text, latest| parse_until(text, latest).map(|d| d.date.year);
        assert_eq!(year("1/2/34", 2012), Some(1934));
        assert_eq!(year("1/2/12", 2012), Some(2012));
        assert_eq!(year("1/2/13", 2012), Some(1913));
        assert_eq!(year("1/2/1913", 2012), Some(1913));
    }

    #[test]
    fn dates_are_found_among_words() {
        type Found<'a> = &'a [(&'a str, Range<usize>)];
        let table: [(&str, Found<'_>); 9] = [
            ("DOB: 9/22/1967 Sex: F", &[("1967-09-22", 1..2)]),
            ("DOB:9/22/1967", &[("1967-09-22", 0..1)]),
            ("seen on Sept. 22, 1967 and 3 Oct 1968.", &[("1967-09-22", 2..5), ("1968-10-03", 6..9)]),
            ("from 01/02/2012-01/05/2012", &[("2012-01-02", 1..2), ("2012-01-05", 1..2)]),
            ("from 01/02/2012 - 01/05/2012", &[("2012-01-02", 1..2), ("2012-01-05", 3..4)]),
            ("call 503-555-0123 or 123-45-6789", &[]),
            ("range 4.5-11.0 at 120/80, see 1.2.10", &[]),
            ("surgery in 1998", &[]),
            ("(since 03/1998)", &[("1998-03", 1..2)]),
        ];
        for (text, want) in table {
            let words: Vec<&str> = text.split(' ').collect();
            let got: Vec<(String, Range<usize>)> = find(&words).into_iter().map(|f| (f.read.date.to_string(), f.words)).collect();
            let want: Vec<(String, Range<usize>)> = want.iter().map(|(d, r)| ((*d).to_owned(), r.clone())).collect();
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(FORMS.len(), 11);
    }
}
