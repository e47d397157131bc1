//! What may be typed: one file a subcommand, its arguments and a few lines of wiring. The only room that knows clap. Leaves the
//! meaning of what was typed to settings, and the work to the pipeline.

mod audit;
mod calibrate;
mod certify;
mod complaint;
mod config;
mod export;
mod lexicon;
mod push;
mod review;
mod review_prepare;
mod review_serve;
mod review_sheet;
mod review_user;
mod run;
mod show;
mod status;
mod template;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::report::{Exit, to_stderr};
use crate::settings::{Settings, Typed};

use complaint::Complaint;

/// Turns folders of scanned paper medical records into reviewed, EHR-ready data.
#[derive(Debug, Parser)]
#[command(name = "chartlift", version, max_term_width = 100, disable_help_subcommand = true, after_long_help = AFTER_LONG_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read every scan below a folder into an archive; safe to repeat, resumes
    Run(run::RunArguments),
    /// Show what an archive holds: what is done, waiting, failed
    Status(status::StatusArguments),
    /// Show a document of an archive, or explain a value of it
    Show(show::ShowArguments),
    /// Show what checks of accepted values say, or take in what people keyed
    Audit(audit::AuditArguments),
    /// Review what waits for people, and say who may
    #[command(subcommand)]
    Review(review::ReviewCommand),
    /// Certify from which confidence on values may be accepted, from checked ones
    Certify(certify::CertifyArguments),
    /// Estimate what targets would cost: share to review, labels, hours
    Plan(certify::PlanArguments),
    /// Render an archive into a folder, in the form that a receiver takes
    Export(export::ExportArguments),
    /// Send an archive to a FHIR server; safe to repeat, resumes
    Push(push::PushArguments),
    /// Look whether a FHIR server has just one of everything that was sent to it
    Reconcile(push::ReconcileArguments),
    /// Fit the confidence model to values whose truth is known, and measure it
    Calibrate(calibrate::CalibrateArguments),
    /// Show the settings, and look through a site's own rules
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Draw templates of forms
    #[command(subcommand)]
    Template(template::TemplateCommand),
    /// Show, check or replace the dictionaries: names, places, codes, drugs, vaccines
    #[command(subcommand)]
    Lexicon(lexicon::LexiconCommand),
}

const AFTER_LONG_HELP: &str = "\
Exit codes:
  0    all is done
  1    an internal fault, or the engine does not start
  2    wrong use, wrong settings, or folders that do not fit together
  3    finished; not all could be read, exported or sent, or an audit switched fields off: all listed
  4    finished; some pages are not accounted for (a fault of the program)
  10   there is no archive in that folder
  11   another process is writing to the archive
  12   the archive is damaged, or was written by a newer program
  13   the archive cannot be written: permissions, full disk
  14   the server cannot be reached or does not let us in; push again to go on
  130  stopped by a signal; run again to go on

Settings: flags win over the environment, the environment over the file (--config), the file over the defaults.
Environment: CHARTLIFT_CONFIG, CHARTLIFT_JOBS, CHARTLIFT_LANGUAGES, CHARTLIFT_RULES, CHARTLIFT_KEYS, CHARTLIFT_LOG, NO_COLOR (nothing is coloured),
SOURCE_DATE_EPOCH (seconds since 1970 with which documents are stamped, for bundles that can be had again byte for byte).";

/// Parses what was typed, does it, and says how it ended.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; everything else is wrong use.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            let _ = error.print();
            return exit.into();
        }
    };
    let outcome = match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Status(arguments) => status::status(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Audit(arguments) => audit::audit(&arguments),
        Command::Review(command) => review::review(&command),
        Command::Certify(arguments) => certify::certify(&arguments),
        Command::Plan(arguments) => certify::plan(&arguments),
        Command::Export(arguments) => export::export(&arguments),
        Command::Push(arguments) => push::push(&arguments),
        Command::Reconcile(arguments) => push::reconcile(&arguments),
        Command::Calibrate(arguments) => calibrate::calibrate(&arguments),
        Command::Config(command) => config::config(&command),
        Command::Template(command) => template::template(&command),
        Command::Lexicon(command) => lexicon::lexicon(&command),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(complaint) => {
            to_stderr(&complaint.render());
            complaint.exit.into()
        }
    }
}

/// Cuts panic messages to their place: the message itself may quote a page.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), |l| format!("{}:{}", l.file(), l.line()));
        to_stderr(&format!("warning: a fault of the program at {place}; please report it\n"));
    }));
}

/// Writes a file for its owner alone: beside, then renamed, so that no link is followed and nothing is left by halves.
fn keep(file: &Path, bytes: &[u8], force: bool) -> Result<(), Complaint> {
    keep_with(file, force, |out| Ok(out.write_all(bytes)?))
}

/// The same for a file that is written piece by piece.
fn keep_with<T>(file: &Path, force: bool, write: impl FnOnce(&mut dyn Write) -> Result<T, Complaint>) -> Result<T, Complaint> {
    let failed = |error: std::io::Error| {
        let (exit, hint) = if error.kind() == std::io::ErrorKind::AlreadyExists {
            (Exit::Usage, "a file of this name is there; give another name, or --force to replace it")
        } else {
            (Exit::Fatal, "see to the folder's permissions and free space")
        };
        Complaint::new(exit, anyhow::Error::new(error).context(format!("cannot write {}", file.display())), Some(hint.to_owned()))
    };
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let mut out = std::io::BufWriter::new(&mut beside);
    let written = write(&mut out)?;
    out.flush().map_err(failed)?;
    drop(out);
    beside.as_file().sync_all().map_err(failed)?;
    let kept = if force { beside.persist(file) } else { beside.persist_noclobber(file) };
    kept.map(|_| written).map_err(|error| failed(error.error))
}

/// The settings of a command that sets none by flags of its own.
fn settings(config: Option<&Path>) -> Result<Settings, Complaint> {
    let typed = Typed { config: config.map(Path::to_owned), flags: Vec::new() };
    Ok(Settings::load(&typed, environment)?.settings)
}

/// An environment variable that is set to something.
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound_and_short_help_fits_a_screen() {
        let mut command = Arguments::command();
        command.clone().debug_assert();
        assert!(command.render_help().to_string().lines().count() <= 24);
        for sub in command.get_subcommands_mut() {
            let help = sub.render_help().to_string();
            assert!(help.lines().count() <= 40, "{help}");
        }
    }

    #[test]
    fn the_help_lists_every_exit_code() {
        for exit in Exit::ALL {
            let line = format!("  {:<4} {}", exit.code(), exit.meaning());
            assert!(AFTER_LONG_HELP.contains(&line), "{line}");
        }
    }
}
