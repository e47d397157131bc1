//! Dictionaries: codes of ICD-10-CM, given and family names, places with postal codes, drugs, vaccines, substances of allergies.
//!
//! The built-in ones are made by scripts/lexicons.py from official files and lie, compressed, in config/lexicons/; its README names their
//! sources and licences. A site's own file of the same name (`lexicons/NAME.tsv` in its rules folder) replaces one. Each is
//! unpacked when it is first asked; a look-up costs as many steps as the word has letters, or the logarithm of the dictionary.
//! That a word is in none of them says little: lists of names are never complete.

mod fold;
mod near;
mod place;
mod rows;
mod schema;
mod source;
mod table;
mod titles;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::model::Sha256;

pub use fold::{fold, fold_code, fold_name, fold_place};
pub use place::{check, place_file};
pub use rows::{Fault, Mapping, Rows};
pub use schema::{Column, LexiconName};
use source::Source;
pub use source::{About, FOLDER, LexiconError};
use table::{Table, columns};
use titles::Titles;

/// All dictionaries. Cheap to clone: clones share what was unpacked.
#[derive(Clone)]
pub struct Lexicons(Arc<Shelf>);

struct Shelf {
    digest: Sha256,
    books: [Book; LexiconName::ALL.len()],
    /// Rows `state city⇥postal code`, made of the places when first asked.
    cities: OnceLock<Table>,
    /// An index over the words of the titles of codes.
    titles: OnceLock<Titles>,
}

struct Book {
    source: Source,
    table: OnceLock<Table>,
}

/// Bearers of a given name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenName {
    /// Births registered under the name, all years together, where known.
    pub births: Option<u32>,
    /// How many in a hundred were girls, where known.
    pub female: Option<u8>,
}

/// A known family name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FamilyName {
    /// Its rank by frequency, 1 being the most frequent; rare names have none.
    pub rank: Option<u32>,
}

/// A place with a postal code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// As the post writes it.
    pub city: &'a str,
    /// Two capitals.
    pub state: &'a str,
}

/// A code of ICD-10-CM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icd10<'a> {
    /// Without its point.
    pub code: &'a str,
    /// Whether it may stand on a bill: it has no further subdivision.
    pub billable: bool,
    /// As in the tabular list.
    pub title: &'a str,
}

/// A name of a medicine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Medicine<'a> {
    /// The dictionary's form of the name: see [`fold()`].
    pub name: &'a str,
    /// Whether it is a brand.
    pub brand: bool,
    /// The substance; empty where unknown.
    pub ingredient: &'a str,
}

/// What the dictionary of drugs says of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drug<'a> {
    /// It is a drug's name; of a combination written in parts ("lisinopril/hctz") the first part.
    Known(Medicine<'a>),
    /// It is one slip away from a drug's name.
    Near {
        /// The name.
        medicine: Medicine<'a>,
        /// Whether no other name is as near: where one is, the text must not be mended.
        only: bool,
    },
    /// It is not in the dictionary.
    Unknown,
}

impl Drug<'_> {
    /// Whether the text is a drug's name as it stands.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

/// A vaccine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vaccine<'a> {
    /// CVX, at least two digits.
    pub cvx: &'a str,
    /// The code's description.
    pub title: &'a str,
}

/// Something that people are allergic to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Substance<'a> {
    /// A medicine.
    Drug(Medicine<'a>),
    /// Something else, of this kind: `class` (of drugs), `contrast`, `food`, `environment`, `insect`, `contact`, `other`.
    Other(&'a str),
}

impl Lexicons {
    /// The built-in dictionaries, each replaced by the site's own where `folder`, the site's rules, has one. Built-in ones are unpacked when
    /// they are first asked, a site's are looked through at once, so that a fault is told before anything is read.
    ///
    /// # Errors
    /// A site's file that cannot be read or holds what a dictionary of its name cannot.
    pub fn load(folder: Option<&Path>) -> Result<Self, LexiconError> {
        let mut sources = Vec::new();
        let mut all = source::MANIFEST.to_owned();
        for name in LexiconName::ALL {
            let source = Source::find(name, folder)?;
            if let Source::Site { text, .. } = &source {
                all.push_str(&format!("\0{}\0{text}", name.as_str()));
            }
            sources.push(source);
        }
        let mut sources = sources.into_iter();
        let mut book = |name: LexiconName| Book { source: sources.next().unwrap_or(Source::BuiltIn(name)), table: OnceLock::new() };
        let books = LexiconName::ALL.map(&mut book);
        let digest = Sha256::of(all.as_bytes());
        Ok(Self(Arc::new(Shelf { digest, books, cities: OnceLock::new(), titles: OnceLock::new() })))
    }

    /// Over everything in them, for the freshness of results.
    pub fn digest(&self) -> Sha256 {
        self.0.digest
    }

    /// What is said of a dictionary: its rows, source, licence, and the site's file if it is one.
    pub fn about(&self, name: LexiconName) -> About {
        self.book(name).source.about(name)
    }

    /// The site's file that stands in for a built-in dictionary.
    pub fn replaced_by(&self, name: LexiconName) -> Option<PathBuf> {
        match &self.book(name).source {
            Source::Site { path, .. } => Some(path.clone()),
            Source::BuiltIn(_) => None,
        }
    }

    fn book(&self, name: LexiconName) -> &Book {
        // The order of the discriminants is that of `ALL`, by which the shelf is filled.
        &self.0.books[name as usize]
    }

    fn table(&self, name: LexiconName) -> &Table {
        let book = self.book(name);
        book.table.get_or_init(|| Table::new(book.source.unpack()))
    }

    /// A code of ICD-10-CM, written with or without its point.
    pub fn icd10(&self, code: &str) -> Option<Icd10<'_>> {
        self.table(LexiconName::Icd10cm).find(&fold_code(code)).map(icd10_of)
    }

    /// Whether a code is one that may stand on a bill.
    pub fn is_billable(&self, code: &str) -> bool {
        self.icd10(code).is_some_and(|found| found.billable)
    }

    /// Codes whose titles hold every word of `text` (words of fewer than three letters and those that most titles share are not counted), the shortest
    /// titles first, at most `most`. The first call makes an index.
    pub fn icd10_titles_like(&self, text: &str, most: usize) -> Vec<Icd10<'_>> {
        let table = self.table(LexiconName::Icd10cm);
        let titles = self.0.titles.get_or_init(|| Titles::new((0..table.len()).map(|i| icd10_of(table.row(i)).title)));
        titles.with_words(text, most, |i| icd10_of(table.row(i)).title).into_iter().map(|i| icd10_of(table.row(i))).collect()
    }

    /// Whether a name is known as a given name.
    pub fn given(&self, name: &str) -> Option<GivenName> {
        self.table(LexiconName::Given).find(&fold_name(name)).map(|row| {
            let [_, births, female] = columns(row);
            GivenName { births: births.parse().ok(), female: female.parse().ok() }
        })
    }

    /// Whether a name is known as a family name; a double name is if both parts are.
    pub fn family(&self, name: &str) -> Option<FamilyName> {
        let of = |name: &str| {
            self.table(LexiconName::Family).find(&fold_name(name)).map(|row| {
                let [_, rank] = columns(row);
                FamilyName { rank: rank.parse().ok() }
            })
        };
        of(name).or_else(|| {
            let (first, second) = name.split_once('-')?;
            of(first).and(of(second)).map(|_| FamilyName { rank: None })
        })
    }

    /// The places of a postal code; of ZIP+4 the first five digits count.
    pub fn places_of(&self, postal_code: &str) -> Vec<Place<'_>> {
        let code = postal_code.trim();
        let code = code.split_once('-').map_or(code, |(five, _)| five);
        let table = self.table(LexiconName::Places);
        table
            .range(code)
            .map(|i| {
                let [_, city, state] = columns(table.row(i));
                Place { city, state }
            })
            .collect()
    }

    /// The postal codes of a place, in ascending order.
    pub fn postal_codes_of(&self, city: &str, state: &str) -> Vec<&str> {
        let cities = self.cities();
        cities.range(&city_key(city, state)).map(|i| columns::<2>(cities.row(i))[1]).collect()
    }

    /// Whether the state has a post office of this name.
    pub fn is_place(&self, city: &str, state: &str) -> bool {
        self.cities().find(&city_key(city, state)).is_some()
    }

    fn cities(&self) -> &Table {
        self.0.cities.get_or_init(|| {
            let table = self.table(LexiconName::Places);
            let mut rows: Vec<String> = (0..table.len())
                .map(|i| {
                    let [code, city, state] = columns(table.row(i));
                    format!("{}\t{code}\n", city_key(city, state))
                })
                .collect();
            rows.sort_unstable();
            Table::new(format!("key\tpostal_code\n{}", rows.concat()))
        })
    }

    /// What the dictionary of drugs says of a name: one word or several, generic or brand, with words of its form ("ER", "HCl") after it or
    /// without, or the parts of a combination.
    pub fn drug(&self, text: &str) -> Drug<'_> {
        let key = fold(text);
        if let Some(medicine) = self.medicine(&key).or_else(|| self.combined(text)) {
            return Drug::Known(medicine);
        }
        let drugs = self.table(LexiconName::Drugs);
        let near = near::one_slip(&key, |head| drugs.begins(head), |text| self.medicine_row(text).is_some());
        match near.first().and_then(|name| self.medicine_row(name)) {
            Some(medicine) => Drug::Near { medicine, only: near.len() == 1 },
            None => Drug::Unknown,
        }
    }

    fn medicine_row(&self, key: &str) -> Option<Medicine<'_>> {
        let [name, kind, ingredient] = columns(self.table(LexiconName::Drugs).find(key)?);
        (kind != "form").then_some(Medicine { name, brand: kind == "brand", ingredient })
    }

    /// By a folded name, from whose end words of form may be taken off.
    fn medicine(&self, key: &str) -> Option<Medicine<'_>> {
        let mut key = key;
        loop {
            if let Some(medicine) = self.medicine_row(key) {
                return Some(medicine);
            }
            let (rest, last) = key.rsplit_once(' ')?;
            let is_form = self.table(LexiconName::Drugs).find(last).is_some_and(|row| columns::<2>(row)[1] == "form");
            key = is_form.then_some(rest)?;
        }
    }

    /// "lisinopril/HCTZ", "amoxicillin and clavulanate": each part has to be a drug.
    fn combined(&self, text: &str) -> Option<Medicine<'_>> {
        let lower = text.to_lowercase().replace(" and ", "/").replace(" with ", "/");
        let parts = |separators: &[char]| {
            let (mut first, mut count) = (None, 0);
            for part in lower.split(separators) {
                let medicine = self.medicine(&fold(part))?;
                first.get_or_insert(medicine);
                count += 1;
            }
            first.filter(|_| count > 1)
        };
        parts(&['/', '+', '&', ',']).or_else(|| parts(&['/', '+', '&', ',', '-']))
    }

    /// The vaccine of a name; a name that does not say which formulation was given has the code of the unspecified one.
    pub fn vaccine(&self, name: &str) -> Option<Vaccine<'_>> {
        let [_, cvx, title] = columns(self.table(LexiconName::Vaccines).find(&fold(name))?);
        Some(Vaccine { cvx, title })
    }

    /// Something that people are allergic to: a drug, a class of drugs, a food, what is breathed in or touched.
    pub fn substance(&self, name: &str) -> Option<Substance<'_>> {
        let key = fold(name);
        if let Some(row) = self.table(LexiconName::Substances).find(&key) {
            return Some(Substance::Other(columns::<2>(row)[1]));
        }
        self.medicine(&key).map(Substance::Drug)
    }
}

fn icd10_of(row: &str) -> Icd10<'_> {
    let [code, billable, title] = columns(row);
    Icd10 { code, billable: billable == "yes", title }
}

fn city_key(city: &str, state: &str) -> String {
    format!("{} {}", state.trim().to_ascii_lowercase(), fold_place(city))
}

impl PartialEq for Lexicons {
    fn eq(&self, other: &Self) -> bool {
        self.0.digest == other.0.digest
    }
}

impl fmt::Debug for Lexicons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lexicons({})", self.0.digest)
    }
}

#[cfg(test)]
mod tests;
