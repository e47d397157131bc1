//! `chartlift plan`: what targets would cost in an archive. Looks, and changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::rules::Rules;
use super::{Archive, RunError, settle};
use crate::confidence::plan::{self, Pool};
use crate::confidence::{self, Class};
use crate::model::Status;
use crate::report::{PlanReport, TargetPlan};

/// Targets that are planned for.
pub const TARGETS: [f64; 3] = [0.001, 0.005, 0.01];
/// Seconds that a reviewer takes to confirm or mend a value with its picture beside it: 20 a minute, a design figure and nobody's measurement.
const REVIEW_SECONDS: f64 = 3.0;
/// Seconds that keying a value blind takes: ten a minute, likewise.
const LABEL_SECONDS: f64 = 6.0;

/// What is to be planned.
pub struct PlanRequest<'a> {
    /// The archive.
    pub archive: PathBuf,
    /// Seconds that a reviewer takes for a value; measured from the archive's decisions, or a design figure, if not given.
    pub review_seconds: Option<f64>,
    /// Seconds that a blind check takes.
    pub label_seconds: Option<f64>,
    /// Probability that a class's promise is wrong.
    pub delta: f64,
    /// The site's folder of rules.
    pub rules: Option<&'a Path>,
}

/// Plans.
///
/// # Errors
/// No archive, a damaged one, rules that cannot be read.
pub fn plan(request: &PlanRequest<'_>) -> Result<PlanReport, RunError> {
    let (ledger, _) = Archive::look(&request.archive)?;
    let rules = Rules::load(request.rules)?;
    let mut pools: BTreeMap<Class, Pool> = BTreeMap::new();
    let (mut given, mut barred, mut missing) = (0, 0, 0);
    for document in settle::unsettled(&ledger) {
        let mut document = document?;
        let values = std::mem::take(&mut document.stored.record.values);
        let mut fields = BTreeSet::new();
        for value in confidence::open(values, &settle::standing(&document), rules.confidence()) {
            if value.extracted.value.trim().is_empty() {
                missing += 1;
                continue;
            }
            given += 1;
            let pool = pools.entry(Class::of(value.extracted.field)).or_default();
            if value.status == Status::Accepted {
                pool.scores.push(value.confidence.get());
                pool.cases += u64::from(fields.insert(value.extracted.field));
            } else {
                barred += 1;
            }
        }
    }
    let targets = TARGETS.map(|target| {
        let classes = pools.iter().map(|(class, pool)| (*class, plan::cost(pool, target, request.delta))).collect();
        TargetPlan { target, classes }
    });
    let measured = ledger.seconds_per_decision()?;
    let review_seconds = match (request.review_seconds, measured) {
        (Some(stated), _) => (stated, false),
        (None, Some(measured)) => (measured, true),
        (None, None) => (REVIEW_SECONDS, false),
    };
    Ok(PlanReport {
        archive: request.archive.clone(),
        given,
        barred,
        missing,
        targets: targets.into(),
        review_seconds,
        label_seconds: request.label_seconds.unwrap_or(LABEL_SECONDS),
    })
}
