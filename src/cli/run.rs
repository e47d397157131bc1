//! `chartlift run INPUT --out ARCHIVE`: the main job.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Complaint, environment};
use crate::ledger::Redo;
use crate::ocr::{self, Second, TesseractFactory};
use crate::pipeline::{self, RunError, RunRequest, Stop};
use crate::report::{Exit, Listeners, LogFormat, LogListener, progress, start_log, to_stdout};
use crate::settings::{Settings, Typed};

/// Set before the program starts itself again, so that it does so once.
const STARTED_AGAIN: &str = "CHARTLIFT_STARTED_AGAIN";

#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// Folder with scans, or one file; never changed
    input: PathBuf,
    /// Folder of the archive; made if it is not there
    #[arg(long, short, value_name = "ARCHIVE")]
    out: PathBuf,
    /// Pages read at a time [default: one a processor]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    jobs: Option<u32>,
    /// Leave the processors to others: 0 to 19, 19 yields most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=19))]
    nice: Option<u8>,
    /// Tesseract's names of the languages, joined by `+` [default: eng]
    #[arg(long, value_name = "LANGUAGES")]
    lang: Option<String>,
    /// Read at 200 dots per inch and with one engine: less time, and fewer values accepted
    #[arg(long)]
    fast: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
    /// Say more: every page
    #[arg(long, short)]
    verbose: bool,
    /// Log lines on standard error instead of progress
    #[arg(long, value_name = "FORMAT")]
    log: Option<LogChoice>,
    /// Summary as JSON
    #[arg(long)]
    json: bool,
    /// Do work again that is fresh
    #[arg(long, value_name = "WHAT")]
    redo: Option<RedoChoice>,
    /// The input folder stands elsewhere than before
    #[arg(long)]
    moved: bool,
    /// Follow symbolic links
    #[arg(long)]
    follow_links: bool,
    /// Lock the processes that decode files out of file system and network [default: auto]
    #[arg(long, value_name = "WHEN")]
    sandbox: Option<SandboxChoice>,
    /// Take in files and folders whose names begin with a dot
    #[arg(long)]
    include_hidden: bool,
    /// What becomes of values that no certificate speaks of [default: until-certified]
    #[arg(long, value_name = "WHAT")]
    uncertified: Option<UncertifiedChoice>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogChoice {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SandboxChoice {
    /// As far as the kernel can; the summary says what is missing
    Auto,
    /// Fail at once where the kernel cannot
    Require,
    /// Not at all
    Off,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum UncertifiedChoice {
    /// Accepted on defaults until the archive has a certificate, then reviewed
    UntilCertified,
    /// Accepted on defaults, which the summary says first of all
    Accept,
    /// Reviewed
    Review,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RedoChoice {
    /// Read every page again
    Readings,
    /// Extract and decide again from the words that are kept
    Understanding,
    /// Read those files again of which something failed
    Failures,
}

impl RunArguments {
    fn typed(&self) -> Typed {
        let mut flags = Vec::new();
        if let Some(jobs) = self.jobs {
            flags.push(("run.jobs", toml::Value::Integer(i64::from(jobs))));
        }
        if let Some(nice) = self.nice {
            flags.push(("run.nice", toml::Value::Integer(i64::from(nice))));
        }
        if let Some(languages) = &self.lang {
            flags.push(("ocr.languages", toml::Value::String(languages.clone())));
        }
        if self.fast {
            flags.push(("imaging.max_dpi", toml::Value::Float(200.0)));
            flags.push(("ocr.second.crops_per_page", toml::Value::Integer(0)));
        }
        for (given, key) in [(self.follow_links, "intake.follow_links"), (self.include_hidden, "intake.include_hidden")] {
            if given {
                flags.push((key, toml::Value::Boolean(true)));
            }
        }
        if let Some(choice) = self.sandbox {
            let word = match choice {
                SandboxChoice::Auto => "auto",
                SandboxChoice::Require => "require",
                SandboxChoice::Off => "off",
            };
            flags.push(("decode.sandbox", toml::Value::String(word.to_owned())));
        }
        if let Some(choice) = self.uncertified {
            let word = match choice {
                UncertifiedChoice::UntilCertified => "until-certified",
                UncertifiedChoice::Accept => "accept",
                UncertifiedChoice::Review => "review",
            };
            flags.push(("confidence.uncertified", toml::Value::String(word.to_owned())));
        }
        Typed { config: self.config.clone(), flags }
    }

    fn log_format(&self) -> Option<LogFormat> {
        match self.log {
            Some(LogChoice::Text) => Some(LogFormat::Text),
            Some(LogChoice::Json) => Some(LogFormat::Json),
            None => match environment("CHARTLIFT_LOG").as_deref() {
                Some("json") => Some(LogFormat::Json),
                Some("text") => Some(LogFormat::Text),
                _ if self.verbose => Some(LogFormat::Text),
                _ => None,
            },
        }
    }

    fn redo(&self) -> Option<Redo> {
        self.redo.map(|choice| match choice {
            RedoChoice::Readings => Redo::Readings,
            RedoChoice::Understanding => Redo::Understanding,
            RedoChoice::Failures => Redo::Failures,
        })
    }
}

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Complaint> {
    let loaded = Settings::load(&arguments.typed(), environment)?;
    start_again_if_needed();
    // Before any thread or process is started: they inherit it. Where it is not allowed, the run is only less polite.
    let _ = rustix::process::nice(i32::from(loaded.settings.run.nice));
    let log = arguments.log_format();
    start_log(log, arguments.verbose);
    let mut listeners = Listeners::default();
    if log.is_some() {
        listeners.0.push(Box::new(LogListener));
    } else if !arguments.quiet {
        listeners.0.push(progress());
    }
    let engines = TesseractFactory::new(&loaded.settings.ocr).map_err(RunError::from)?;
    let second = Second::find(&loaded.settings.ocr.second, &loaded.settings.ocr.languages);
    let request = RunRequest {
        input: arguments.input.clone(),
        archive: arguments.out.clone(),
        settings: &loaded.settings,
        engines: &engines,
        second: &second,
        redo: arguments.redo(),
        moved: arguments.moved,
        stop: Stop::on_signals()?,
        clock: environment("SOURCE_DATE_EPOCH").and_then(|text| text.parse().ok()),
        program: None,
    };
    let summary = pipeline::run(&request, &mut listeners)?;
    to_stdout(&if arguments.json { summary.json() } else { summary.human() })?;
    Ok(summary.exit)
}

/// libtesseract's OpenMP reads its limit before `main`, so the program starts itself once more with the limit in place: same process,
/// same arguments. Where that cannot be done, reading is slow and right.
fn start_again_if_needed() {
    if !ocr::thread_limit_missing() || environment(STARTED_AGAIN).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let mut command = std::process::Command::new(program);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    let error = command.args(arguments).env(ocr::THREAD_LIMIT_VARIABLE, ocr::THREAD_LIMIT).env(STARTED_AGAIN, "1").exec();
    tracing::warn!("cannot start again with {}={}: {error}; reading will be slow", ocr::THREAD_LIMIT_VARIABLE, ocr::THREAD_LIMIT);
}
