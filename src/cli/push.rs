//! `chartlift push ARCHIVE --to URL`: sends an archive to a FHIR server. `chartlift reconcile ARCHIVE --to URL`: looks for what is there twice or not at all.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Complaint, environment};
use crate::pipeline::{PushRequest, ReconcileRequest, Stop, push as send, push_dry, reconcile as look};
use crate::report::{Exit, Reporter, Silent, progress, start_log, to_stdout};
use crate::settings::{Settings, Typed};

/// How to get to the server.
#[derive(Debug, Args)]
struct Way {
    /// Base address of the FHIR server
    #[arg(long, value_name = "URL")]
    to: String,
    /// File that holds a bearer token
    #[arg(long, value_name = "FILE", conflicts_with_all = ["token_env", "client_id"])]
    token_file: Option<PathBuf>,
    /// Environment variable that holds a bearer token
    #[arg(long, value_name = "NAME", conflicts_with = "client_id")]
    token_env: Option<String>,
    /// Client of SMART Backend Services
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// PEM file of the client's private key (RSA or P-384)
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The key's name at the server
    #[arg(long, value_name = "KID")]
    key_id: Option<String>,
    /// Token endpoint [default: as the server says]
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    /// What the client asks for
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// PEM file of the authorities that may vouch for the server
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Host, besides this machine, that may be spoken to without TLS
    #[arg(long, value_name = "HOST")]
    allow_plain_http: Vec<String>,
    /// Requests on their way at a time [default: 4]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    jobs: Option<u32>,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct PushArguments {
    /// Folder of the archive
    archive: PathBuf,
    #[command(flatten)]
    way: Way,
    /// How documents travel [default: auto]
    #[arg(long, value_name = "MODE")]
    mode: Option<ModeChoice>,
    /// What resources follow [default: us-core]
    #[arg(long, value_name = "PROFILE")]
    profile: Option<ProfileChoice>,
    /// Send no scans: documents point at their sources' own addresses
    #[arg(long)]
    no_scan: bool,
    /// Folder in which the scans lie now [default: where the run found them]
    #[arg(long, value_name = "FOLDER", conflicts_with = "no_scan")]
    scans: Option<PathBuf>,
    /// Try what was set aside again
    #[arg(long)]
    again: bool,
    /// Documents that are read back afterwards, drawn at random [default: 1 of 100, at least 1]
    #[arg(long, value_name = "N")]
    check: Option<u64>,
    /// Only say what would be sent; asks the server nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct ReconcileArguments {
    /// Folder of the archive
    archive: PathBuf,
    #[command(flatten)]
    way: Way,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModeChoice {
    /// Transactions where the server offers them
    Auto,
    /// One transaction a document
    Transaction,
    /// One request a resource
    Single,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProfileChoice {
    /// US Core, in the version of the settings
    UsCore,
    /// IHE MHD: scans in bundles of their own (ITI-65), beside plain FHIR R4
    Mhd,
    /// Plain FHIR R4
    Generic,
}

impl Way {
    fn typed(&self) -> Typed {
        let path = |path: &PathBuf| toml::Value::String(path.to_string_lossy().into_owned());
        let text = |text: &String| toml::Value::String(text.clone());
        let given = [
            ("push.auth.token_file", self.token_file.as_ref().map(path)),
            ("push.auth.token_env", self.token_env.as_ref().map(text)),
            ("push.auth.client_id", self.client_id.as_ref().map(text)),
            ("push.auth.key_file", self.key_file.as_ref().map(path)),
            ("push.auth.key_id", self.key_id.as_ref().map(text)),
            ("push.auth.token_url", self.token_url.as_ref().map(text)),
            ("push.auth.scope", self.scope.as_ref().map(text)),
            ("push.ca", self.ca.as_ref().map(path)),
            ("push.jobs", self.jobs.map(|jobs| toml::Value::Integer(i64::from(jobs)))),
        ];
        let mut flags: Vec<(&'static str, toml::Value)> = given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        if !self.allow_plain_http.is_empty() {
            flags.push(("push.plain_http_hosts", toml::Value::Array(self.allow_plain_http.iter().map(text).collect())));
        }
        Typed { config: self.config.clone(), flags }
    }

    fn reporter(&self) -> Box<dyn Reporter> {
        if self.quiet { Box::new(Silent) } else { progress() }
    }
}

pub(super) fn push(arguments: &PushArguments) -> Result<Exit, Complaint> {
    let mut typed = arguments.way.typed();
    if let Some(mode) = arguments.mode {
        let word = match mode {
            ModeChoice::Auto => "auto",
            ModeChoice::Transaction => "transaction",
            ModeChoice::Single => "single",
        };
        typed.flags.push(("push.mode", toml::Value::String(word.to_owned())));
    }
    if let Some(profile) = arguments.profile {
        let word = match profile {
            ProfileChoice::UsCore => "us-core",
            ProfileChoice::Mhd => "mhd",
            ProfileChoice::Generic => "generic",
        };
        typed.flags.push(("export.profile", toml::Value::String(word.to_owned())));
    }
    let settings = Settings::load(&typed, environment)?.settings;
    start_log(None, false);
    let request = PushRequest {
        archive: &arguments.archive,
        to: &arguments.way.to,
        settings: &settings,
        scan: !arguments.no_scan,
        scans: arguments.scans.as_deref(),
        again: arguments.again,
        check: arguments.check,
        stop: Stop::on_signals()?,
        environment: &environment,
    };
    let report = if arguments.dry_run { push_dry(&request)? } else { send(&request, &mut *arguments.way.reporter())? };
    to_stdout(&if arguments.way.json { report.json() } else { report.human() })?;
    Ok(report.exit())
}

pub(super) fn reconcile(arguments: &ReconcileArguments) -> Result<Exit, Complaint> {
    let settings = Settings::load(&arguments.way.typed(), environment)?.settings;
    start_log(None, false);
    let request = ReconcileRequest {
        archive: &arguments.archive,
        to: &arguments.way.to,
        settings: &settings,
        stop: Stop::on_signals()?,
        environment: &environment,
    };
    let report = look(&request, &mut *arguments.way.reporter())?;
    to_stdout(&if arguments.way.json { report.json() } else { report.human() })?;
    Ok(report.exit())
}
