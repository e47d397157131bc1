//! What a site adds to the built-in rules without replacing a list: `site.toml` in its folder of rules.
//!
//! The file's entries are laid over the texts of the lists before these are parsed, so that every list has one parser and one form. What
//! the site says wins: a wording of its own takes the place of the same wording wherever the list had it.

pub(crate) mod amend;
mod check;
pub(crate) mod findings;
pub(crate) mod mrn;

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeTable;

pub(crate) use check::{check, explain};

use self::findings::{At, Finding, Reader, named, suggestion};
use self::mrn::{CheckDigit, MrnForm};
use super::demographics::house::{House, telephone};
use super::demographics::{Owner, What};
use crate::model::{DocumentKind, Field, Section};

/// The file's name within the folder of rules.
pub(crate) const FILE: &str = "site.toml";

/// Groups of items as headings.toml names them.
const ITEMS: [&str; 5] = ["condition", "medication", "allergy", "procedure", "immunization"];

/// What a kind of document should have, as the site wants it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Expected {
    fields: Option<Vec<Field>>,
    more: Vec<Field>,
    fewer: Vec<Field>,
}

/// An entry that is appended to a list, with the wordings that it brings.
#[derive(Clone, Debug, PartialEq)]
struct Addition {
    entry: toml::Table,
    wordings: Vec<At<String>>,
}

/// What a site adds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Site {
    labels: Vec<Addition>,
    whose: Vec<Addition>,
    headings: Vec<Addition>,
    kinds: Vec<(DocumentKind, Vec<At<String>>, Vec<(At<String>, f64)>)>,
    without: BTreeMap<String, Vec<At<String>>>,
    expected: BTreeMap<DocumentKind, Expected>,
    names: Vec<String>,
    telephones: Vec<String>,
    mrn: Vec<MrnForm>,
}

impl Site {
    /// Reads the file. Everything wrong with it is among the findings; where one is an error the site must not be used.
    pub(crate) fn read(text: &str) -> (Self, Vec<Finding>) {
        let (table, mut reader) = Reader::parse(FILE, text);
        let root = table.get_ref();
        reader.known(root, "here", &["label", "whose", "heading", "kind", "without", "expected", "house", "mrn"]);
        let mut site = Self::default();
        site.read_labels(root, &mut reader);
        site.read_headings(root, &mut reader);
        site.read_kinds(root, &mut reader);
        site.read_without(root, &mut reader);
        site.read_expected(root, &mut reader);
        site.read_house(root, &mut reader);
        site.read_mrn(root, &mut reader);
        site.twice(&mut reader);
        (site, reader.finish())
    }

    /// What the site says of itself.
    pub(crate) fn house(&self) -> House {
        House::new(&self.names, self.telephones.clone(), self.mrn.clone())
    }

    fn read_labels(&mut self, root: &DeTable<'_>, reader: &mut Reader<'_>) {
        for (table, span) in reader.tables(root, "label") {
            reader.known(table, "in [[label]]", &["what", "owner", "colon", "under", "texts"]);
            let mut entry = toml::Table::new();
            match reader.string(table, "what") {
                Some(what) => match named::<What>(&what.value) {
                    Ok(_) => drop(entry.insert("what".to_owned(), what.value.into())),
                    Err(names) => reader.error(
                        what.span,
                        format!("`{}` is nothing that a label announces", what.value),
                        suggestion(&what.value, names.iter().map(String::as_str)),
                    ),
                },
                None if table.get("what").is_none() => reader.error(span.clone(), "this [[label]] has no `what`", None),
                None => {}
            }
            if let Some(owner) = reader.string(table, "owner") {
                read_owner(&owner, &mut entry, reader);
            }
            for key in ["colon", "under"] {
                if reader.flag(table, key) {
                    entry.insert(key.to_owned(), true.into());
                }
            }
            let wordings = wanted_texts(reader, table, "texts", "[[label]]", span);
            self.labels.push(addition(entry, "texts", wordings));
        }
        for (table, span) in reader.tables(root, "whose") {
            reader.known(table, "in [[whose]]", &["owner", "texts"]);
            let mut entry = toml::Table::new();
            match reader.string(table, "owner") {
                Some(owner) => read_owner(&owner, &mut entry, reader),
                None if table.get("owner").is_none() => reader.error(span.clone(), "this [[whose]] has no `owner`", None),
                None => {}
            }
            let wordings = wanted_texts(reader, table, "texts", "[[whose]]", span);
            self.whose.push(addition(entry, "texts", wordings));
        }
    }

    fn read_headings(&mut self, root: &DeTable<'_>, reader: &mut Reader<'_>) {
        for (table, span) in reader.tables(root, "heading") {
            reader.known(table, "in [[heading]]", &["words", "section", "items", "kinds", "short", "lone"]);
            let mut entry = toml::Table::new();
            if let Some(section) = reader.string(table, "section")
                && reader.word(&section, "the name of a section", Section::parse, Section::ALL.iter().map(|s| s.as_str())).is_some()
            {
                entry.insert("section".to_owned(), section.value.into());
            }
            if let Some(items) = reader.string(table, "items")
                && reader.word(&items, "a group of items", |t| ITEMS.contains(&t).then_some(()), ITEMS).is_some()
            {
                entry.insert("items".to_owned(), items.value.into());
            }
            let kinds: Vec<String> =
                reader.strings(table, "kinds").iter().filter_map(|k| kind(k, reader)).map(|k| k.as_str().to_owned()).collect();
            if !kinds.is_empty() {
                entry.insert("kinds".to_owned(), kinds.into());
            }
            for key in ["short", "lone"] {
                if reader.flag(table, key) {
                    entry.insert(key.to_owned(), true.into());
                }
            }
            let wordings = wanted_texts(reader, table, "words", "[[heading]]", span);
            self.headings.push(addition(entry, "words", wordings));
        }
    }

    fn read_kinds(&mut self, root: &DeTable<'_>, reader: &mut Reader<'_>) {
        for (table, span) in reader.tables(root, "kind") {
            reader.known(table, "in [[kind]]", &["code", "titles", "phrases"]);
            let code = match reader.string(table, "code") {
                Some(code) => kind(&code, reader),
                None => {
                    reader.error(span.clone(), "this [[kind]] has no `code`", Some("give one of the codes in kinds.toml".to_owned()));
                    None
                }
            };
            let titles = reader.strings(table, "titles");
            let mut phrases = Vec::new();
            for (phrase, place) in reader.tables(table, "phrases") {
                reader.known(phrase, "in `phrases`", &["text", "weight"]);
                match (reader.string(phrase, "text"), reader.number(phrase, "weight")) {
                    (Some(_), Some(weight)) if !(0.0..=4.0).contains(&weight.value) => {
                        reader.error(weight.span, "a weight lies between 0 and 4", Some("4 makes a wording all but decide".to_owned()));
                    }
                    (Some(text), Some(weight)) => phrases.push((text, weight.value)),
                    _ => reader.error(place, "a phrase has a `text` and a `weight`", None),
                }
            }
            if titles.is_empty() && phrases.is_empty() {
                reader.error(span, "this [[kind]] has neither `titles` nor `phrases`", None);
            }
            if let Some(code) = code {
                self.kinds.push((code, titles, phrases));
            }
        }
    }

    fn read_without(&mut self, root: &DeTable<'_>, reader: &mut Reader<'_>) {
        const LISTS: [&str; 4] = ["labels", "whose", "headings", "titles"];
        let Some((table, _)) = reader.table(root, "without") else { return };
        reader.known(table, "in [without]", &LISTS);
        for list in LISTS {
            let wordings = reader.strings(table, list);
            if !wordings.is_empty() {
                self.without.insert(list.to_owned(), wordings);
            }
        }
    }

    fn read_expected(&mut self, root: &DeTable<'_>, reader: &mut Reader<'_>) {
        let Some((table, _)) = reader.table(root, "expected") else { return };
        for (code, value) in table.iter() {
            let code = At { value: code.get_ref().to_string(), span: code.span() };
            let Some(kind) = kind(&code, reader) else { continue };
            let toml::de::DeValue::Table(entry) = value.get_ref() else {
                reader.error(value.span(), format!("`{}` has to be a table, [expected.{}]", code.value, code.value), None);
                continue;
            };
            reader.known(entry, &format!("in [expected.{}]", code.value), &["fields", "more", "fewer"]);
            let fields = |key: &str, reader: &mut Reader<'_>| -> Vec<Field> {
                let names = reader.strings(entry, key);
                names.iter().filter_map(|n| reader.word(n, "a field", Field::parse, Field::ALL.iter().map(|f| f.as_str()))).collect()
            };
            let (more, fewer) = (fields("more", reader), fields("fewer", reader));
            let whole = entry.get("fields").is_some().then(|| fields("fields", reader));
            if whole.is_some() && (!more.is_empty() || !fewer.is_empty()) {
                reader.error(code.span, "`fields` says all; `more` and `fewer` change what is built in: give one or the others", None);
            }
            self.expected.insert(kind, Expected { fields: whole, more, fewer });
        }
    }

    fn read_house(&mut self, root: &DeTable<'_>, reader: &mut Reader<'_>) {
        let Some((table, _)) = reader.table(root, "house") else { return };
        reader.known(table, "in [house]", &["names", "telephones"]);
        for name in reader.strings(table, "names") {
            if name.value.split_whitespace().count() < 2 {
                let help = "one word is found in too many other names; write the name as the letterhead has it".to_owned();
                reader.error(name.span, format!("the name `{}` is one word", name.value), Some(help));
                continue;
            }
            self.names.push(name.value);
        }
        for number in reader.strings(table, "telephones") {
            match telephone(&number.value) {
                Some(number) => self.telephones.push(number),
                None => {
                    let help = "ten digits with the area code, 503-555-0123".to_owned();
                    reader.error(number.span, format!("`{}` is no telephone number", number.value), Some(help));
                }
            }
        }
    }

    fn read_mrn(&mut self, root: &DeTable<'_>, reader: &mut Reader<'_>) {
        for (table, span) in reader.tables(root, "mrn") {
            reader.known(table, "in [[mrn]]", &["form", "check"]);
            let check = reader.string(table, "check").and_then(|check| {
                let parse = |text: &str| CheckDigit::NAMES.iter().find(|(name, _)| *name == text).map(|(_, rule)| *rule);
                reader.word(&check, "a rule for a check digit", parse, CheckDigit::NAMES.map(|(name, _)| name))
            });
            let Some(form) = reader.string(table, "form") else {
                if table.get("form").is_none() {
                    reader.error(span, "this [[mrn]] has no `form`", None);
                }
                continue;
            };
            match MrnForm::parse(&form.value, check) {
                Ok(parsed) => {
                    for other in parsed.confusions() {
                        let help = "what reads like a date or a telephone number is never taken for a record number".to_owned();
                        reader.warn(form.span.clone(), format!("`{}` is also the form of {other}", form.value), Some(help));
                    }
                    self.mrn.push(parsed);
                }
                Err(reason) => {
                    let help = "`N` a digit, `A` a letter, `X` either, `?` optional, `\\` the next character itself".to_owned();
                    reader.error(form.span, format!("`{}` is not a form: {reason}", form.value), Some(help));
                }
            }
        }
    }

    /// Wordings that the file gives two meanings.
    fn twice(&self, reader: &mut Reader<'_>) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for addition in &self.labels {
            for wording in &addition.wordings {
                if !seen.insert(super::demographics::text::fold(&wording.value)) {
                    reader.error(wording.span.clone(), format!("the label `{}` stands there twice", wording.value), None);
                }
            }
        }
        let mut titles: BTreeMap<Vec<String>, DocumentKind> = BTreeMap::new();
        for (kind, own, _) in &self.kinds {
            for title in own {
                if titles.insert(super::phrases::folded_words(&title.value), *kind).is_some_and(|other| other != *kind) {
                    reader.error(title.span.clone(), format!("the title `{}` stands for two kinds of document", title.value), None);
                }
            }
        }
    }
}

fn addition(mut entry: toml::Table, key: &str, wordings: Vec<At<String>>) -> Addition {
    let texts: Vec<String> = wordings.iter().map(|w| w.value.clone()).collect();
    entry.insert(key.to_owned(), texts.into());
    Addition { entry, wordings }
}

fn wanted_texts(reader: &mut Reader<'_>, table: &DeTable<'_>, key: &str, place: &str, span: std::ops::Range<usize>) -> Vec<At<String>> {
    let texts = reader.strings(table, key);
    if texts.is_empty() && table.get(key).is_none() {
        reader.error(span, format!("this {place} has no `{key}`"), None);
    }
    texts
}

fn read_owner(owner: &At<String>, entry: &mut toml::Table, reader: &mut Reader<'_>) {
    match named::<Owner>(&owner.value) {
        Ok(_) => drop(entry.insert("owner".to_owned(), owner.value.clone().into())),
        Err(names) => reader.error(
            owner.span.clone(),
            format!("`{}` is not an owner", owner.value),
            suggestion(&owner.value, names.iter().map(String::as_str)),
        ),
    }
}

/// A kind of document by its LOINC code.
pub(crate) fn kind(code: &At<String>, reader: &mut Reader<'_>) -> Option<DocumentKind> {
    let parsed = DocumentKind::parse(&code.value);
    if parsed.is_none() {
        let known: Vec<String> = DocumentKind::ALL.iter().map(|k| format!("{} ({})", k.as_str(), k.display().to_lowercase())).collect();
        let near = suggestion(&code.value, DocumentKind::ALL.iter().map(|k| k.as_str())).filter(|s| s.starts_with("did"));
        let help = near.unwrap_or_else(|| format!("a site's own kinds are titles of one of these: {}", known.join(", ")));
        reader.error(code.span.clone(), format!("`{}` is not the code of a kind of document", code.value), Some(help));
    }
    parsed
}
