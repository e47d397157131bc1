//! The logistic model and its thresholds: data in config/confidence.toml, replaceable by a site.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::{ExtractedValue, Sha256};

use super::features::asked_twice;
use super::{Class, FEATURES, features};

const FILE: &str = "confidence.toml";
const DEFAULT: &str = include_str!("../../config/confidence.toml");

/// No probability is stated beyond this: there is no data for it.
const SUREST: f64 = 0.999;

/// Why the model's file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfidenceError {
    /// The file could not be read.
    #[error("cannot read the confidence model {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The file's text is no model.
    #[error("{file}: {reason}; take config/confidence.toml as a pattern or fit it anew with scripts/fit_confidence.py")]
    Parse {
        /// The file's name.
        file: String,
        /// What is wrong and where.
        reason: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    kind_sure: f32,
    alone: Regime,
    both: Regime,
}

/// Weights and thresholds of the values that one engine read, or of those that both did.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Regime {
    intercept: f64,
    weights: BTreeMap<String, f64>,
    classes: BTreeMap<Class, ClassRule>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassRule {
    /// Added to the intercept.
    offset: f64,
    /// Least probability that is accepted; above 1 nothing is.
    threshold: f64,
}

/// The model: `p = 1 / (1 + exp(-(intercept + offset of the class + Σ weight · feature)))`, and for each class the probability from
/// which its values are accepted. There are two of each: for values that both engines read, and for all others, which are accepted less.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfidenceModel {
    kind_sure: f32,
    alone: Logistic,
    both: Logistic,
    /// Digest of the file's text, for the freshness of results.
    pub digest: Sha256,
}

/// How a value's probability comes about: a sum of log-odds.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Where every value begins.
    pub intercept: f64,
    /// The field's class.
    pub class: Class,
    /// What the class adds.
    pub offset: f64,
    /// What each feature adds, in the order of [`FEATURES`].
    pub parts: [Part; FEATURES.len()],
    /// The outcome.
    pub probability: f64,
    /// Least probability that is accepted; `None` if this class is never accepted without a person.
    pub threshold: Option<f64>,
    /// Whether the value was judged as one that both engines read.
    pub both: bool,
}

/// What one feature adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Its index in [`FEATURES`].
    pub feature: usize,
    /// Its value.
    pub value: f64,
    /// Its weight.
    pub weight: f64,
}

impl Part {
    /// Its share in the sum, in log-odds.
    pub fn log_odds(&self) -> f64 {
        self.weight * self.value
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Logistic {
    intercept: f64,
    weights: [f64; FEATURES.len()],
    classes: BTreeMap<Class, ClassRule>,
}

impl Regime {
    fn checked(self, name: &str) -> Result<Logistic, String> {
        let mut weights = [0.0; FEATURES.len()];
        for (weight, feature) in weights.iter_mut().zip(FEATURES) {
            *weight = *self.weights.get(feature.name).ok_or_else(|| format!("{name}.weights lacks `{}`", feature.name))?;
        }
        if let Some(strange) = self.weights.keys().find(|k| FEATURES.iter().all(|f| f.name != k.as_str())) {
            return Err(format!("{name}.weights names `{strange}`, which is no feature"));
        }
        if let Some(class) = Class::ALL.into_iter().find(|c| !self.classes.contains_key(c)) {
            return Err(format!("{name}.classes lacks {class:?}"));
        }
        let numbers = weights.iter().chain([&self.intercept]).chain(self.classes.values().flat_map(|c| [&c.offset, &c.threshold]));
        if numbers.into_iter().any(|x| !x.is_finite()) {
            return Err(format!("a weight, offset or threshold of {name} is not a finite number"));
        }
        Ok(Logistic { intercept: self.intercept, weights, classes: self.classes })
    }
}

impl ConfidenceModel {
    /// Loads the model: `confidence.toml` of the site's folder if it has one, else the embedded one.
    ///
    /// # Errors
    /// A file that cannot be read, is not of this form, or lacks a weight or a class.
    pub fn load(folder: Option<&Path>) -> Result<Self, ConfidenceError> {
        let Some(path) = folder.map(|f| f.join(FILE)) else { return Self::parse(FILE, DEFAULT) };
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path.display().to_string(), &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::parse(FILE, DEFAULT),
            Err(source) => Err(ConfidenceError::Read { path, source }),
        }
    }

    pub(super) fn parse(name: &str, text: &str) -> Result<Self, ConfidenceError> {
        let wrong = |reason: String| ConfidenceError::Parse { file: name.to_owned(), reason };
        let file: File = toml::from_str(text).map_err(|e| wrong(e.to_string()))?;
        let (alone, both) = (file.alone.checked("alone").map_err(wrong)?, file.both.checked("both").map_err(wrong)?);
        Ok(Self { kind_sure: file.kind_sure, alone, both, digest: Sha256::of(text.as_bytes()) })
    }

    /// The estimated probability that a value is right.
    pub fn probability(&self, value: &ExtractedValue) -> f64 {
        self.account(value).probability
    }

    /// How the probability of a value comes about.
    pub fn account(&self, value: &ExtractedValue) -> Account {
        let judge = self.judge(value);
        let offset = judge.classes.get(&Class::of(value.field)).map_or(0.0, |c| c.offset);
        let parts = features(value);
        let parts: [Part; FEATURES.len()] = std::array::from_fn(|k| Part { feature: k, value: parts[k], weight: judge.weights[k] });
        let sum: f64 = parts.iter().map(Part::log_odds).sum();
        let logit = judge.intercept + offset + sum;
        let probability = (1.0 / (1.0 + (-logit).exp())).clamp(1.0 - SUREST, SUREST);
        let (both, threshold) = (asked_twice(value), self.threshold(value));
        Account { intercept: judge.intercept, class: Class::of(value.field), offset, parts, probability, threshold, both }
    }

    /// Nothing that the second engine was not asked about is judged as if it had agreed.
    fn judge(&self, value: &ExtractedValue) -> &Logistic {
        if asked_twice(value) { &self.both } else { &self.alone }
    }

    /// Least probability at which a value of this kind is accepted; `None` if none ever is.
    pub(super) fn threshold(&self, value: &ExtractedValue) -> Option<f64> {
        self.judge(value).classes.get(&Class::of(value.field)).map(|c| c.threshold).filter(|&t| t <= 1.0)
    }

    /// Whether any value of a class is accepted without a person that both engines read.
    pub fn may_accept(&self, class: Class) -> bool {
        self.both.classes.get(&class).is_some_and(|rule| rule.threshold <= 1.0)
    }

    /// Least confidence in a document's kind at which its type may be accepted.
    pub(super) fn kind_sure(&self) -> f32 {
        self.kind_sure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_model_is_whole() {
        let model = ConfidenceModel::load(None).unwrap();
        assert_eq!([&model.alone, &model.both].map(|judge| judge.classes.len()), [Class::ALL.len(); 2]);
    }

    #[test]
    fn wrong_models_are_refused_by_name() {
        for (from, to, word) in [
            ("word-min =", "word-minimum =", "alone.weights lacks `word-min`"),
            ("[both.classes.identity]", "[both.classes.identities]", "identities"),
            ("intercept =", "interzept =", "interzept"),
            ("kind-sure = ", "kind-sure = \"high\" # ", "kind-sure"),
        ] {
            assert!(DEFAULT.contains(from), "{from}");
            let error = ConfidenceModel::parse("site/confidence.toml", &DEFAULT.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.starts_with("site/confidence.toml: ") && error.contains(word), "{error}");
        }
    }

    #[test]
    fn an_account_adds_up_to_the_probability() {
        use crate::model::{Field, PageNumber, Signals};
        let signals = Signals { word_min: 0.95, word_mean: 0.96, label: 1.0, page_mean: 0.9, ..Signals::default() };
        let value = ExtractedValue {
            field: Field::Mrn,
            item: None,
            value: "448213".into(),
            raw: "448213".into(),
            page: PageNumber::new(1),
            place: None,
            label_place: None,
            rule: String::new(),
            signals,
        };
        let account = ConfidenceModel::load(None).unwrap().account(&value);
        let sum = account.intercept + account.offset + account.parts.iter().map(Part::log_odds).sum::<f64>();
        assert!((1.0 / (1.0 + (-sum).exp()) - account.probability).abs() < 1e-9);
        assert!(account.parts.iter().any(|part| FEATURES[part.feature].name == "label" && part.value == 1.0));
        assert_eq!((account.both, account.class), (false, Class::Ids));
    }

    #[test]
    fn a_site_may_replace_the_model() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(ConfidenceModel::load(Some(folder.path())).unwrap(), ConfidenceModel::load(None).unwrap());
        std::fs::write(folder.path().join(FILE), DEFAULT.replacen("intercept =", "intercept = 1.0 #", 1)).unwrap();
        assert_ne!(ConfidenceModel::load(Some(folder.path())).unwrap(), ConfidenceModel::load(None).unwrap());
    }
}
