//! Events and who listens to them: progress bar, lines, log, summary. Owns the terminal while a run lasts, and the exit codes.
//! Events carry names of files, ids and counts, never text from a page. Leaves it to the command line who listens.

mod accounts;
mod audit;
mod certify;
mod event;
mod exit;
mod export;
mod log;
mod progress;
mod push;
mod review;
mod sheet;
mod station;
mod summary;
mod trust;
mod verify;

pub use accounts::AccountsReport;
pub use audit::{AuditReport, ImportReport};
pub use certify::{CertifyReport, ContractReport, LabelCounts, PlanReport, TargetPlan};
pub use event::{Event, Listeners, Reporter, Silent};
pub use exit::Exit;
pub use export::ExportReport;
pub use log::{LogFormat, LogListener, start_log};
pub use progress::{Bar, Lines, progress};
pub use push::{PushReport, ReconcileReport};
pub use review::PrepareReport;
pub use sheet::{Obstacle, SheetReport, SheetWritten};
pub use station::StationReport;
pub use summary::{Bundles, RunSummary, SecondCost, StatusReport, ThisRun};
pub use trust::{Promised, Trust};
pub use verify::VerifyReport;

/// Writes one finished text to standard output: data, and the only place where it is written.
///
/// # Errors
/// Those of the stream; a reader that has gone away (`chartlift … | head`) is none.
#[allow(clippy::print_stdout)]
pub fn to_stdout(text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Writes one finished text to standard error: talk. Nothing can be done where even that fails.
pub fn to_stderr(text: &str) {
    use std::io::Write;
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
