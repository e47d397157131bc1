//! `chartlift push` and `chartlift reconcile`: the ledger's documents, rendered, sent to a FHIR server, and what became of them back into the ledger.
//!
//! What is left to send is a query: a document whose resources were delivered with the same digests rests, whatever happened in between. An attempt is in the
//! ledger before its first byte leaves, its outcome before the person's next document begins; so a push that is killed at any moment is gone on with.

mod clock;
mod desk;
mod reconcile;
mod stock;

use std::collections::BTreeMap;
use std::path::Path;

use super::export::Papers;
use super::{Archive, RunError, Stop};
use crate::export::fhir;
use crate::ledger::{DeliveredDocument, Ledger};
use crate::model::Sha256;
use crate::push::{self, Address, Capability, Client, PushError, Sender, Trouble};
use crate::report::{Event, Exit, PushReport, Reporter};
use crate::settings::Settings;
use clock::SystemClock;
use desk::Desk;
use stock::{Stock, Wish};

pub use reconcile::{ReconcileRequest, reconcile};

/// One document of so many is read back where nothing else is said, and at least one.
const CHECKED_OF: u64 = 100;

/// What is to be sent, and where to.
pub struct PushRequest<'a> {
    /// The archive.
    pub archive: &'a Path,
    /// The server's base address.
    pub to: &'a str,
    /// All settings.
    pub settings: &'a Settings,
    /// Whether scans are sent.
    pub scan: bool,
    /// The folder in which the scans lie now; the one that the archive was made from, if not given.
    pub scans: Option<&'a Path>,
    /// Whether what was set aside is tried again.
    pub again: bool,
    /// How many documents are read back; by default one of a hundred, at least one.
    pub check: Option<u64>,
    /// When to stop.
    pub stop: Stop,
    /// Answers for environment variables that hold tokens.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
}

/// Sends what is not on the server as it should be.
///
/// # Errors
/// The archive's, the settings', a server that is not reached or does not let us in. What concerns one document is in the report.
pub fn push(request: &PushRequest<'_>, reporter: &mut dyn Reporter) -> Result<PushReport, RunError> {
    let settings = &request.settings.push;
    let address = Address::new(request.to, &settings.plain_http_hosts)?;
    scans_wanted(request)?;
    let clock = SystemClock::new(request.stop.clone());
    let client = Client::new(address.clone(), settings, request.environment, &clock)?;
    let mut archive = Archive::open(request.archive)?;
    let ledger = &mut archive.ledger;
    let stock = stock_of(ledger, request, &address)?;
    let mut report = new_report(request, &address, &stock);
    let told = push::capability(&client).map_err(|trouble| ended_by(&address, trouble))?;
    if told.is_none() {
        let text = "the server does not say what it can do (no CapabilityStatement): resources are sent one by one, and searched first";
        reporter.event(&Event::Warning { text: text.to_owned() });
    }
    let capability = told.unwrap_or_else(Capability::default);
    let sender = Sender::new(&client, &capability, settings, stock::write);
    report.server = capability.software.clone();
    report.transactions = sender.transactions();
    let mode = if sender.transactions() { "transaction" } else { "single" };
    let push = ledger.begin_push(address.as_str(), mode)?;
    reporter.event(&Event::Counting { what: "documents", total: stock.documents() });
    let jobs = settings.jobs.min(usize::try_from(stock.documents()).unwrap_or(usize::MAX)).max(1);
    let desk = Desk {
        sender: &sender,
        export: &request.settings.export,
        decode: &request.settings.decode,
        scan: request.scan,
        scans: request.scans,
        jobs,
        stop: &request.stop,
    };
    let outcome = desk.send(ledger, push, stock, &mut report, reporter);
    let outcome = match outcome {
        Ok(None) if !request.stop.requested() => check(ledger, request, &client, &address, &mut report),
        Ok(Some(Trouble::Stopped)) | Ok(None) => Ok(()),
        Ok(Some(trouble)) => Err(ended_by(&address, trouble)),
        Err(error) => Err(error),
    };
    reporter.event(&Event::Ended);
    report.on_server = ledger.delivered_counts(address.as_str())?;
    report.interrupted = request.stop.requested();
    let exit = outcome.as_ref().map_or_else(RunError::exit, |()| report.exit());
    ledger.end_push(push, i32::from(exit.code()))?;
    outcome.map(|()| report)
}

/// Says what would be sent. Asks the server nothing.
///
/// # Errors
/// The archive's, the settings'.
pub fn push_dry(request: &PushRequest<'_>) -> Result<PushReport, RunError> {
    let settings = &request.settings.push;
    let address = Address::new(request.to, &settings.plain_http_hosts)?;
    scans_wanted(request)?;
    let (ledger, _) = Archive::look(request.archive)?;
    let stock = stock_of(&ledger, request, &address)?;
    let mut report = new_report(request, &address, &stock);
    report.dry_run = true;
    report.on_server = ledger.delivered_counts(address.as_str())?;
    let (mut papers, mut last) = (Papers::new(&request.settings.export), None);
    for (id, person) in stock.lines.iter().flatten() {
        if last.replace(person) != Some(person) {
            papers.turn_to(&ledger, &stock.people.persons[*person])?;
        }
        let Some(record) = papers.document(&ledger, id)? else { continue };
        let items = stock::items(fhir::render(&record, &papers.context, None));
        let standing = ledger.standing(address.as_str(), &record.sha256, record.ordinal)?;
        let had_scan = standing.known.iter().any(|known| known.lives() && known.last.scan.is_some());
        let digests = push::digests(&items, stock::write);
        let scan: &[&str] = match request.settings.export.profile {
            _ if !request.scan || had_scan => &[],
            fhir::Profile::Mhd => &["Binary", "List"],
            _ => &["Binary"],
        };
        report.would(&items, &push::plan(&items, &digests, &standing.known, had_scan), &standing.known, scan);
    }
    for gone in &stock.gone {
        let standing = ledger.standing(address.as_str(), &gone.sha256, gone.ordinal)?;
        let plan = push::plan(&[], &[], &standing.known, false);
        report.would(&[], &plan, &standing.known, &[]);
    }
    Ok(report)
}

fn scans_wanted(request: &PushRequest<'_>) -> Result<(), PushError> {
    let mhd = request.settings.export.profile == fhir::Profile::Mhd;
    if mhd && !request.scan { Err(PushError::NoScans) } else { Ok(()) }
}

fn stock_of(ledger: &Ledger, request: &PushRequest<'_>, address: &Address) -> Result<Stock, RunError> {
    let wish = Wish { destination: address.as_str(), scan: request.scan, again: request.again };
    Stock::take(ledger, &request.settings.export, &wish)
}

fn new_report(request: &PushRequest<'_>, address: &Address, stock: &Stock) -> PushReport {
    PushReport {
        archive: request.archive.to_owned(),
        to: address.as_str().to_owned(),
        planned: stock.documents(),
        delivered_before: stock.delivered,
        set_aside: stock.set_aside.clone(),
        aside_before: stock.set_aside.len() as u64,
        ..PushReport::default()
    }
}

/// Why the server ends a push.
fn ended_by(address: &Address, trouble: Trouble) -> RunError {
    let server = address.as_str().to_owned();
    RunError::Push(match trouble {
        Trouble::Denied(said) => PushError::Denied { server, said },
        Trouble::Stopped => PushError::Stopped,
        trouble => PushError::Server { server, said: trouble.words() },
    })
}

/// Reads a sample of what was delivered now back; of what was delivered at all, if nothing was now.
fn check(
    ledger: &Ledger,
    request: &PushRequest<'_>,
    client: &Client<'_>,
    address: &Address,
    report: &mut PushReport,
) -> Result<(), RunError> {
    let mut from: Vec<DeliveredDocument> = std::mem::take(&mut report.done_now);
    if from.is_empty() && request.check.is_some() {
        from = ledger.delivered_documents(address.as_str())?.into_iter().collect();
    }
    let wanted = request.check.unwrap_or((from.len() as u64).div_ceil(CHECKED_OF));
    // A draw that nobody steers and that another push draws otherwise: by a digest with the number of attempts.
    let mut drawn: BTreeMap<Sha256, DeliveredDocument> = BTreeMap::new();
    for document in from {
        let salt = ledger.standing(address.as_str(), &document.sha256, document.ordinal)?.attempts;
        let lot = Sha256::of_parts(&[document.sha256.as_bytes(), &document.ordinal.to_le_bytes(), &salt.to_le_bytes()]);
        drawn.insert(lot, document);
    }
    for document in drawn.into_values().take(usize::try_from(wanted).unwrap_or(usize::MAX)) {
        let standing = ledger.standing(address.as_str(), &document.sha256, document.ordinal)?;
        match push::read_back(client, &standing.known) {
            Ok(faults) => {
                report.checked += 1;
                report.check_faults.extend(faults.into_iter().map(|fault| (document.document.clone(), fault)));
            }
            Err(Trouble::Stopped) => return Ok(()),
            Err(trouble @ Trouble::Denied(_)) => return Err(ended_by(address, trouble)),
            Err(trouble) => report.check_faults.push((document.document.clone(), trouble.words())),
        }
    }
    Ok(())
}

impl From<PushError> for RunError {
    fn from(error: PushError) -> Self {
        Self::Push(error)
    }
}

/// How a push that cannot go on ends.
pub(super) fn push_exit(error: &PushError) -> Exit {
    match error {
        PushError::Stopped => Exit::Interrupted,
        error if error.is_server() => Exit::Server,
        _ => Exit::Usage,
    }
}
