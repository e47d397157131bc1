//! What is wrong with a file that a person wrote, and reading one so that everything wrong is found, not only the first thing.

use std::fmt;
use std::ops::Range;

use rapidfuzz::distance::osa;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as PlainError, StrDeserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Whether a finding stops a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// It can, and may not do what was meant.
    Warning,
}

/// One thing that is wrong, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file's name within its folder.
    pub file: String,
    /// 1-based line; `None` where the file as a whole is meant.
    pub line: Option<usize>,
    /// Whether it stops a run.
    pub severity: Severity,
    /// What is wrong.
    pub what: String,
    /// What to do, or what is allowed.
    pub help: Option<String>,
}

impl Finding {
    /// An error in a line of a file.
    pub(crate) fn error(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: Some(line), severity: Severity::Error, what: what.into(), help: None }
    }

    /// A warning about a file as a whole.
    pub(crate) fn about(file: &str, what: impl Into<String>, help: Option<String>) -> Self {
        Self { file: file.to_owned(), line: None, severity: Severity::Warning, what: what.into(), help }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        let severity = if self.severity == Severity::Error { "error" } else { "warning" };
        write!(f, ": {severity}: {}", self.what)?;
        match &self.help {
            Some(help) => write!(f, "\n  {help}"),
            None => Ok(()),
        }
    }
}

/// The 1-based line of a byte of a text.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1
}

/// `did you mean …?` where a known name is near, else all that is allowed.
pub(crate) fn suggestion<'a>(wrong: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let allowed: Vec<&str> = allowed.into_iter().collect();
    // `Patient.phone`: the last part of a name is what people remember of it.
    let last = |name: &str| name.rsplit_once('.').map(|(_, last)| last.to_lowercase());
    let mut alike = allowed.iter().filter(|name| last(wrong).is_some() && last(name) == last(wrong));
    if let (Some(name), None) = (alike.next(), alike.next()) {
        return Some(format!("did you mean `{name}`?"));
    }
    let lower = wrong.to_lowercase();
    // A third of the letters may be wrong; more is another word.
    let most = (wrong.chars().count() / 3).max(1);
    let near = allowed
        .iter()
        .map(|name| (osa::distance(lower.chars(), name.to_lowercase().chars()), *name))
        .min()
        .filter(|(distance, _)| *distance <= most);
    match near {
        Some((_, name)) => Some(format!("did you mean `{name}`?")),
        // Longer lists are for the documentation.
        None if allowed.is_empty() || allowed.len() > 50 => None,
        None => Some(format!("allowed: {}", allowed.join(", "))),
    }
}

/// Reads a word of a closed set that serde knows; otherwise gives the names of the set.
pub(crate) fn named<T: DeserializeOwned>(word: &str) -> Result<T, Vec<String>> {
    T::deserialize(StrDeserializer::<PlainError>::new(word)).map_err(|error| {
        let text = error.to_string();
        let names = text.rsplit_once("expected ").map_or("", |(_, names)| names);
        names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    })
}

/// A value with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct At<T> {
    /// The value.
    pub value: T,
    /// Bytes of the text.
    pub span: Range<usize>,
}

/// A file under reading: its text, and what was found wrong so far.
pub(crate) struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    findings: Vec<Finding>,
    /// How many of them say that the text is no TOML.
    broken: usize,
}

impl<'t> Reader<'t> {
    /// Parses a file; everything that is no TOML is a finding, and what can be told of the rest is read all the same.
    pub(crate) fn parse(file: &'t str, text: &'t str) -> (Spanned<DeTable<'t>>, Self) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut reader = Self { file, text, findings: Vec::new(), broken: 0 };
        for error in errors {
            reader.error(error.span().unwrap_or(0..0), error.message().trim().to_owned(), None);
        }
        reader.broken = reader.findings.len();
        (table, reader)
    }

    /// All that was found, by line. Of a text that is no TOML only that is said: what was made of the rest may be a misunderstanding.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        if self.broken > 0 {
            self.findings.truncate(self.broken);
        }
        self.findings.sort_by_key(|f| f.line);
        self.findings
    }

    fn add(&mut self, severity: Severity, span: &Range<usize>, what: String, help: Option<String>) {
        let line = Some(line_of(self.text, span.start));
        self.findings.push(Finding { file: self.file.to_owned(), line, severity, what, help });
    }

    /// Notes an error.
    pub(crate) fn error(&mut self, span: Range<usize>, what: impl Into<String>, help: Option<String>) {
        self.add(Severity::Error, &span, what.into(), help);
    }

    /// Notes a warning.
    pub(crate) fn warn(&mut self, span: Range<usize>, what: impl Into<String>, help: Option<String>) {
        self.add(Severity::Warning, &span, what.into(), help);
    }

    /// Notes every key that is not among the known ones.
    pub(crate) fn known(&mut self, table: &DeTable<'_>, place: &str, keys: &[&str]) {
        for key in table.keys() {
            let name = key.get_ref();
            if !keys.contains(&name.as_ref()) {
                self.error(key.span(), format!("`{name}` is not known {place}"), suggestion(name, keys.iter().copied()));
            }
        }
    }

    fn wrong_type<T>(&mut self, value: &Spanned<DeValue<'_>>, key: &str, wanted: &str) -> Option<T> {
        self.error(value.span(), format!("`{key}` has to be {wanted}"), None);
        None
    }

    /// A text.
    pub(crate) fn string(&mut self, table: &DeTable<'_>, key: &str) -> Option<At<String>> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(At { value: text.to_string(), span: value.span() }),
            _ => self.wrong_type(value, key, "a text in quotes"),
        }
    }

    /// A list of texts; empty if the key is not there. Empty texts are errors.
    pub(crate) fn strings(&mut self, table: &DeTable<'_>, key: &str) -> Vec<At<String>> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type::<()>(value, key, "a list of texts, [\"…\", \"…\"]");
            return Vec::new();
        };
        let mut out = Vec::new();
        for entry in array.iter() {
            match entry.get_ref() {
                DeValue::String(text) if text.chars().any(char::is_alphanumeric) => {
                    out.push(At { value: text.to_string(), span: entry.span() });
                }
                DeValue::String(_) => self.error(entry.span(), format!("a text of `{key}` holds no letter and no digit"), None),
                _ => drop(self.wrong_type::<()>(entry, key, "a list of texts, [\"…\", \"…\"]")),
            }
        }
        out
    }

    /// Yes or no; no if the key is not there.
    pub(crate) fn flag(&mut self, table: &DeTable<'_>, key: &str) -> bool {
        match table.get(key) {
            None => false,
            Some(value) => match value.get_ref() {
                DeValue::Boolean(flag) => *flag,
                _ => self.wrong_type(value, key, "true or false").unwrap_or(false),
            },
        }
    }

    fn plain_number(value: &DeValue<'_>) -> Option<f64> {
        let number: f64 = match value {
            DeValue::Float(number) => number.as_str().parse().ok()?,
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }

    /// A number.
    pub(crate) fn number(&mut self, table: &DeTable<'_>, key: &str) -> Option<At<f64>> {
        let value = table.get(key)?;
        match Self::plain_number(value.get_ref()) {
            Some(number) => Some(At { value: number, span: value.span() }),
            None => self.wrong_type(value, key, "a number"),
        }
    }

    /// A list of so many numbers.
    pub(crate) fn numbers<const N: usize>(&mut self, table: &DeTable<'_>, key: &str, wanted: &str) -> Option<At<[f64; N]>> {
        let value = table.get(key)?;
        let numbers: Option<Vec<f64>> = match value.get_ref() {
            DeValue::Array(array) => array.iter().map(|v| Self::plain_number(v.get_ref())).collect(),
            _ => None,
        };
        match numbers.and_then(|n| <[f64; N]>::try_from(n).ok()) {
            Some(numbers) => Some(At { value: numbers, span: value.span() }),
            None => self.wrong_type(value, key, wanted),
        }
    }

    /// The tables of a list of tables; empty if the key is not there.
    pub(crate) fn tables<'a, 'i>(&mut self, table: &'a DeTable<'i>, key: &str) -> Vec<(&'a DeTable<'i>, Range<usize>)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type::<()>(value, key, &format!("a list of tables, [[{key}]]"));
            return Vec::new();
        };
        let mut out = Vec::new();
        for entry in array.iter() {
            match entry.get_ref() {
                DeValue::Table(inner) => out.push((inner, entry.span())),
                _ => drop(self.wrong_type::<()>(entry, key, &format!("a list of tables, [[{key}]]"))),
            }
        }
        out
    }

    /// A table.
    pub(crate) fn table<'a, 'i>(&mut self, table: &'a DeTable<'i>, key: &str) -> Option<(&'a DeTable<'i>, Range<usize>)> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::Table(inner) => Some((inner, value.span())),
            _ => self.wrong_type(value, key, &format!("a table, [{key}]")),
        }
    }

    /// A name of a closed set, read by `parse`.
    pub(crate) fn word<T>(
        &mut self,
        word: &At<String>,
        what: &str,
        parse: impl Fn(&str) -> Option<T>,
        allowed: impl IntoIterator<Item = &'static str>,
    ) -> Option<T> {
        let parsed = parse(&word.value);
        if parsed.is_none() {
            self.error(word.span.clone(), format!("`{}` is not {what}", word.value), suggestion(&word.value, allowed));
        }
        parsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed() {
        let table = [
            ("onwer", Some("did you mean `owner`?")),
            ("Owner", Some("did you mean `owner`?")),
            ("Patient.phone", Some("did you mean `Patient.telecom.phone`?")),
            ("stie.toml", Some("did you mean `site.toml`?")),
            ("weight", Some("allowed: owner, labels.toml, site.toml, Patient.name, Patient.telecom.phone")),
        ];
        for (wrong, want) in table {
            let allowed = ["owner", "labels.toml", "site.toml", "Patient.name", "Patient.telecom.phone"];
            assert_eq!(suggestion(wrong, allowed).as_deref(), want, "{wrong}");
        }
        assert_eq!(suggestion("x", []), None);
    }
}
