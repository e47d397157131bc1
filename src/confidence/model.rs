//! The logistic model and its thresholds: data in config/confidence.toml, replaceable by a site.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::{ExtractedValue, Sha256};

use super::features::asked_twice;
use super::file::{self, FittedOn};
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
    #[error("{file}: {reason}; take config/confidence.toml as a pattern or fit it anew with `chartlift calibrate`")]
    Parse {
        /// The file's name.
        file: String,
        /// What is wrong and where.
        reason: String,
    },
}

/// What holds for the values of a class.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    /// Added to the intercept.
    pub offset: f64,
    /// Least probability that is accepted; above 1 nothing is.
    pub threshold: f64,
}

/// A second step that takes the model's own probability `s` to one that holds for layouts that it has not seen:
/// `ln(p / (1 - p)) = c + a · ln(s) - b · ln(1 - s)`. It keeps the order of values; `a = b` is Platt's scaling.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BetaCalibration {
    /// Not below 0.
    pub a: f64,
    /// Not below 0.
    pub b: f64,
    /// Moves all alike.
    pub c: f64,
}

impl BetaCalibration {
    /// Changes nothing.
    pub const NONE: Self = Self { a: 1.0, b: 1.0, c: 0.0 };

    /// Log-odds calibrated, of log-odds.
    pub fn of(self, logit: f64) -> f64 {
        let [ln_s, ln_rest] = logarithms(logit);
        self.c + self.a * ln_s - self.b * ln_rest
    }
}

/// ln(s) and ln(1 - s) of a probability's log-odds, exact at both ends.
pub fn logarithms(logit: f64) -> [f64; 2] {
    // ln(1 + exp(x)) without overflow.
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    [-softplus(-logit), -softplus(logit)]
}

/// The probability of log-odds, cut to what there is data for.
pub fn probability_of(logit: f64) -> f64 {
    (1.0 / (1.0 + (-logit).exp())).clamp(1.0 - SUREST, SUREST)
}

/// Weights and thresholds of the values that one engine read, or of those that both did.
#[derive(Clone, Debug, PartialEq)]
pub struct Regime {
    /// Where every value begins.
    pub intercept: f64,
    /// In the order of [`FEATURES`].
    pub weights: [f64; FEATURES.len()],
    /// One rule a class.
    pub classes: BTreeMap<Class, ClassRule>,
    /// The second step.
    pub calibration: BetaCalibration,
    /// What it was fitted on.
    pub fitted: FittedOn,
}

impl Regime {
    /// The model's own log-odds, before calibration.
    pub fn logit(&self, class: Class, features: &[f64; FEATURES.len()]) -> f64 {
        let sum: f64 = self.weights.iter().zip(features).map(|(weight, x)| weight * x).sum();
        self.intercept + self.classes.get(&class).map_or(0.0, |rule| rule.offset) + sum
    }
}

/// The model: `p = 1 / (1 + exp(-(intercept + offset of the class + Σ weight · feature)))`, and for each class the probability from
/// which its values are accepted. There are two of each: for values that both engines read, and for all others, which are accepted less.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfidenceModel {
    /// Least confidence in a document's kind at which its type may be accepted.
    pub kind_sure: f32,
    /// For values that one engine read.
    pub alone: Regime,
    /// For values that both engines read.
    pub both: Regime,
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
    /// What the calibration adds.
    pub calibration: f64,
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
        file::parse(text).map_err(wrong)
    }

    /// The text of its file.
    pub fn text(&self) -> String {
        file::text(self)
    }

    /// A short name of this very model: the first digits of its file's digest.
    pub fn version(&self) -> String {
        self.digest.to_string()[..16].to_owned()
    }

    /// What it was fitted on: values that one engine read, values that both did.
    pub fn fitted_on(&self) -> [&FittedOn; 2] {
        [&self.alone.fitted, &self.both.fitted]
    }

    /// Whether it was fitted on values of a source: what it has seen cannot certify it.
    pub fn has_seen(&self, source: &Sha256) -> bool {
        self.fitted_on().iter().any(|fitted| fitted.has_seen(source))
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
        let calibrated = judge.calibration.of(logit);
        let (calibration, probability) = (calibrated - logit, probability_of(calibrated));
        let (both, threshold) = (asked_twice(value), self.threshold(value));
        Account { intercept: judge.intercept, class: Class::of(value.field), offset, parts, calibration, probability, threshold, both }
    }

    /// Nothing that the second engine was not asked about is judged as if it had agreed.
    fn judge(&self, value: &ExtractedValue) -> &Regime {
        if asked_twice(value) { &self.both } else { &self.alone }
    }

    /// Least probability at which a value of this kind is accepted; `None` if none ever is.
    pub(super) fn threshold(&self, value: &ExtractedValue) -> Option<f64> {
        self.judge(value).classes.get(&Class::of(value.field)).map(|c| c.threshold).filter(|&t| t <= 1.0)
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
    fn a_wrong_file_is_named() {
        let error = ConfidenceModel::parse("site/confidence.toml", "format = 1").unwrap_err().to_string();
        assert!(error.starts_with("site/confidence.toml: its format is 1"), "{error}");
    }

    #[test]
    fn calibration_keeps_the_order_and_the_ends() {
        let logits = [-800.0, -40.0, -3.0, 0.0, 0.5, 3.0, 40.0, 800.0];
        assert!(logits.iter().all(|&x| (BetaCalibration::NONE.of(x) - x).abs() < 1e-9));
        let bent = BetaCalibration { a: 0.5, b: 2.0, c: 0.1 };
        assert!(logits.windows(2).all(|w| bent.of(w[0]) < bent.of(w[1])));
        // By hand: s = 1/2, so ln s = ln (1 - s) = -ln 2.
        assert!((bent.of(0.0) - (0.1 + 1.5 * 2.0_f64.ln())).abs() < 1e-12);
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
        let sum = account.intercept + account.offset + account.parts.iter().map(Part::log_odds).sum::<f64>() + account.calibration;
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
