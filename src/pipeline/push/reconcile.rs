//! Whether the server has just one of every resource that was delivered. Looks and lists: what is to become of a duplicate is for people and the
//! server's own tools.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::clock::SystemClock;
use super::ended_by;
use crate::model::{DocumentId, Known};
use crate::pipeline::{Archive, RunError, Stop};
use crate::push::{self, Address, Client, Mismatch, Trouble};
use crate::report::{Event, ReconcileReport, Reporter};
use crate::settings::Settings;

/// What is to be looked through.
pub struct ReconcileRequest<'a> {
    /// The archive.
    pub archive: &'a Path,
    /// The server's base address.
    pub to: &'a str,
    /// All settings.
    pub settings: &'a Settings,
    /// When to stop.
    pub stop: Stop,
    /// Answers for environment variables that hold tokens.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
}

/// Searches the server for every resource that was delivered, by its identifier.
///
/// # Errors
/// The archive's, the settings', a server that is not reached or does not let us in.
pub fn reconcile(request: &ReconcileRequest<'_>, reporter: &mut dyn Reporter) -> Result<ReconcileReport, RunError> {
    let settings = &request.settings.push;
    let address = Address::new(request.to, &settings.plain_http_hosts)?;
    let clock = SystemClock::new(request.stop.clone());
    let client = Client::new(address.clone(), settings, request.environment, &clock)?;
    let (ledger, _) = Archive::look(request.archive)?;
    let mut all: Vec<(DocumentId, Known)> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for delivered in ledger.delivered_documents(address.as_str())? {
        for known in ledger.standing(address.as_str(), &delivered.sha256, delivered.ordinal)?.known {
            // A resource that several documents share is searched once.
            if known.lives() && seen.insert(known.last.key.clone()) {
                all.push((delivered.document.clone(), known));
            }
        }
    }
    reporter.event(&Event::Counting { what: "resources", total: all.len() as u64 });
    let found = search(&client, &all, settings.jobs, &request.stop, reporter);
    reporter.event(&Event::Ended);
    let (checked, mut mismatches) = found.map_err(|trouble| ended_by(&address, trouble))?;
    mismatches.sort_by(|a, b| (&a.0, &a.1.path).cmp(&(&b.0, &b.1.path)));
    Ok(ReconcileReport {
        archive: request.archive.to_owned(),
        to: address.as_str().to_owned(),
        resources: all.len() as u64,
        checked,
        mismatches,
        interrupted: request.stop.requested(),
    })
}

type Found = (u64, Vec<(DocumentId, Mismatch)>);

fn search(
    client: &Client<'_>,
    all: &[(DocumentId, Known)],
    jobs: usize,
    stop: &Stop,
    reporter: &mut dyn Reporter,
) -> Result<Found, Trouble> {
    let next = AtomicUsize::new(0);
    let trouble: Mutex<Option<Trouble>> = Mutex::new(None);
    let (tell, told) = std::sync::mpsc::channel();
    let work = || {
        let tell = tell.clone();
        while !stop.requested() && trouble.lock().is_ok_and(|trouble| trouble.is_none()) {
            let Some((document, known)) = all.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            match push::reconcile(client, known) {
                Ok(mismatch) => drop(tell.send(mismatch.map(|mismatch| (document.clone(), mismatch)))),
                Err(met) => {
                    if let Ok(mut trouble) = trouble.lock() {
                        trouble.get_or_insert(met);
                    }
                }
            }
        }
    };
    let (mut checked, mut mismatches) = (0, Vec::new());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.min(all.len()).max(1)).map(|_| scope.spawn(work)).collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            let Ok(mismatch) = told.recv_timeout(std::time::Duration::from_millis(50)) else { continue };
            checked += 1;
            mismatches.extend(mismatch);
            reporter.event(&Event::Counted);
        }
    });
    for mismatch in told.try_iter() {
        checked += 1;
        mismatches.extend(mismatch);
    }
    match trouble.into_inner().ok().flatten() {
        None | Some(Trouble::Stopped) => Ok((checked, mismatches)),
        Some(trouble) => Err(trouble),
    }
}
