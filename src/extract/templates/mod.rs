//! Forms that a site has by the thousand: fixed text that tells the form and where it lies on the page, and zones whose place says what
//! their words mean.
//!
//! [`draw`] reads the files, [`place`] finds a form on a page, [`zones`] reads what stands in its zones, and [`merge`] weighs that against
//! what the ordinary rules have found.

mod draw;
mod merge;
mod place;
pub(crate) mod skeleton;
#[cfg(test)]
mod tests;
mod zones;

use std::path::Path;

use serde::Deserialize;

use super::demographics::{Lists, latest_year};
use super::kind::Classified;
use super::site::findings::Finding;
use super::vocabulary::{VocabularyError, from_toml};
use crate::model::{ExtractedValue, Field, Form, PageLayout, PageNumber};

pub(crate) use draw::Template;
use place::Placed;

/// The folder of templates within the folder of rules.
pub(crate) const FOLDER: &str = "templates";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    registration: Registration,
}

/// When a page is taken for a form.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    fewest: usize,
    share: f32,
    tolerance: f32,
    turn: f64,
    size: [f64; 2],
}

impl Registration {
    /// Reads `config/templates.toml`.
    pub(crate) fn parse(text: &str) -> Result<Self, VocabularyError> {
        let registration = from_toml::<File>("templates.toml", text)?.registration;
        let [least, most] = registration.size;
        let sound = registration.fewest >= 3 && (0.0..=1.0).contains(&registration.share) && registration.tolerance > 0.0;
        if sound && registration.turn > 0.0 && 0.0 < least && least < most {
            return Ok(registration);
        }
        let reason = "`fewest` is 3 or more, `share` lies between 0 and 1, `tolerance` and `turn` are above 0, `size` is [least, most]";
        Err(VocabularyError::Parse { file: "templates.toml".to_owned(), reason: reason.to_owned() })
    }
}

/// The site's forms.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Templates {
    registration: Registration,
    all: Vec<Template>,
}

/// Templates, the files' names and texts, and what was found wrong.
type Loaded = (Templates, Vec<(String, String)>, Vec<Finding>);

impl Templates {
    /// Reads every template of the folder of rules, in the order of their names.
    ///
    /// # Errors
    /// A file that cannot be read. What is wrong with a file's text is among the findings.
    pub(crate) fn load(folder: Option<&Path>, registration: &str, lists: &Lists) -> Result<Loaded, VocabularyError> {
        let registration = Registration::parse(registration)?;
        let (mut all, mut texts, mut findings): (Vec<Template>, _, Vec<Finding>) = (Vec::new(), Vec::new(), Vec::new());
        for path in folder.map(|f| files(&f.join(FOLDER))).transpose()?.unwrap_or_default() {
            let text = std::fs::read_to_string(&path).map_err(|source| VocabularyError::Read { path: path.clone(), source })?;
            let name = format!("{FOLDER}/{}", path.file_name().unwrap_or_default().to_string_lossy());
            let (template, mut found) = Template::read(&name, &text, registration.fewest, lists);
            if let Some(template) = template {
                if let Some(other) = all.iter().find(|t| t.name == template.name) {
                    found.push(Finding::error(&name, 1, format!("the name `{}` is taken by {}", template.name, other.file)));
                }
                all.push(template);
            }
            findings.extend(found);
            texts.push((name, text));
        }
        Ok((Self { registration, all }, texts, findings))
    }
}

/// The templates' files, sorted; none where the folder is not there.
fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>, VocabularyError> {
    let wrong = |source| VocabularyError::Read { path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(wrong)?.path();
        let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if path.extension().is_some_and(|e| e == "toml") && !hidden {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The forms found on a document's pages.
pub(crate) struct Forms<'t> {
    /// One a page at most, in the order of the pages.
    placed: Vec<Placed<'t>>,
}

/// Finds the site's forms on the pages of a document.
pub(crate) fn register<'t>(pages: &[PageLayout], templates: &'t Templates) -> Forms<'t> {
    Forms { placed: pages.iter().enumerate().filter_map(|(at, page)| place::place(page, at, templates)).collect() }
}

impl Forms<'_> {
    /// A form on the first page says what kind of document it is, more surely than its words.
    pub(crate) fn tell_kind(&self, pages: &[PageLayout], classified: &mut Classified) {
        let Some(first) = self.placed.first().filter(|p| p.page == 0) else { return };
        let mut words: Vec<usize> = first.loudest.clone();
        words.sort_unstable();
        let mut value = zones::found(Field::DocumentType, first, &pages[0], &words, first.template.kind.as_str().to_owned(), Form::Checked);
        let other = classified.value.as_ref().is_some_and(|v| v.rule == "kind.title") && classified.kind != first.template.kind;
        value.signals.differ = u16::from(other);
        value.signals.agree = u16::from(classified.kind == first.template.kind);
        let own = if classified.kind == first.template.kind { classified.probability } else { 0.0 };
        classified.probability = if other { first.strength.min(0.5) } else { own.max(first.strength) };
        classified.kind = first.template.kind;
        classified.value = Some(value);
    }

    /// Reads the forms' zones and lays what they say over what the ordinary rules have found.
    pub(crate) fn answer(
        &self,
        pages: &[PageLayout],
        lists: &Lists,
        values: &mut Vec<ExtractedValue>,
        missing: &mut Vec<(Field, PageNumber)>,
    ) {
        if self.placed.is_empty() {
            return;
        }
        let latest = latest_year(pages);
        for placed in &self.placed {
            merge::merge(zones::read(&pages[placed.page], placed, lists, latest), values, missing);
        }
        merge::tidy(values, missing);
    }
}
