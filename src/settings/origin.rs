//! Where each setting came from, and the tables that are laid over one another.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use toml::{Table, Value};

use super::{Settings, SettingsError};

/// Who set a setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Nobody: it is built in.
    #[default]
    Default,
    /// The settings file.
    File(PathBuf),
    /// An environment variable.
    Environment(&'static str),
    /// The command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag => f.write_str("command line"),
        }
    }
}

/// Who set what; what is not named is a default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<String, Origin>);

/// One setting in full.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its dotted name.
    pub key: String,
    /// Its value.
    pub value: Value,
}

impl Origins {
    /// Who set `key`.
    pub fn of(&self, key: &str) -> Origin {
        self.0.get(key).cloned().unwrap_or_default()
    }

    /// All settings one by one, in the order of the sections.
    pub fn flat(&self, settings: &Settings) -> Result<Vec<Line>, SettingsError> {
        let table = Table::try_from(settings).map_err(|source| SettingsError::Render { source })?;
        let mut lines = Vec::new();
        flatten("", &table, &mut lines);
        Ok(lines)
    }

    /// The settings as a file that could be given to `--config`, each with its origin as a comment.
    pub fn render(&self, settings: &Settings) -> Result<String, SettingsError> {
        let mut text = String::new();
        let mut section = String::new();
        for Line { key, value } in self.flat(settings)? {
            let (head, name) = key.rsplit_once('.').unwrap_or(("", &key));
            if head != section {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&format!("[{head}]\n"));
                section = head.to_owned();
            }
            text.push_str(&format!("{name} = {}  # {}\n", plain(&value), self.of(&key)));
        }
        Ok(text)
    }
}

/// A value as a person would write it: 0.8 kept in 32 bits is 0.800000011920929 in the 64 bits of TOML.
fn plain(value: &Value) -> String {
    match value {
        Value::Float(wide) if f64::from(*wide as f32) == *wide => {
            Value::Float((*wide as f32).to_string().parse().unwrap_or(*wide)).to_string()
        }
        other => other.to_string(),
    }
}

/// Plain values of a table come before its sub-tables, as TOML wants it.
fn flatten(prefix: &str, table: &Table, lines: &mut Vec<Line>) {
    let name = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    for (key, value) in table.iter().filter(|(_, value)| !value.is_table()) {
        lines.push(Line { key: name(key), value: value.clone() });
    }
    for (key, value) in table {
        if let Value::Table(inner) = value {
            flatten(&name(key), inner, lines);
        }
    }
}

pub(super) fn defaults() -> Result<Table, SettingsError> {
    Table::try_from(Settings::default()).map_err(|source| SettingsError::Render { source })
}

/// Lays `over` onto `table`, leaf by leaf.
pub(super) fn overlay(table: &mut Table, over: &Table, origin: &Origin, origins: &mut Origins) {
    let mut lines = Vec::new();
    flatten("", over, &mut lines);
    for Line { key, value } in lines {
        set(table, &key, value, origin.clone(), origins);
    }
}

/// Sets one value by its dotted name.
pub(super) fn set(table: &mut Table, key: &str, value: Value, origin: Origin, origins: &mut Origins) {
    let mut at = table;
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            at.insert(part.to_owned(), value);
            break;
        }
        let inner = at.entry(part.to_owned()).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(inner) = inner else { return };
        at = inner;
    }
    origins.0.insert(key.to_owned(), origin);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_loaded_again() {
        let mut origins = Origins::default();
        let mut table = defaults().unwrap();
        set(&mut table, "run.jobs", Value::Integer(4), Origin::Flag, &mut origins);
        let settings: Settings = table.try_into().unwrap();
        let text = origins.render(&settings).unwrap();
        assert!(text.contains("[run]\njobs = 4  # command line\n"), "{text}");
        assert!(text.contains("# default"));
        assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
    }
}
