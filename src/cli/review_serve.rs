//! `chartlift review serve ARCHIVE`: the page at which people answer what waits.

use std::io::{BufRead, IsTerminal};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use clap::Args;

use super::review_user::operator;
use super::{Complaint, environment};
use crate::pipeline::{ArchiveAccounts, Stop, open_station};
use crate::report::{Exit, StationReport, start_log, to_stderr, to_stdout};
use crate::review::desk::DeskError;
use crate::review::web::{self, Accounts, Clock, LAUNCH_SECONDS, Limits, Parts, ServeError, Station, Way};
use crate::settings::{Settings, Typed};

#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// Address, with a port or without [default: 127.0.0.1, any free port]; other than loopback by TLS alone
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    listen: Option<SocketAddr>,
    /// Name by which browsers call it, besides its address; may be given again
    #[arg(long, value_name = "HOST")]
    name: Vec<String>,
    /// PEM file of the certificate and those above it [default: review.tls_certificate]
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// PEM file of its private key [default: review.tls_key]
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Open no browser
    #[arg(long)]
    no_browser: bool,
    /// Say where it is as JSON
    #[arg(long)]
    json: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Said when it is asked to end.
const GOODBYE: &str =
    "ending: tables and bundles are brought up to what was answered; once more ends at once, and the next start does it\n";

/// `127.0.0.1`, `[::1]:4711`, `0.0.0.0:8443`, `localhost:4711`.
fn address(text: &str) -> Result<SocketAddr, String> {
    let plain = text.strip_prefix("localhost").map_or_else(|| text.to_owned(), |rest| format!("{}{rest}", Ipv4Addr::LOCALHOST));
    let with_port = plain.parse().ok();
    let bare = || plain.trim_matches(['[', ']']).parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 0));
    with_port.or_else(bare).ok_or_else(|| "an address is wanted, such as 127.0.0.1:4711".to_owned())
}

pub(super) fn serve(arguments: &ServeArguments) -> Result<Exit, Complaint> {
    let path = |path: &PathBuf| toml::Value::String(path.to_string_lossy().into_owned());
    let given = [("review.tls_certificate", &arguments.tls_certificate), ("review.tls_key", &arguments.tls_key)];
    let flags = given.into_iter().filter_map(|(key, value)| Some((key, path(value.as_ref()?)))).collect();
    let settings = Settings::load(&Typed { config: arguments.config.clone(), flags }, environment)?.settings;
    start_log(None, false);
    let stop = Stop::on_signals()?;
    let accounts = ArchiveAccounts::open(&arguments.archive, &settings.review)?;
    let single = if accounts.any().map_err(failed)? { None } else { Some(operator()) };
    let way = Way {
        at: arguments.listen.unwrap_or(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0)),
        names: arguments.name.clone(),
        tls: settings.review.tls_certificate.clone().zip(settings.review.tls_key.clone()),
    };
    // Before the archive is opened, which may take its time.
    way.check(single.is_some()).map_err(refused)?;
    let limits = Limits { idle: i64::from(settings.review.idle_minutes) * 60, whole: i64::from(settings.review.session_hours) * 3600 };
    let alone = single.is_some();
    let parts = Parts {
        desk: open_station(&arguments.archive, &settings)?,
        accounts: Arc::new(accounts),
        single,
        limits,
        clock: Clock::system(),
        build: env!("CARGO_PKG_VERSION"),
    };
    let listening = web::listen(&way, parts).map_err(refused)?;
    let announcer = Announcer { browser: !arguments.no_browser, json: arguments.json, alone, opened: Mutex::default() };
    announcer.announce(&listening.station())?;
    if alone {
        let (station, stop) = (Arc::downgrade(&listening.station()), stop.clone());
        std::thread::spawn(move || announcer.again(&station, &stop));
    }
    let stopped = move || {
        let asked = stop.requested();
        if asked {
            to_stderr(GOODBYE);
        }
        asked
    };
    listening.run(stopped).map_err(refused)?;
    Ok(Exit::Done)
}

/// Says where the station is, and opens it.
struct Announcer {
    browser: bool,
    json: bool,
    alone: bool,
    /// The file that leads the browser there.
    opened: Mutex<Option<tempfile::TempDir>>,
}

impl Announcer {
    fn announce(&self, station: &Station) -> Result<(), Complaint> {
        let link = station.link()?;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        *opened = if self.browser { web::open(&link).ok() } else { None };
        let report = StationReport {
            link,
            seconds: self.alone.then_some(LAUNCH_SECONDS),
            opened: opened.is_some(),
            again: self.alone && std::io::stdin().is_terminal(),
        };
        Ok(to_stdout(&if self.json { report.json() } else { report.human() })?)
    }

    /// A new link for every line of input.
    fn again(&self, station: &Weak<Station>, stop: &Stop) {
        let stdin = std::io::stdin();
        let terminal = stdin.is_terminal();
        while !stop.requested() {
            // Who reads from a terminal in the background is stopped by the system.
            if terminal && !is_in_foreground() {
                std::thread::sleep(Duration::from_secs(1));
                continue;
            }
            let mut waiting = [rustix::event::PollFd::new(&stdin, rustix::event::PollFlags::IN)];
            let patience = rustix::event::Timespec { tv_sec: 1, tv_nsec: 0 };
            if !matches!(rustix::event::poll(&mut waiting, Some(&patience)), Ok(1..)) || (terminal && !is_in_foreground()) {
                continue;
            }
            let mut line = String::new();
            let Some(station) = station.upgrade().filter(|_| matches!(stdin.lock().read_line(&mut line), Ok(1..))) else { return };
            if let Err(complaint) = self.announce(&station) {
                to_stderr(&complaint.render());
            }
        }
    }
}

/// Whether the terminal is this process's now; where that cannot be told, it is not.
fn is_in_foreground() -> bool {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return false };
    // After the name in brackets: state, parent, process group, session, terminal, the terminal's group.
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    matches!((fields.get(2), fields.get(5)), (Some(own), Some(foreground)) if own == foreground)
}

fn failed(error: DeskError) -> Complaint {
    Complaint::new(Exit::Fatal, error, None)
}

fn refused(error: ServeError) -> Complaint {
    let (exit, hint) = match &error {
        ServeError::Plain(_) => (Exit::Usage, "give --tls-certificate and --tls-key, or leave --listen out and work on this machine"),
        ServeError::Nameless(_) => (Exit::Usage, "say by which name, with --name station.clinic.example"),
        ServeError::NoAccounts => (Exit::Usage, "make accounts first: `chartlift review user add ARCHIVE NAME`"),
        ServeError::Tls(_) => (Exit::Usage, "both files are PEM; the certificate's own comes first, then those above it"),
        ServeError::Bind { .. } => (Exit::Usage, "another program may have the port; leave it out to get a free one"),
        ServeError::System(_) => (Exit::Fatal, "see to memory and to limits of processes and open files"),
    };
    Complaint::new(exit, error, Some(hint.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_and_without_a_port() {
        for (text, expected) in [
            ("127.0.0.1", "127.0.0.1:0"),
            ("127.0.0.1:4711", "127.0.0.1:4711"),
            ("localhost", "127.0.0.1:0"),
            ("localhost:80", "127.0.0.1:80"),
            ("::1", "[::1]:0"),
            ("[::1]", "[::1]:0"),
            ("[::1]:4711", "[::1]:4711"),
            ("0.0.0.0:8443", "0.0.0.0:8443"),
        ] {
            assert_eq!(address(text).map(|at| at.to_string()).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", "localhost.", "localhost.example:1", "example.org:1", "127.0.0.1:", "127.0.0.1:99999", "1"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
