//! Names of tests, units, flags and result words: config/tests.toml and config/units.toml made ready for look-up.

use std::collections::{BTreeMap, BTreeSet};

use rapidfuzz::fuzz;
use serde::Deserialize;

use crate::extract::vocabulary::{VocabularyError, from_toml};

/// Least likeness of a misread name to the one it is taken for. What is found so is a suggestion only.
const LIKE: f64 = 0.8;

/// Shorter names than this must match to the letter.
const SHORTEST_LIKE: usize = 4;

/// Most words that a name is made of.
pub(super) const LONGEST_NAME: usize = 5;

/// Columns of a table of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Test,
    Result,
    Flag,
    Unit,
    Range,
}

/// A test or vital sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    pub loinc: String,
    /// Usual unit (UCUM) and others in which it is given.
    pub units: Vec<String>,
    /// What is physically possible.
    pub possible: Option<(f64, f64)>,
    /// Gives a word, not a number.
    pub words: bool,
    pub urine: bool,
    pub vital: bool,
}

/// What a printed name may mean.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NameHit<'a> {
    /// Indices of the tests that bear it, in the order of the list.
    pub tests: &'a [usize],
    /// The name as the list spells it.
    pub spelt: &'a str,
    /// 1.0 to the letter.
    pub likeness: f32,
    /// Believed only in company.
    pub short: bool,
}

/// A result that is a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordKind {
    Normal,
    Abnormal,
}

#[derive(Clone, Debug, PartialEq)]
struct Name {
    spelt: String,
    tests: Vec<usize>,
    short: bool,
}

/// The lists of this room.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Terms {
    tests: Vec<Test>,
    names: BTreeMap<String, Name>,
    pub(super) heads: Vec<(Role, Vec<String>)>,
    urine_panels: BTreeSet<String>,
    result_headings: BTreeSet<String>,
    vital_headings: BTreeSet<String>,
    words: BTreeMap<String, WordKind>,
    flags: BTreeMap<String, &'static str>,
    units: BTreeMap<String, (String, bool)>,
    pressure: BTreeSet<String>,
    pub(super) systolic: usize,
    pub(super) diastolic: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestsFile {
    heads: BTreeMap<String, Vec<String>>,
    panels: Panels,
    words: Words,
    flags: BTreeMap<String, Vec<String>>,
    group: Vec<GroupEntry>,
    blood_pressure: Pressure,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Panels {
    urine: Vec<String>,
    results: Vec<String>,
    vitals: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    normal: Vec<String>,
    abnormal: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    #[serde(rename = "about")]
    _about: String,
    #[serde(default)]
    urine: bool,
    #[serde(default)]
    vital: bool,
    tests: Vec<TestEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestEntry {
    loinc: String,
    unit: Option<String>,
    #[serde(default)]
    also: Vec<String>,
    possible: Option<(f64, f64)>,
    result: Option<String>,
    names: Vec<String>,
    #[serde(default)]
    short: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressure {
    names: Vec<String>,
    systolic: String,
    diastolic: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitsFile {
    unit: Vec<UnitEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitEntry {
    ucum: String,
    names: Vec<String>,
    #[serde(default)]
    misread: Vec<String>,
}

impl Terms {
    /// Reads both lists.
    ///
    /// # Errors
    /// A list of another form, a code that names nothing, a role or flag that is not known.
    pub(crate) fn parse(tests: &str, units: &str) -> Result<Self, VocabularyError> {
        let file: TestsFile = from_toml("tests.toml", tests)?;
        let unit_file: UnitsFile = from_toml("units.toml", units)?;
        let wrong = |reason: String| VocabularyError::Parse { file: "tests.toml".to_owned(), reason };
        let mut heads = Vec::new();
        for (role, names) in file.heads {
            let role = match role.as_str() {
                "test" => Role::Test,
                "result" => Role::Result,
                "flag" => Role::Flag,
                "unit" => Role::Unit,
                "range" => Role::Range,
                other => return Err(wrong(format!("heads names `{other}`, which is no column"))),
            };
            heads.push((role, names));
        }
        let mut flags = BTreeMap::new();
        for (code, names) in file.flags {
            let code = ["HH", "LL", "H", "L", "A", "N"]
                .into_iter()
                .find(|c| *c == code)
                .ok_or_else(|| wrong(format!("flags names `{code}`, which is no interpretation")))?;
            flags.extend(names.iter().map(|n| (n.to_lowercase(), code)));
        }
        let mut all = Vec::new();
        let mut names: BTreeMap<String, Name> = BTreeMap::new();
        for group in file.group {
            for entry in group.tests {
                let index = all.len();
                for (name, short) in entry.names.iter().map(|n| (n, false)).chain(entry.short.iter().map(|n| (n, true))) {
                    let known = names.entry(squeeze(name)).or_insert_with(|| Name { spelt: name.clone(), tests: Vec::new(), short });
                    known.short &= short;
                    if !known.tests.contains(&index) {
                        known.tests.push(index);
                    }
                }
                all.push(Test {
                    units: entry.unit.into_iter().chain(entry.also).collect(),
                    loinc: entry.loinc,
                    possible: entry.possible,
                    words: entry.result.as_deref() == Some("words"),
                    urine: group.urine,
                    vital: group.vital,
                });
            }
        }
        let by_code = |code: &str| all.iter().position(|t| t.loinc == code).ok_or_else(|| wrong(format!("no test has the code {code}")));
        let set = |list: &[String]| list.iter().map(|n| squeeze(n)).collect::<BTreeSet<String>>();
        let mut by_unit = BTreeMap::new();
        for unit in &unit_file.unit {
            for (name, misread) in unit.names.iter().map(|n| (n, false)).chain(unit.misread.iter().map(|n| (n, true))) {
                by_unit.entry(unit_key(name)).or_insert_with(|| (unit.ucum.clone(), misread));
            }
            by_unit.entry(unit_key(&unit.ucum)).or_insert_with(|| (unit.ucum.clone(), false));
        }
        let words = file
            .words
            .normal
            .iter()
            .map(|w| (word_key(w), WordKind::Normal))
            .chain(file.words.abnormal.iter().map(|w| (word_key(w), WordKind::Abnormal)))
            .collect();
        Ok(Self {
            systolic: by_code(&file.blood_pressure.systolic)?,
            diastolic: by_code(&file.blood_pressure.diastolic)?,
            tests: all,
            names,
            heads,
            urine_panels: set(&file.panels.urine),
            result_headings: set(&file.panels.results),
            vital_headings: set(&file.panels.vitals),
            words,
            flags,
            units: by_unit,
            pressure: set(&file.blood_pressure.names),
        })
    }

    pub(super) fn test(&self, index: usize) -> &Test {
        &self.tests[index]
    }

    /// The name, to the letter (case, points and what OCR confuses apart).
    pub(super) fn exact(&self, text: &str) -> Option<NameHit<'_>> {
        let name = self.names.get(&squeeze(text))?;
        Some(NameHit { tests: &name.tests, spelt: &name.spelt, likeness: 1.0, short: name.short })
    }

    /// The name, to the letter or misread a little.
    pub(super) fn like(&self, text: &str) -> Option<NameHit<'_>> {
        self.exact(text).or_else(|| self.nearest(text, |_| true))
    }

    /// The name of a vital sign, to the letter or misread a little.
    pub(super) fn like_vital(&self, text: &str) -> Option<NameHit<'_>> {
        let vital = |name: &NameHit<'_>| name.tests.iter().any(|&t| self.tests[t].vital);
        self.exact(text).filter(vital).or_else(|| self.nearest(text, |name| name.tests.iter().any(|&t| self.tests[t].vital)))
    }

    fn nearest(&self, text: &str, among: impl Fn(&Name) -> bool) -> Option<NameHit<'_>> {
        let key = squeeze(text);
        let length = key.chars().count();
        if !(SHORTEST_LIKE..=40).contains(&length) {
            return None;
        }
        let mut best: Option<(f64, &Name)> = None;
        let mut rival = 0.0_f64;
        for (known, name) in &self.names {
            let other = known.chars().count();
            // Lengths too far apart cannot be like enough.
            if other + 1 < SHORTEST_LIKE || 2.0 * other.min(length) as f64 / ((other + length) as f64) < LIKE || !among(name) {
                continue;
            }
            let ratio = fuzz::ratio(key.chars(), known.chars());
            match best {
                Some((b, of)) if ratio <= b => {
                    if of.tests != name.tests {
                        rival = rival.max(ratio);
                    }
                }
                _ => {
                    if let Some((b, of)) = best
                        && of.tests != name.tests
                    {
                        rival = rival.max(b);
                    }
                    best = Some((ratio, name));
                }
            }
        }
        // As like to two tests as to one: neither.
        let (ratio, name) = best.filter(|(ratio, _)| *ratio >= LIKE && *ratio > rival + 0.01)?;
        Some(NameHit { tests: &name.tests, spelt: &name.spelt, likeness: ratio as f32, short: false })
    }

    pub(super) fn is_pressure(&self, text: &str) -> bool {
        self.pressure.contains(&squeeze(text))
    }

    pub(super) fn is_urine_panel(&self, text: &str) -> bool {
        self.urine_panels.contains(&squeeze(text))
    }

    pub(super) fn is_result_heading(&self, text: &str) -> bool {
        self.result_headings.contains(&squeeze(text))
    }

    pub(super) fn is_vital_heading(&self, text: &str) -> bool {
        self.vital_headings.contains(&squeeze(text))
    }

    pub(super) fn word(&self, text: &str) -> Option<WordKind> {
        self.words.get(&word_key(text)).copied()
    }

    /// The result word that a misread one of five letters or more is most like.
    pub(super) fn word_like(&self, text: &str) -> Option<(&str, WordKind)> {
        let key = word_key(text);
        if key.chars().count() < 5 {
            return None;
        }
        self.words
            .iter()
            .filter(|(word, _)| word.chars().count() >= 5)
            .map(|(word, kind)| (fuzz::ratio(key.chars(), word.chars()), word.as_str(), *kind))
            .filter(|(ratio, ..)| *ratio >= 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, word, kind)| (word, kind))
    }

    pub(super) fn flag(&self, text: &str) -> Option<&'static str> {
        self.flags.get(&text.trim().trim_matches(['(', ')', '[', ']', '.', ',']).to_lowercase()).copied()
    }

    /// The UCUM code of a printed unit, and whether the form is a misreading.
    pub(super) fn unit(&self, text: &str) -> Option<(&str, bool)> {
        self.units.get(&unit_key(text)).map(|(code, misread)| (code.as_str(), *misread))
    }

    /// Which of several tests of one name is meant, and how well it fits: the unit decides, then the specimen, then whether the
    /// result is a word. `None` if there is no choice.
    pub(super) fn choose(&self, tests: &[usize], vital: bool, urine: bool, unit: Option<&str>, word: bool) -> Option<(usize, Fit)> {
        let mut best: Option<(i32, usize)> = None;
        for &index in tests.iter().filter(|&&i| self.tests[i].vital == vital) {
            let test = &self.tests[index];
            let mut score = if test.urine == urine { 2 } else { 0 };
            score += match unit {
                Some(unit) if test.units.first().is_some_and(|u| u == unit) => 4,
                Some(unit) if test.units.iter().any(|u| u == unit) => 3,
                Some(_) => -2,
                None => 0,
            };
            score += match (word, test.words) {
                (true, true) => 2,
                (true, false) | (false, true) => -2,
                (false, false) => 0,
            };
            if best.is_none_or(|(b, _)| score > b) {
                best = Some((score, index));
            }
        }
        let (_, index) = best?;
        let test = &self.tests[index];
        let fit = match unit {
            Some(unit) if test.units.iter().any(|u| u == unit) => Fit::Unit,
            Some(_) => Fit::OtherUnit,
            None => Fit::NoUnit,
        };
        Some((index, fit))
    }
}

/// How a printed unit fits the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is one of the test's units.
    Unit,
    /// None is printed.
    NoUnit,
    /// It is not one of the test's: the test, or the unit, is another.
    OtherUnit,
}

fn confusable(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'i' | '|' => 'l',
        '5' => 's',
        '8' => 'b',
        other => other,
    }
}

/// Lower case, letters, digits and the percent sign alone, with what OCR confuses made the same.
pub(super) fn squeeze(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '%' | '|' | '€'))
        .flat_map(char::to_lowercase)
        .map(|c| if c == '€' { 'c' } else { confusable(c) })
        .collect()
}

/// Units keep their signs: `/`, `%`, `*`, `^` tell them apart.
fn unit_key(text: &str) -> String {
    text.trim()
        .trim_matches(['.', ',', ';', '“', '”', '‘', '’', '_', '"'])
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '_' | '“' | '”'))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'µ' || c == 'μ' { 'u' } else { confusable(c) })
        .collect()
}

fn word_key(text: &str) -> String {
    text.trim().trim_end_matches(['.', ',']).to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(super) fn embedded() -> Terms {
    Terms::parse(include_str!("../../../config/tests.toml"), include_str!("../../../config/units.toml")).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str, urine: bool, unit: Option<&str>, word: bool) -> Option<String> {
        let terms = embedded();
        let hit = terms.like(name)?;
        terms.choose(hit.tests, false, urine, unit, word).map(|(t, _)| terms.test(t).loinc.clone())
    }

    #[test]
    fn names_find_their_codes() {
        for (name, urine, unit, word, want) in [
            ("Sodium", false, Some("mmol/L"), false, Some("2951-2")),
            ("SODIUM", false, None, false, Some("2951-2")),
            ("C02", false, Some("mmol/L"), false, Some("2028-9")),
            ("Cholesterol, total", false, Some("mg/dL"), false, Some("2093-3")),
            ("Neutrophils", false, Some("%"), false, Some("770-8")),
            ("Neutrophils", false, Some("10*3/uL"), false, Some("751-8")),
            ("Glucose", false, Some("mg/dL"), false, Some("2345-7")),
            ("Glucose", true, None, true, Some("25428-4")),
            ("Protein", true, None, true, Some("20454-5")),
            ("WBC", false, Some("10*3/uL"), false, Some("6690-2")),
            ("WBC", true, Some("/[HPF]"), false, Some("5821-4")),
            ("Hernoglobin", false, Some("g/dL"), false, Some("718-7")),
            ("Wednesday", false, None, false, None),
        ] {
            assert_eq!(code(name, urine, unit, word).as_deref(), want, "{name} {unit:?}");
        }
    }

    #[test]
    fn units_become_ucum() {
        let terms = embedded();
        for (text, want) in [
            ("mg/dl", "mg/dL"),
            ("ulU/mL", "u[IU]/mL"),
            ("K/uL", "10*3/uL"),
            ("10^3/uL", "10*3/uL"),
            ("x10³/µL", "10*3/uL"),
            ("mm Hg", "mm[Hg]"),
            ("bpm__", "/min"),
            ("Ib", "[lb_av]"),
            ("degrees F", "[degF]"),
            ("lbs.", "[lb_av]"),
            ("kg/m2", "kg/m2"),
        ] {
            assert_eq!(terms.unit(text).map(|u| u.0), Some(want), "{text}");
        }
        assert_eq!(terms.unit("1043/uL"), Some(("10*3/uL", true)));
        assert_eq!(terms.unit("mg"), None);
    }

    #[test]
    fn every_test_is_sound() {
        let terms = embedded();
        assert!(terms.tests.len() > 150);
        for test in &terms.tests {
            let (number, check) = test.loinc.rsplit_once('-').unwrap();
            assert_eq!(check, luhn(number).to_string(), "check digit of {}", test.loinc);
            assert!(test.words || test.possible.is_some_and(|(low, high)| low < high), "{}", test.loinc);
        }
    }

    /// The check digit of LOINC codes is mod 10 as of account numbers (LOINC Users' Guide, appendix on check digits).
    fn luhn(number: &str) -> u32 {
        let sum: u32 = number
            .chars()
            .rev()
            .filter_map(|c| c.to_digit(10))
            .enumerate()
            .map(|(k, d)| if k % 2 == 0 { (2 * d) / 10 + (2 * d) % 10 } else { d })
            .sum();
        (10 - sum % 10) % 10
    }

    #[test]
    fn wrong_lists_are_refused() {
        let units = include_str!("../../../config/units.toml");
        let tests = include_str!("../../../config/tests.toml");
        for (from, to, word) in
            [("systolic = ", "systolic = \"1-8\" # ", "1-8"), ("\nflag = ", "\nflagg = ", "flagg"), ("\nHH = ", "\nXX = ", "XX")]
        {
            let error = Terms::parse(&tests.replacen(from, to, 1), units).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
