//! The confidence model as a file: reading it with every mistake told, and writing it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Deserialize;

use super::model::{BetaCalibration, ClassRule, ConfidenceModel, Regime};
use super::{Class, FEATURES};
use crate::model::Sha256;

/// The form of the file.
pub const FORMAT: u32 = 2;
/// Digits of a source's SHA-256 that are kept: 64 bits tell the files of any archive apart.
const SOURCE_DIGITS: usize = 16;
/// Sources that stand in one line of the file.
const SOURCES_IN_LINE: usize = 6;

/// What a regime was fitted on, and how it did on layouts that it had not seen.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FittedOn {
    /// The day, as YYYY-MM-DD in UTC.
    pub date: String,
    /// Version of the program that fitted it.
    pub program: String,
    /// The engines that read the values.
    pub engines: String,
    /// What told right from wrong: `truth` with the first digits of the file's SHA-256, or `decisions`.
    pub labels: String,
    /// Share of wrong values among those accepted that its thresholds were chosen for, 0.0–1.0.
    pub target: f64,
    /// Labelled values.
    pub values: u64,
    /// Documents that they stand in.
    pub documents: u64,
    /// Layouts that these follow.
    pub layouts: u64,
    /// Share of the values, sections apart, that its thresholds accept with probabilities of models that had not seen the layout.
    pub accepted: f64,
    /// Share of wrong ones among these.
    pub wrong: f64,
    /// The same with thresholds that were chosen without the layout, too.
    pub nested_accepted: f64,
    /// Share of wrong ones among these.
    pub nested_wrong: f64,
    /// Brier score of these probabilities.
    pub brier: f64,
    /// Their expected calibration error, ten bins.
    pub calibration_error: f64,
    /// Their area under the receiver operating characteristic.
    pub auroc: f64,
    /// First digits of the SHA-256 of every source, in hexadecimal.
    pub sources: BTreeSet<String>,
}

impl FittedOn {
    /// Takes note of a source.
    pub fn add(&mut self, source: &Sha256) {
        self.sources.insert(digits(source));
    }

    /// Whether values of a source were fitted on.
    pub fn has_seen(&self, source: &Sha256) -> bool {
        self.sources.contains(&digits(source))
    }
}

fn digits(source: &Sha256) -> String {
    source.to_string()[..SOURCE_DIGITS].to_owned()
}

#[derive(Debug, Deserialize)]
struct Head {
    format: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(rename = "format")]
    _format: u32,
    kind_sure: f32,
    alone: FileRegime,
    both: FileRegime,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileRegime {
    intercept: f64,
    calibration: BetaCalibration,
    weights: BTreeMap<String, f64>,
    classes: BTreeMap<Class, ClassRule>,
    fitted: FittedOn,
}

impl FileRegime {
    fn checked(self, name: &str) -> Result<Regime, String> {
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
        let BetaCalibration { a, b, c } = self.calibration;
        let numbers = weights.iter().chain([&self.intercept, &a, &b, &c]);
        if numbers.chain(self.classes.values().flat_map(|c| [&c.offset, &c.threshold])).any(|x| !x.is_finite()) {
            return Err(format!("a weight, offset or threshold of {name} is not a finite number"));
        }
        if a < 0.0 || b < 0.0 {
            return Err(format!("{name}.calibration would turn the order of values around: `a` and `b` are not below 0"));
        }
        if let Some(odd) = self.fitted.sources.iter().find(|s| s.len() != SOURCE_DIGITS || !s.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(format!("{name}.fitted.sources names `{odd}`, which is not the first {SOURCE_DIGITS} digits of a SHA-256"));
        }
        let Self { intercept, calibration, classes, fitted, .. } = self;
        Ok(Regime { intercept, weights, classes, calibration, fitted })
    }
}

/// Reads the text of a model.
pub(super) fn parse(text: &str) -> Result<ConfidenceModel, String> {
    let head: Head = toml::from_str(text).map_err(|e| e.to_string())?;
    match head.format {
        Some(FORMAT) => {}
        Some(other) => return Err(format!("its format is {other}; this program reads {FORMAT}")),
        None => return Err(format!("it is of an older program: this one reads format {FORMAT}")),
    }
    let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
    let (alone, both) = (file.alone.checked("alone")?, file.both.checked("both")?);
    Ok(ConfidenceModel { kind_sure: file.kind_sure, alone, both, digest: Sha256::of(text.as_bytes()) })
}

const HEAD: &str = "\
# The confidence model: how sure a value is, and from where it is accepted without a person.
#
# s = 1 / (1 + exp(-(intercept + offset of the class + sum of weight * feature)))
# p = 1 / (1 + exp(-(c + a * ln(s) - b * ln(1 - s)))), the beta calibration of Kull, Silva Filho and Flach (2017); a = b = 1, c = 0 changes nothing
# `both` judges values whose words two engines read, `alone` all others.
# The features are those of src/confidence/features.rs. Do not edit the numbers by hand: `chartlift calibrate` wrote them (config/README.md says
# how to do it again). `fitted` says on what, and how it did on layouts that were left out, one at a time: shares are of all labelled values, sections
# apart, or of those accepted; `nested` also chose the thresholds without the layout.
";

/// The text of a model's file.
pub(super) fn text(model: &ConfidenceModel) -> String {
    let mut out = HEAD.to_owned();
    let _ = writeln!(
        out,
        "\nformat = {FORMAT}\n\n# A document's type is accepted only if its kind is at least this sure.\nkind-sure = {}",
        model.kind_sure
    );
    for (name, regime) in [("alone", &model.alone), ("both", &model.both)] {
        regime_text(&mut out, name, regime);
    }
    out
}

fn regime_text(out: &mut String, name: &str, regime: &Regime) {
    let BetaCalibration { a, b, c } = regime.calibration;
    let _ = writeln!(out, "\n[{name}]\nintercept = {:.4}\n\n[{name}.calibration]\na = {a:.4}\nb = {b:.4}\nc = {c:.4}", regime.intercept);
    let _ = writeln!(out, "\n[{name}.weights]");
    for (feature, weight) in FEATURES.iter().zip(regime.weights) {
        // No `-0.0000`.
        let _ = writeln!(out, "{} = {:.4}", feature.name, weight + 0.0);
    }
    for class in Class::ALL {
        let Some(rule) = regime.classes.get(&class) else { continue };
        let _ = writeln!(out, "\n[{name}.classes.{}]", class.as_str());
        if rule.threshold > 1.0 {
            let _ = writeln!(out, "# Nothing of this class is accepted: too few layouts, or no level holds the target.");
        }
        let _ = writeln!(out, "offset = {:.4}\nthreshold = {:.4}", rule.offset, rule.threshold);
    }
    let fitted = &regime.fitted;
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let _ = writeln!(out, "\n[{name}.fitted]");
    for (key, said) in [("date", &fitted.date), ("program", &fitted.program), ("engines", &fitted.engines), ("labels", &fitted.labels)] {
        let _ = writeln!(out, "{key} = {}", quoted(said));
    }
    let _ = writeln!(out, "target = {:?}", fitted.target);
    for (key, count) in [("values", fitted.values), ("documents", fitted.documents), ("layouts", fitted.layouts)] {
        let _ = writeln!(out, "{key} = {count}");
    }
    for (key, figure) in [
        ("accepted", fitted.accepted),
        ("wrong", fitted.wrong),
        ("nested-accepted", fitted.nested_accepted),
        ("nested-wrong", fitted.nested_wrong),
        ("brier", fitted.brier),
        ("calibration-error", fitted.calibration_error),
        ("auroc", fitted.auroc),
    ] {
        let _ = writeln!(out, "{key} = {figure:.5}");
    }
    let sources: Vec<&String> = fitted.sources.iter().collect();
    let _ = writeln!(out, "sources = [");
    for line in sources.chunks(SOURCES_IN_LINE) {
        let line: Vec<String> = line.iter().map(|source| format!("\"{source}\"")).collect();
        let _ = writeln!(out, "    {},", line.join(", "));
    }
    let _ = writeln!(out, "]");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> ConfidenceModel {
        let regime = |intercept: f64| {
            let mut fitted = FittedOn {
                date: "2026-01-02".into(),
                program: "0.1.0".into(),
                engines: "an \"engine\" 1".into(),
                labels: "decisions".into(),
                target: 0.005,
                values: 3,
                auroc: 0.9,
                ..FittedOn::default()
            };
            (0..14_u8).for_each(|n| fitted.add(&Sha256::of(&[n])));
            Regime {
                intercept,
                weights: std::array::from_fn(|k| k as f64 / 8.0),
                classes: Class::ALL.into_iter().zip(0..).map(|(c, k)| (c, ClassRule { offset: f64::from(k), threshold: 0.9 })).collect(),
                calibration: BetaCalibration { a: 0.5, b: 1.25, c: -0.25 },
                fitted,
            }
        };
        ConfidenceModel { kind_sure: 0.8, alone: regime(-1.5), both: regime(2.0), digest: Sha256::of(b"") }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (model, text) = (model(), text(&model()));
        let again = parse(&text).unwrap();
        assert_eq!((&again.alone, &again.both, again.kind_sure), (&model.alone, &model.both, 0.8));
        assert_eq!(again.digest, Sha256::of(text.as_bytes()));
        assert_eq!(super::text(&again), text);
        assert!(again.has_seen(&Sha256::of(&[3])) && !again.has_seen(&Sha256::of(b"never")));
        assert_eq!(again.version(), Sha256::of(text.as_bytes()).to_string()[..16]);
    }

    #[test]
    fn wrong_files_are_refused_by_name() {
        let text = text(&model());
        for (from, to, word) in [
            ("word-min =", "word-minimum =", "alone.weights lacks `word-min`"),
            ("\n[alone.weights]", "\n[alone.weights]\ncolour = 1.0", "names `colour`"),
            ("[both.classes.identity]", "[both.classes.identities]", "identities"),
            ("intercept =", "interzept =", "interzept"),
            ("kind-sure = ", "kind-sure = \"high\" # ", "kind-sure"),
            ("format = 2", "format = 9", "its format is 9"),
            ("format = 2\n", "", "older program"),
            ("a = 0.5", "a = -0.5", "alone.calibration"),
            ("b = 1.25", "b = nan # ", "not a finite number"),
            ("auroc = ", "aurok = ", "aurok"),
            ("sources = [\n    \"", "sources = [\n    \"x", "not the first 16 digits"),
        ] {
            assert!(text.contains(from), "{from}");
            let error = parse(&text.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
