//! The decision: which extracted values leave without a person, and why the others wait.
//!
//! Owns the model that turns a value's [`Signals`] into a probability, the thresholds, and the rules that no
//! probability overrides. Finding values is extraction's work; keeping the decisions is the ledger's.
//!
//! How it decides, in this order:
//! 1. Every value gets a probability from a logistic model (see [`ConfidenceModel`]).
//! 2. Rules send a value to a person whatever its probability: broken form, mended characters, a broken rule between values, handwriting, ink beside it that was not read, words that only one of two engines read, contradicting readings,
//!    an unsure kind of document (its type), several different values of one single-valued field.
//! 3. What is left is accepted if its probability reaches the threshold of its class.
//! 4. A component of an item is accepted only if the item's leading text is.
//! 5. Every expected field that was not found becomes an empty value that waits.
//!
//! [`decide`] does so when a document is understood, with the model's own thresholds. [`settle`] does so again when the archive is whole, with
//! the [`Policy`] of the archive: its certificate, and what an alarm has switched off.

pub mod alarm;
pub mod audit;
pub mod bounds;
pub mod certificate;
pub mod certify;
mod class;
mod features;
mod file;
mod model;
pub mod plan;
mod policy;
pub mod sequence;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Confidence, DecidedValue, ExtractedValue, Extraction, Field, Form, Group, PageNumber, Reason, Signals, Status};

pub use certificate::{Certificate, Standing};
pub use class::Class;
pub use features::{FEATURES, Feature, Speaks, asked_twice, features};
pub use file::FittedOn;
pub use model::{Account, BetaCalibration, ClassRule, ConfidenceError, ConfidenceModel, Part, Regime, logarithms, probability_of};
pub use policy::{ConfidenceSettings, Gate, Policy, Uncertified};

/// The rule's name in values that stand for what was not found.
const MISSING_RULE: &str = "confidence.missing";

/// Decides of every value of a document. The values keep their order; expected fields that were not found follow, empty and in
/// [`Status::Review`]. Nothing is dropped.
pub fn decide(extraction: Extraction, model: &ConfidenceModel) -> Vec<DecidedValue> {
    let Extraction { kind_confidence, values, missing, .. } = extraction;
    let contested = contested(&values);
    let gate = |value: &ExtractedValue| model.threshold(value).map_or(Gate::Shut(Reason::Policy), Gate::Default);
    let mut decided: Vec<DecidedValue> = values.into_iter().map(|value| judge(value, kind_confidence, &contested, model, &gate)).collect();
    follow_the_lead(&mut decided);
    decided.extend(missing.into_iter().map(|(field, page)| not_found(field, page)));
    decided
}

/// Decides anew of a document's values, as the machine left them, by the archive's policy. Rows without a value stay as they are.
pub fn settle(values: Vec<DecidedValue>, standing: &Standing<'_>, model: &ConfidenceModel, policy: &Policy) -> Vec<DecidedValue> {
    decide_by(values, standing, model, &|value| policy.gate(value, standing, model))
}

/// What of a document could be accepted if only the probability spoke: every value with its score, its lead's if that is lower, and whether a rule
/// bars it or its lead.
pub fn open(values: Vec<DecidedValue>, standing: &Standing<'_>, model: &ConfidenceModel) -> Vec<DecidedValue> {
    decide_by(values, standing, model, &|_| Gate::Default(0.0))
}

/// Decides of values that are kept.
fn decide_by(
    values: Vec<DecidedValue>,
    standing: &Standing<'_>,
    model: &ConfidenceModel,
    gate: &dyn Fn(&ExtractedValue) -> Gate,
) -> Vec<DecidedValue> {
    let contested = contested(values.iter().map(|value| &value.extracted));
    let again = |value: DecidedValue| {
        let empty = value.extracted.value.trim().is_empty();
        if empty { value } else { judge(value.extracted, standing.kind_confidence, &contested, model, gate) }
    };
    let mut settled: Vec<DecidedValue> = values.into_iter().map(again).collect();
    follow_the_lead(&mut settled);
    settled
}

/// Judges one value by itself.
fn judge(
    value: ExtractedValue,
    kind_confidence: f32,
    contested: &BTreeSet<Field>,
    model: &ConfidenceModel,
    gate: &dyn Fn(&ExtractedValue) -> Gate,
) -> DecidedValue {
    if value.value.trim().is_empty() {
        return DecidedValue { extracted: value, confidence: Confidence::ZERO, status: Status::Review, reasons: vec![Reason::NotFound] };
    }
    let class = Class::of(value.field);
    let probability = model.probability(&value);
    let mut reasons = Vec::new();
    let signals = &value.signals;
    if signals.form == Form::Invalid {
        reasons.push(Reason::InvalidForm);
    }
    if signals.mended {
        reasons.push(Reason::Mended);
    }
    if !signals.rules_broken.is_empty() {
        reasons.push(Reason::RuleBroken);
    }
    if signals.handwritten {
        reasons.push(Reason::Handwritten);
    }
    if signals.cut_off {
        reasons.push(Reason::CutOff);
    }
    if contested.contains(&value.field) || contradicted(class, signals) {
        reasons.push(Reason::Conflict);
    }
    if value.field == Field::DocumentType && kind_confidence < model.kind_sure {
        reasons.push(Reason::UnsureKind);
    }
    let gate = gate(&value);
    // Of what always goes to a person it says nothing new.
    if signals.read_once && !matches!(gate, Gate::Shut(_)) {
        reasons.push(Reason::ReadOnce);
    }
    match gate {
        Gate::Shut(reason) => reasons.push(reason),
        Gate::Certified(threshold) | Gate::Default(threshold) if probability < threshold => reasons.push(Reason::LowConfidence),
        Gate::Certified(_) | Gate::Default(_) => {}
    }
    let status = if reasons.is_empty() { Status::Accepted } else { Status::Review };
    DecidedValue { extracted: value, confidence: Confidence::new(probability), status, reasons }
}

/// Whether other readings of the same fact speak against a value. One contradiction is enough where a person would be mistaken
/// for another; elsewhere the readings vote, and so do the patient's other papers.
fn contradicted(class: Class, signals: &Signals) -> bool {
    if signals.kin_differ > signals.kin_agree {
        return true;
    }
    match class {
        Class::Identity | Class::Ids => signals.differ > 0,
        _ => signals.differ > signals.agree,
    }
}

/// Single-valued fields for which several different values were given: at most one can be right.
fn contested<'v>(values: impl IntoIterator<Item = &'v ExtractedValue>) -> BTreeSet<Field> {
    let mut first: BTreeMap<Field, &str> = BTreeMap::new();
    let mut contested = BTreeSet::new();
    for value in values.into_iter().filter(|v| v.item.is_none() && v.field.section().is_none() && !v.value.trim().is_empty()) {
        let text = value.value.as_str();
        if *first.entry(value.field).or_insert(text) != text {
            contested.insert(value.field);
        }
    }
    contested
}

/// A component of an item is worth no more than the knowledge what it belongs to.
fn follow_the_lead(decided: &mut [DecidedValue]) {
    let mut leads: BTreeMap<(Group, Option<u32>), (bool, f64)> = BTreeMap::new();
    for value in decided.iter() {
        let extracted = &value.extracted;
        if let Some(group) = extracted.field.group().filter(|&g| lead(g) == extracted.field) {
            leads.insert((group, extracted.item), (value.status == Status::Accepted, value.confidence.get()));
        }
    }
    for value in decided.iter_mut() {
        let extracted = &value.extracted;
        let Some(group) = extracted.field.group().filter(|&g| lead(g) != extracted.field) else { continue };
        // An item without a text at all (a problem that has a code alone) stands by itself.
        let Some(&(accepted, of_lead)) = leads.get(&(group, extracted.item)) else { continue };
        value.confidence = Confidence::new(value.confidence.get().min(of_lead));
        if !accepted {
            value.status = Status::Review;
            if !value.reasons.contains(&Reason::IncompleteItem) {
                value.reasons.push(Reason::IncompleteItem);
            }
        }
    }
}

/// The field that says what an item of a group is.
pub fn lead(group: Group) -> Field {
    match group {
        Group::Condition => Field::ConditionText,
        Group::Medication => Field::MedicationText,
        Group::Allergy => Field::AllergyText,
        Group::Observation => Field::ObservationText,
        Group::Immunization => Field::VaccineText,
        Group::Procedure => Field::ProcedureText,
    }
}

fn not_found(field: Field, page: PageNumber) -> DecidedValue {
    DecidedValue::to_look_at(field, page, MISSING_RULE, Reason::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DocumentKind, Origin, Rule};

    fn sure() -> Signals {
        Signals { word_min: 0.968, word_mean: 0.968, label: 1.0, form: Form::Checked, page_mean: 0.96, agree: 2, ..Signals::default() }
    }

    fn value(field: Field, item: Option<u32>, text: &str, signals: Signals) -> ExtractedValue {
        ExtractedValue {
            field,
            item,
            value: text.to_owned(),
            raw: text.to_owned(),
            page: PageNumber::new(1),
            place: None,
            label_place: None,
            rule: "test.value".to_owned(),
            signals,
        }
    }

    /// A model that does not change when the embedded one is fitted anew.
    fn model() -> ConfidenceModel {
        let weight = |feature: &Feature| match feature.name {
            "word-min" | "form-valid" | "form-checked" => 3.0,
            "word-min-over-80" | "label" | "agree" => 1.0,
            "second-agrees" => 6.0,
            "doubt" | "form-invalid" | "differ" | "second-differs" => -3.0,
            _ => 0.0,
        };
        let regime = |threshold: f64| Regime {
            intercept: -4.5,
            weights: std::array::from_fn(|k| weight(&FEATURES[k])),
            classes: Class::ALL.into_iter().map(|class| (class, ClassRule { offset: 0.0, threshold })).collect(),
            calibration: BetaCalibration::NONE,
            fitted: FittedOn::default(),
        };
        ConfidenceModel { kind_sure: 0.8, alone: regime(0.97), both: regime(0.9), digest: crate::model::Sha256::of(b"") }
    }

    fn decided(values: Vec<ExtractedValue>) -> Vec<DecidedValue> {
        let model = model();
        decide(
            Extraction { kind: DocumentKind::ProgressNote, kind_confidence: 0.4, values, missing: vec![], origin: Origin::default() },
            &model,
        )
    }

    #[test]
    fn what_all_speaks_for_is_accepted() {
        let got = decided(vec![value(Field::BirthDate, None, "1950-02-03", sure())]);
        assert_eq!((got[0].status, got[0].reasons.as_slice()), (Status::Accepted, [].as_slice()), "{}", got[0].confidence.get());
    }

    #[test]
    fn rules_that_no_probability_overrides() {
        for (signals, reason) in [
            (Signals { form: Form::Invalid, ..sure() }, Reason::InvalidForm),
            (Signals { mended: true, ..sure() }, Reason::Mended),
            (Signals { handwritten: true, ..sure() }, Reason::Handwritten),
            (Signals { rules_broken: vec![Rule::StateAndPostalCode], ..sure() }, Reason::RuleBroken),
            (Signals { cut_off: true, ..sure() }, Reason::CutOff),
            (Signals { read_once: true, ..sure() }, Reason::ReadOnce),
            (Signals { differ: 1, ..sure() }, Reason::Conflict),
        ] {
            let got = decided(vec![value(Field::Family, None, "Doe", signals)]);
            assert_eq!(got[0].status, Status::Review);
            assert!(got[0].reasons.contains(&reason), "{reason:?}");
        }
        let got = decided(vec![value(Field::DocumentType, None, "11506-3", sure())]);
        assert!(got[0].reasons.contains(&Reason::UnsureKind));
    }

    #[test]
    fn agreement_of_two_engines_accepts_what_one_alone_does_not() {
        let weak = Signals { word_min: 0.85, word_mean: 0.9, form: Form::Free, agree: 0, ..sure() };
        let agreed = Signals { second_asked: true, second_agree: 1.0, second_min: 0.99, ..weak.clone() };
        let table = [
            (agreed.clone(), Status::Accepted),
            // Silence is not agreement.
            (Signals { second_asked: false, ..agreed.clone() }, Status::Review),
            (Signals { second_agree: 0.5, ..agreed.clone() }, Status::Review),
            (Signals { handwritten: true, ..agreed }, Status::Review),
            (weak, Status::Review),
        ];
        for (signals, status) in table {
            assert_eq!(decided(vec![value(Field::Family, None, "Doe", signals)])[0].status, status);
        }
    }

    #[test]
    fn several_values_of_one_field_wait_but_equal_ones_do_not() {
        let got = decided(vec![
            value(Field::BirthDate, None, "1950-02-03", sure()),
            value(Field::BirthDate, None, "1950-02-08", sure()),
            value(Field::Gender, None, "male", sure()),
            value(Field::Gender, None, "male", sure()),
        ]);
        assert!(got[..2].iter().all(|v| v.status == Status::Review && v.reasons == [Reason::Conflict]));
        assert!(got[2..].iter().all(|v| v.status == Status::Accepted));
    }

    #[test]
    fn a_component_follows_its_lead() {
        let doubtful = Signals { word_min: 0.3, word_mean: 0.5, ..sure() };
        let got = decided(vec![
            value(Field::ObservationText, Some(1), "S0dium", doubtful),
            value(Field::ObservationValue, Some(1), "140", sure()),
            value(Field::ObservationText, Some(2), "Potassium", sure()),
            value(Field::ObservationValue, Some(2), "4.1", sure()),
        ]);
        assert_eq!(got[1].reasons, [Reason::IncompleteItem]);
        assert!(got[1].confidence <= got[0].confidence);
        assert_eq!(got[3].status, Status::Accepted);
    }

    #[test]
    fn what_was_not_found_waits_with_a_page_to_look_at() {
        let model = model();
        let extraction = Extraction {
            kind: DocumentKind::ProgressNote,
            kind_confidence: 1.0,
            values: vec![value(Field::Mrn, None, " ", sure())],
            missing: vec![(Field::Phone, PageNumber::new(2))],
            origin: Origin::default(),
        };
        let got = decide(extraction, &model);
        assert_eq!(got.len(), 2);
        for value in got {
            assert_eq!((value.status, value.reasons.as_slice()), (Status::Review, [Reason::NotFound].as_slice()));
            assert_eq!(value.confidence, Confidence::ZERO);
        }
    }

    #[test]
    fn worse_signals_never_raise_a_probability() {
        let model = ConfidenceModel::load(None).unwrap();
        let p = |s: Signals| model.probability(&value(Field::Mrn, None, "12345", s));
        let best = p(sure());
        for worse in [
            Signals { word_min: 0.5, word_mean: 0.7, ..sure() },
            Signals { doubt: 0.9, ..sure() },
            Signals { label: 0.2, ..sure() },
            Signals { differ: 2, ..sure() },
            Signals { form: Form::Invalid, ..sure() },
        ] {
            assert!(p(worse.clone()) <= best, "{worse:?}");
        }
        let agreed = Signals { second_asked: true, second_agree: 1.0, second_min: 1.0, ..sure() };
        let best = p(agreed.clone());
        for worse in [
            Signals { second_agree: 0.5, ..agreed.clone() },
            Signals { second_min: 0.6, ..agreed.clone() },
            Signals { replaced: true, ..agreed.clone() },
            Signals { word_min: 0.5, word_mean: 0.7, ..agreed },
        ] {
            assert!(p(worse.clone()) <= best, "{worse:?}");
        }
    }
}
