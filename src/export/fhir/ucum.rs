//! Units: whether a code is one of UCUM's, and how the paper wrote it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::super::squeeze;

/// The building blocks of config/ucum.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    prefixes: BTreeSet<String>,
    metric: BTreeSet<String>,
    plain: BTreeSet<String>,
}

/// The part of config/units.toml that is needed here.
#[derive(Deserialize)]
struct Units {
    unit: Vec<PrintedUnit>,
}

#[derive(Deserialize)]
struct PrintedUnit {
    ucum: String,
    names: BTreeSet<String>,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("../../../config/ucum.toml")).expect("config/ucum.toml is compiled in and tested"));

/// Ways to print a unit, in lower case and without blanks, by UCUM code.
static PRINTED: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let units: Units = toml::from_str(include_str!("../../../config/units.toml")).expect("config/units.toml is compiled in and tested");
    units.unit.into_iter().map(|unit| (unit.ucum, unit.names.iter().map(|name| folded(name)).collect())).collect()
});

fn folded(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// A unit as it leaves: what the paper says, and its code if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// For people.
    pub written: String,
    /// UCUM's code.
    pub code: Option<String>,
}

impl Unit {
    /// The unit of a value, and the words on the paper that it was read from. These are kept only where they are a known way to print the unit, so
    /// that a misread letter is not passed on beside a right code.
    pub fn of(value: &str, raw: &str) -> Self {
        let code = value.trim();
        if !is_ucum(code) {
            return Self { written: value.to_owned(), code: None };
        }
        let raw = squeeze(raw);
        let printed = PRINTED.get(code).is_some_and(|names| names.contains(&folded(&raw)));
        Self { written: if printed { raw } else { code.to_owned() }, code: Some(code.to_owned()) }
    }
}

/// Whether a text is a unit of UCUM (case-sensitive form) that is built of config/ucum.toml.
pub(super) fn is_ucum(code: &str) -> bool {
    let mut reader = Reader { rest: code, depth: 0 };
    code.len() <= 64 && code.bytes().all(|b| b.is_ascii_graphic()) && reader.term() && reader.rest.is_empty()
}

/// Reads UCUM's grammar from the left: a term of components between points and slashes.
struct Reader<'t> {
    rest: &'t str,
    depth: u8,
}

impl Reader<'_> {
    fn takes(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// `[/] component {(.|/) component}`
    fn term(&mut self) -> bool {
        self.takes('/');
        loop {
            if !self.component() {
                return false;
            }
            if !(self.takes('.') || self.takes('/')) {
                return true;
            }
        }
    }

    /// A term in brackets, or a unit or number with or without an annotation, or an annotation alone.
    fn component(&mut self) -> bool {
        if self.takes('(') {
            self.depth += 1;
            return self.depth < 8 && self.term() && self.takes(')');
        }
        let end = self.symbol_end();
        let (symbol, rest) = self.rest.split_at(end);
        self.rest = rest;
        let annotated = match self.rest.strip_prefix('{') {
            Some(inner) => match inner.find(['{', '}']) {
                Some(at) if inner[at..].starts_with('}') => {
                    self.rest = &inner[at + 1..];
                    true
                }
                _ => return false,
            },
            None => false,
        };
        if symbol.is_empty() { annotated } else { is_simple(symbol) }
    }

    /// Where the symbol ends: before an operator, bracket or annotation that does not stand within square brackets.
    fn symbol_end(&self) -> usize {
        let mut within = false;
        for (at, c) in self.rest.char_indices() {
            match c {
                '[' => within = true,
                ']' => within = false,
                '.' | '/' | '(' | ')' | '{' | '}' if !within => return at,
                _ => {}
            }
        }
        self.rest.len()
    }
}

/// A whole number, or a unit with or without a prefix and an exponent.
fn is_simple(symbol: &str) -> bool {
    if symbol.bytes().all(|b| b.is_ascii_digit()) {
        return !symbol.starts_with('0');
    }
    let base = symbol.trim_end_matches(|c: char| c.is_ascii_digit());
    let base = base.strip_suffix(['+', '-']).filter(|_| base.len() < symbol.len()).unwrap_or(base);
    is_atom(symbol) || (base.len() < symbol.len() && is_atom(base))
}

fn is_atom(symbol: &str) -> bool {
    let prefixed = |length: usize| {
        symbol.split_at_checked(length).is_some_and(|(prefix, unit)| TABLE.prefixes.contains(prefix) && TABLE.metric.contains(unit))
    };
    TABLE.metric.contains(symbol) || TABLE.plain.contains(symbol) || prefixed(1) || prefixed(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_from_what_only_looks_like_one() {
        for good in [
            "mg/dL",
            "mm[Hg]",
            "/min",
            "[degF]",
            "Cel",
            "[lb_av]",
            "[in_i]",
            "kg/m2",
            "10*3/uL",
            "10*6/uL",
            "%",
            "m[IU]/L",
            "{ratio}",
            "/[HPF]",
            "mL/min/{1.73_m2}",
            "10*3{cells}/uL",
            "mg/(24.h)",
            "umol/L",
            "k[IU]/L",
            "{Ehrlich_U}/dL",
            "m.s-2",
            "10*-3",
            "[pH]",
            "cm[H2O]",
            "1",
        ] {
            assert!(is_ucum(good), "{good}");
        }
        for bad in [
            "",
            "mmHg",
            "bpm",
            "degF",
            "lb",
            "lbs",
            "inches",
            "mg/dl/",
            "mg//dL",
            "mg dL",
            "x/uL",
            "M/[HPF",
            "mg/dL}",
            "{a{b}}",
            "k%",
            "kmin",
            "x10^3/uL",
            "(mg",
            "mg)",
            "0",
            "µg/dL",
            "IU/L",
            "mcg",
            "cc",
            ".mg",
            "mg.",
            "k[lb_av]",
            "2m",
            "((((((((((m))))))))))",
        ] {
            assert!(!is_ucum(bad), "{bad}");
        }
    }

    #[test]
    fn every_unit_that_is_read_is_ucum() {
        for code in PRINTED.keys() {
            assert!(is_ucum(code), "{code}");
        }
    }

    #[test]
    fn the_papers_own_way_to_write_a_unit_is_kept_where_it_is_sure() {
        let written = |value: &str, raw: &str| Unit::of(value, raw).written;
        assert_eq!(written("[lb_av]", "lbs."), "lbs.");
        assert_eq!(written("mm[Hg]", "mm  Hg"), "mm Hg");
        assert_eq!(written("mm[Hg]", "mmHq"), "mm[Hg]");
        assert_eq!(written("mg/dL", ""), "mg/dL");
        assert_eq!(Unit::of("per high field", "per high field"), Unit { written: "per high field".to_owned(), code: None });
    }
}
