//! The fit as a whole: both regimes, their thresholds, and what they come to on layouts that were left out.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;

use super::figures::{Figures, Judgement, RunFigures, share};
use super::fit::{self, Folds, LeftOut, NEVER};
use super::sample::{Sample, Set};
use super::thresholds::{self, Candidate, Thresholds};
use crate::confidence::{ConfidenceModel, FittedOn, Regime, probability_of};
use crate::model::Sha256;

/// The labelled values of an archive, and who read them.
pub struct Read<'s> {
    /// The values.
    pub set: &'s Set,
    /// The engines and their versions.
    pub engines: String,
}

/// What is to be fitted.
pub struct Request<'s> {
    /// The archive.
    pub archive: Read<'s>,
    /// The same scans read without the second engine; without it the regime `alone` stays as it is, unless no second engine read the archive.
    pub alone: Option<Read<'s>>,
    /// The model that is in use now.
    pub in_force: &'s ConfidenceModel,
    /// Share of wrong values among those accepted of a class, 0.0–1.0.
    pub target: f64,
    /// The day, as YYYY-MM-DD.
    pub date: String,
    /// Where the labels come from.
    pub labels: String,
}

/// A fitted model and what is known of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Calibration {
    /// The model.
    #[serde(skip)]
    pub model: ConfidenceModel,
    /// Which regimes were fitted: `alone`, `both`.
    pub fitted: Vec<&'static str>,
    /// The target.
    pub target: f64,
    /// On the archive, layouts left out.
    pub archive: RunFigures,
    /// On the archive read without the second engine, layouts left out.
    pub alone: Option<RunFigures>,
    /// The model that is in use now, on the archive. It may have seen what it is measured on.
    pub in_force: RunFigures,
    /// Documents of the archive that it was fitted on.
    pub in_force_has_seen: usize,
}

/// A regime with the set that it is fitted on.
struct Fitted<'s> {
    set: &'s Set,
    engines: &'s str,
    both: bool,
    left_out: LeftOut,
}

impl<'s> Fitted<'s> {
    fn new(read: &'s Read<'_>, both: bool, folds: &Folds) -> Self {
        Self { set: read.set, engines: &read.engines, both, left_out: LeftOut::fit(read.set, folds, both) }
    }
}

/// Fits what the archives hold values for, and measures it.
pub fn calibrate(request: &Request<'_>) -> Calibration {
    let archive = request.archive.set;
    let sets: Vec<&Set> = request.alone.iter().map(|read| read.set).chain([archive]).collect();
    let folds = Folds::new(&sets);
    let of_alone = match &request.alone {
        Some(read) => Some(read),
        None => (!archive.has_both()).then_some(&request.archive),
    };
    let alone = of_alone.map(|read| Fitted::new(read, false, &folds));
    let both = archive.has_both().then(|| Fitted::new(&request.archive, true, &folds));
    let of_set: Vec<Vec<usize>> = sets.iter().map(|set| folds.of(set)).collect();
    let given: Vec<Vec<Option<f64>>> = sets.iter().zip(&of_set).map(|(set, of)| probabilities(set, of, &alone, &both)).collect();

    let choose = |without: Option<usize>| -> [Thresholds; 2] {
        let candidates = |fitted: &Fitted<'_>| {
            let at = sets.iter().position(|set| std::ptr::eq(*set, fitted.set)).unwrap_or(0);
            candidates(fitted.set, &of_set[at], &given[at], fitted.both, without)
        };
        let by_alone = match &alone {
            Some(fitted) => thresholds::choose(candidates(fitted).into_iter(), request.target, None),
            None => thresholds_of(&request.in_force.alone),
        };
        let by_both = match &both {
            Some(fitted) => thresholds::choose(candidates(fitted).into_iter(), request.target, Some(&by_alone)),
            None => thresholds_of(&request.in_force.both),
        };
        [by_alone, by_both]
    };
    let levels = choose(None);
    let without: Vec<[Thresholds; 2]> = (0..folds.len()).into_par_iter().map(|fold| choose(Some(fold))).collect();
    let judgement = |at: usize| {
        let (set, of, given): (&Set, &Vec<usize>, &Vec<Option<f64>>) = (sets[at], &of_set[at], &given[at]);
        Judgement {
            set,
            probabilities: given.clone(),
            accepted: accepted(set, given, |_, sample| level(&levels, sample)),
            nested: accepted(set, given, |at, sample| level(&without[of[at]], sample)),
        }
    };
    let judgements: Vec<Judgement<'_>> = (0..sets.len()).map(judgement).collect();
    let on = |fitted: &Fitted<'_>| &judgements[sets.iter().position(|set| std::ptr::eq(*set, fitted.set)).unwrap_or(0)];
    let regime = |fitted: &Option<Fitted<'_>>, kept: &Regime, levels: &Thresholds| match fitted {
        Some(fitted) => whole(request, fitted, levels, &on(fitted).of_regime(fitted.both)),
        None => kept.clone(),
    };
    let mut model = ConfidenceModel {
        kind_sure: request.in_force.kind_sure,
        alone: regime(&alone, &request.in_force.alone, &levels[0]),
        both: regime(&both, &request.in_force.both, &levels[1]),
        digest: Sha256::of(b""),
    };
    model.digest = Sha256::of(model.text().as_bytes());
    let names = [("alone", alone.is_some()), ("both", both.is_some())];
    let runs: Vec<RunFigures> = judgements.iter().map(|judgement| judgement.run(&levels[0], &levels[1])).collect();
    Calibration {
        model,
        fitted: names.into_iter().filter(|(_, fitted)| *fitted).map(|(name, _)| name).collect(),
        target: request.target,
        in_force: in_force(request.in_force, archive),
        in_force_has_seen: archive.documents.iter().filter(|document| request.in_force.has_seen(&document.source)).count(),
        alone: (runs.len() > 1).then(|| runs[0].clone()),
        archive: runs[runs.len() - 1].clone(),
    }
}

/// What models that have not seen a value's layout say of it; no more than of its item's leading text.
fn probabilities(set: &Set, of: &[usize], alone: &Option<Fitted<'_>>, both: &Option<Fitted<'_>>) -> Vec<Option<f64>> {
    let own = |(sample, &fold): (&Sample, &usize)| {
        let fitted = if sample.both { both } else { alone };
        fitted.as_ref().map(|fitted| fitted.left_out.probability(sample, fold))
    };
    let own: Vec<Option<f64>> = set.samples.iter().zip(of).map(own).collect();
    follow(set, &own)
}

fn follow(set: &Set, own: &[Option<f64>]) -> Vec<Option<f64>> {
    let led = |(at, sample): (usize, &Sample)| match sample.lead {
        Some(lead) => Some(own[at]?.min(own[lead]?)),
        None => own[at],
    };
    set.samples.iter().enumerate().map(led).collect()
}

/// Values of one regime that no rule bars, of all folds but one.
fn candidates(set: &Set, of: &[usize], given: &[Option<f64>], both: bool, without: Option<usize>) -> Vec<Candidate> {
    let candidate = |(at, sample): (usize, &Sample)| {
        let takes = sample.open && sample.both == both && Some(of[at]) != without;
        let probability = given[at].filter(|_| takes)?;
        Some(Candidate { class: sample.class, probability, layout: sample.layout, right: sample.right })
    };
    set.samples.iter().enumerate().filter_map(candidate).collect()
}

fn thresholds_of(regime: &Regime) -> Thresholds {
    regime.classes.iter().map(|(&class, rule)| (class, rule.threshold)).collect()
}

fn level(levels: &[Thresholds; 2], sample: &Sample) -> f64 {
    levels[usize::from(sample.both)].get(&sample.class).copied().unwrap_or(NEVER)
}

/// The decision: what no rule bars and reaches its threshold, components of items after their leading texts.
fn accepted(set: &Set, given: &[Option<f64>], level: impl Fn(usize, &Sample) -> f64) -> Vec<bool> {
    let own = |(at, sample): (usize, &Sample)| sample.open && given[at].is_some_and(|p| p >= level(at, sample));
    let own: Vec<bool> = set.samples.iter().enumerate().map(own).collect();
    set.samples.iter().enumerate().map(|(at, sample)| own[at] && sample.lead.is_none_or(|lead| own[lead])).collect()
}

/// The regime as it is to be kept: fitted on everything.
fn whole(request: &Request<'_>, fitted: &Fitted<'_>, levels: &Thresholds, figures: &Figures) -> Regime {
    let mine: Vec<&Sample> = fitted.set.samples.iter().filter(|sample| sample.both == fitted.both).collect();
    let mut regime = fit::regime(mine.iter().copied());
    regime.calibration = fitted.left_out.calibration;
    for (class, rule) in &mut regime.classes {
        rule.threshold = levels.get(class).copied().unwrap_or(NEVER);
    }
    let documents: BTreeSet<usize> = mine.iter().map(|sample| sample.document).collect();
    let mut on = FittedOn {
        date: request.date.clone(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        engines: fitted.engines.to_owned(),
        labels: request.labels.clone(),
        target: request.target,
        values: mine.len() as u64,
        documents: documents.len() as u64,
        layouts: mine.iter().map(|sample| sample.layout).collect::<BTreeSet<_>>().len() as u64,
        accepted: share(figures.accepted, figures.values).unwrap_or(0.0),
        wrong: share(figures.wrong, figures.accepted).unwrap_or(0.0),
        nested_accepted: share(figures.nested_accepted, figures.values).unwrap_or(0.0),
        nested_wrong: share(figures.nested_wrong, figures.nested_accepted).unwrap_or(0.0),
        brier: figures.brier.unwrap_or(0.0),
        calibration_error: figures.calibration_error.unwrap_or(0.0),
        auroc: figures.auroc.unwrap_or(0.0),
        sources: BTreeSet::new(),
    };
    documents.iter().for_each(|&document| on.add(&fitted.set.documents[document].source));
    regime.fitted = on;
    regime
}

/// A model as it stands, on values that it may have seen.
fn in_force(model: &ConfidenceModel, set: &Set) -> RunFigures {
    let own = |sample: &Sample| {
        let regime = if sample.both { &model.both } else { &model.alone };
        Some(probability_of(regime.calibration.of(regime.logit(sample.class, &sample.features))))
    };
    let given = follow(set, &set.samples.iter().map(own).collect::<Vec<_>>());
    let levels = [thresholds_of(&model.alone), thresholds_of(&model.both)];
    let accepted = accepted(set, &given, |_, sample| level(&levels, sample));
    Judgement { set, probabilities: given, nested: accepted.clone(), accepted }.run(&levels[0], &levels[1])
}
