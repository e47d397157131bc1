//! The log: events as lines of text or JSON on standard error. Only this program's own messages pass; some of the crates used
//! log what they read on a page.

use std::io;

use serde::{Deserialize, Serialize};
use tracing::{debug, info, warn};

use super::{Event, Reporter};

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line of text a message.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts the log on standard error. Without a format, warnings alone are shown.
pub fn start_log(format: Option<LogFormat>, verbose: bool) {
    let level = match (format, verbose) {
        (_, true) => "chartlift=debug",
        (Some(_), false) => "chartlift=info",
        (None, false) => "chartlift=warn",
    };
    // Targets are matched by prefix: everything that is not ours stays off, whatever RUST_LOG says.
    let filter = tracing_subscriber::EnvFilter::new(format!("off,{level}"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false);
    // Starting twice in one process (tests) is no fault.
    let _ = match format {
        Some(LogFormat::Json) => builder.json().flatten_event(true).with_current_span(false).try_init(),
        _ => builder.with_target(false).without_time().try_init(),
    };
}

/// Turns events into log lines.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogListener;

impl Reporter for LogListener {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Started { jobs, engine } => info!(event = "started", jobs, engine, "run started"),
            Event::Surveyed { sources, passed_over } => info!(event = "surveyed", sources, passed_over, "input surveyed"),
            Event::PassedOver { path, why } => info!(event = "passed-over", source = %path, why, "passed over"),
            Event::Planned { to_read, to_understand, suspects } => {
                info!(event = "planned", to_read, to_understand, suspects, "work planned")
            }
            Event::Opened { path, pages } => debug!(event = "opened", source = %path, pages, "opened"),
            Event::Page { path, number, outcome } => {
                debug!(event = "page", source = %path, page = number.get(), outcome = outcome.as_str(), "page done");
            }
            Event::PageFailed { path, number, failure } => {
                info!(event = "page-failed", source = %path, page = number.get(), kind = failure.kind.as_str(), detail = %failure, "page failed");
            }
            Event::SourceFailed { path, failure } => {
                info!(event = "source-failed", source = %path, kind = failure.kind.as_str(), detail = %failure, "file failed");
            }
            Event::SourceDone { path, documents, pages } => info!(event = "source-done", source = %path, documents, pages, "file done"),
            Event::Warning { text } => warn!(event = "warning", "{text}"),
            Event::Stopping { in_flight } => {
                warn!(event = "stopping", in_flight, "stopping: files in flight are finished first; signal again to stop at once")
            }
            Event::Writing => info!(event = "writing", "writing output"),
            Event::Counting { what, total } => info!(event = "counting", what, total, "work planned"),
            Event::Counted | Event::Tick => {}
            Event::Ended => info!(event = "ended", "run ended"),
        }
    }
}
