//! Which dictionaries there are, the columns of each, and what may stand in them.

use super::fold::{fold, fold_code, fold_name};

/// A dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LexiconName {
    /// Medicines, generic names and brands.
    Drugs,
    /// Family names.
    Family,
    /// Given names.
    Given,
    /// Codes of ICD-10-CM with titles.
    Icd10cm,
    /// Postal codes with their places.
    Places,
    /// Substances of allergies that are not drugs.
    Substances,
    /// Names of vaccines with CVX codes.
    Vaccines,
}

/// A column: what it is called, and what brings its text into form or says what is wrong with it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// As in the head of the file.
    pub name: &'static str,
    /// Whether a file may do without it.
    pub optional: bool,
    pub(super) form: fn(&str) -> Result<String, &'static str>,
}

impl Column {
    const fn needed(name: &'static str, form: fn(&str) -> Result<String, &'static str>) -> Self {
        Self { name, optional: false, form }
    }

    const fn optional(name: &'static str, form: fn(&str) -> Result<String, &'static str>) -> Self {
        Self { name, optional: true, form }
    }
}

const DRUGS: &[Column] =
    &[Column::needed("name", words), Column::optional("kind", drug_kind), Column::optional("ingredient", folded_or_empty)];
const FAMILY: &[Column] = &[Column::needed("name", person), Column::optional("rank", count)];
const GIVEN: &[Column] = &[Column::needed("name", person), Column::optional("births", count), Column::optional("female", percent)];
const ICD10CM: &[Column] = &[Column::needed("code", icd10cm), Column::optional("billable", yes_no), Column::needed("title", title)];
const PLACES: &[Column] = &[Column::needed("postal_code", postal_code), Column::needed("city", title), Column::needed("state", state)];
const SUBSTANCES: &[Column] = &[Column::needed("name", words), Column::optional("kind", substance_kind)];
const VACCINES: &[Column] = &[Column::needed("name", words), Column::needed("cvx", cvx), Column::optional("title", free)];

impl LexiconName {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 7] = [Self::Drugs, Self::Family, Self::Given, Self::Icd10cm, Self::Places, Self::Substances, Self::Vaccines];

    /// As typed and as in the name of the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Drugs => "drugs",
            Self::Family => "family",
            Self::Given => "given",
            Self::Icd10cm => "icd10cm",
            Self::Places => "places",
            Self::Substances => "substances",
            Self::Vaccines => "vaccines",
        }
    }

    /// The dictionary of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Its columns, the key first.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Drugs => DRUGS,
            Self::Family => FAMILY,
            Self::Given => GIVEN,
            Self::Icd10cm => ICD10CM,
            Self::Places => PLACES,
            Self::Substances => SUBSTANCES,
            Self::Vaccines => VACCINES,
        }
    }

    /// Whether one key may stand in several rows: a postal code can serve several places.
    pub(super) const fn repeats(self) -> bool {
        matches!(self, Self::Places)
    }
}

fn words(text: &str) -> Result<String, &'static str> {
    match fold(text) {
        folded if folded.is_empty() => Err("a name in Latin letters or digits is wanted"),
        folded => Ok(folded.into_owned()),
    }
}

fn folded_or_empty(text: &str) -> Result<String, &'static str> {
    Ok(fold(text).into_owned())
}

fn person(text: &str) -> Result<String, &'static str> {
    match fold_name(text) {
        name if name.is_empty() || name.bytes().any(|b| b.is_ascii_digit()) => Err("a name in Latin letters is wanted"),
        name => Ok(name),
    }
}

fn title(text: &str) -> Result<String, &'static str> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { Err("a text is wanted") } else { Ok(text) }
}

fn free(text: &str) -> Result<String, &'static str> {
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn count(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Ok(String::new()),
        text => match text.parse::<u32>() {
            Ok(number) if number > 0 => Ok(number.to_string()),
            _ => Err("a whole number from 1 on is wanted, or nothing"),
        },
    }
}

fn percent(text: &str) -> Result<String, &'static str> {
    match text.trim().trim_end_matches('%').trim_end() {
        "" => Ok(String::new()),
        text => match text.parse::<u8>() {
            Ok(number) if number <= 100 => Ok(number.to_string()),
            _ => Err("a whole number from 0 to 100 is wanted, or nothing"),
        },
    }
}

fn yes_no(text: &str) -> Result<String, &'static str> {
    match text.trim().to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "" => Ok("yes".into()),
        "no" | "n" | "false" | "0" => Ok("no".into()),
        _ => Err("yes or no is wanted"),
    }
}

/// The form of a code (ICD-10-CM Official Guidelines, section I.A.2): three to seven characters, a letter first, then a digit. The categories QA0 ff. of 2026
/// are the first whose second character is a letter.
fn icd10cm(text: &str) -> Result<String, &'static str> {
    let trimmed = text.trim();
    let code = fold_code(trimmed);
    let bytes = code.as_bytes();
    let formed = (3..=7).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.iter().skip(1).take(2).any(u8::is_ascii_digit);
    let pointed = match trimmed.find('.') {
        None => true,
        Some(at) => at == 3 && bytes.len() > 3 && trimmed.matches('.').count() == 1,
    };
    if formed && pointed { Ok(code) } else { Err("no code of ICD-10-CM has this form") }
}

fn postal_code(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) { Ok(text.to_owned()) } else { Err("five digits are wanted") }
}

fn state(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic()) {
        Ok(text.to_ascii_uppercase())
    } else {
        Err("a state's two letters are wanted")
    }
}

fn cvx(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    match text.parse::<u16>() {
        Ok(number) if text.len() <= 3 && number > 0 && text.bytes().all(|b| b.is_ascii_digit()) => Ok(format!("{number:02}")),
        _ => Err("a CVX code of one to three digits is wanted"),
    }
}

fn one_of(text: &str, default: &str, kinds: &[&str], wanted: &'static str) -> Result<String, &'static str> {
    match text.trim().to_ascii_lowercase() {
        text if text.is_empty() => Ok(default.to_owned()),
        text if kinds.contains(&text.as_str()) => Ok(text),
        _ => Err(wanted),
    }
}

fn drug_kind(text: &str) -> Result<String, &'static str> {
    one_of(text, "generic", &["generic", "brand", "form"], "generic, brand or form is wanted")
}

fn substance_kind(text: &str) -> Result<String, &'static str> {
    one_of(
        text,
        "other",
        &["class", "contrast", "food", "environment", "insect", "contact", "other"],
        "class, contrast, food, environment, insect, contact or other is wanted",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_take_what_they_should_and_nothing_else() {
        let table: [(LexiconName, usize, &[(&str, &str)], &[&str]); 8] = [
            (
                LexiconName::Icd10cm,
                0,
                &[("e11.9", "E119"), ("C4A", "C4A"), ("S52.501A", "S52501A"), ("I10", "I10")],
                &["", "I1", "1I0", "I1.0", "I10.", "E11.9.1", "E1199999", "IAB", "E11-9"],
            ),
            (LexiconName::Icd10cm, 1, &[("1", "yes"), ("No", "no"), ("", "yes")], &["maybe"]),
            (LexiconName::Places, 0, &[("01001", "01001")], &["1001", "01001-1234", "ABCDE", ""]),
            (LexiconName::Places, 2, &[("ma", "MA")], &["Mass", "M", "1A"]),
            (LexiconName::Family, 0, &[("O'Brien", "obrien"), ("de la Cruz", "delacruz")], &["", "R2D2", "--"]),
            (LexiconName::Family, 1, &[("7", "7"), ("", "")], &["0", "-1", "many"]),
            (LexiconName::Given, 2, &[("97%", "97"), ("", "")], &["101", "half"]),
            (LexiconName::Vaccines, 1, &[("3", "03"), ("207", "207")], &["0", "1000", "x", "+3"]),
        ];
        for (name, column, good, bad) in table {
            let form = name.columns()[column].form;
            for (text, expected) in good {
                assert_eq!(form(text).as_deref(), Ok(*expected), "{name:?} {text}");
            }
            for text in bad {
                assert!(form(text).is_err(), "{name:?} {text}");
            }
        }
    }

    #[test]
    fn names_are_found_again() {
        for name in LexiconName::ALL {
            assert_eq!(LexiconName::parse(name.as_str()), Some(name));
        }
        assert_eq!(LexiconName::parse("Drugs"), None);
    }
}
