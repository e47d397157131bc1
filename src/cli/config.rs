//! `chartlift config show`: the settings that hold, and who set each. `chartlift config check`: everything that is wrong with them and
//! with a site's own rules.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Complaint, environment};
use crate::extract::{Finding, Severity, explain};
use crate::pipeline::check_rules;
use crate::report::{Exit, to_stdout};
use crate::settings::{CONFIG_VARIABLE, Settings, SettingsError, Typed};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the settings that hold, with their origins, as a file for --config
    Show(ShowArguments),
    /// Look through settings, word lists, site.toml and templates, and explain every error
    Check(CheckArguments),
}

#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the site's own rules [default: rules.folder]
    #[arg(long, value_name = "FOLDER")]
    rules: Option<PathBuf>,
}

pub(super) fn config(command: &ConfigCommand) -> Result<Exit, Complaint> {
    match command {
        ConfigCommand::Show(arguments) => {
            let loaded = Settings::load(&Typed { config: arguments.config.clone(), flags: Vec::new() }, environment)?;
            to_stdout(&loaded.origins.render(&loaded.settings)?)?;
            Ok(Exit::Done)
        }
        ConfigCommand::Check(arguments) => check(arguments),
    }
}

fn check(arguments: &CheckArguments) -> Result<Exit, Complaint> {
    let mut findings: Vec<Finding> = Vec::new();
    let file = arguments.config.clone().or_else(|| environment(CONFIG_VARIABLE).map(PathBuf::from));
    if let Some(path) = &file {
        findings.extend(Settings::check_file(path)?.into_iter().map(|error| of_settings(path, error)));
    }
    let flags = match &arguments.rules {
        Some(folder) => vec![("rules.folder", toml::Value::String(folder.display().to_string()))],
        None => Vec::new(),
    };
    let mut folder = arguments.rules.clone();
    if findings.is_empty() {
        let loaded = Settings::load(&Typed { config: arguments.config.clone(), flags }, environment)?;
        folder = loaded.settings.rules.folder;
    } else if let Some(folder) = folder.as_ref().filter(|f| !f.is_dir()) {
        return Err(Complaint::usage(
            format!("there is no folder {}", folder.display()),
            "--rules names the folder of the site's own rules",
        ));
    }
    if let Some(folder) = &folder {
        findings.extend(check_rules(folder));
    }
    let errors = findings.iter().filter(|f| f.severity == Severity::Error).count();
    let warnings = findings.len() - errors;
    let mut text: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let rules = if folder.is_some() { "settings and rules" } else { "settings (no folder of rules is set)" };
    text.push_str(&match (errors, warnings) {
        (0, 0) => format!("{rules}: nothing is wrong\n"),
        _ => format!("{rules}: {}, {}\n", count(errors, "error"), count(warnings, "warning")),
    });
    to_stdout(&text)?;
    Ok(if errors > 0 { Exit::Usage } else { Exit::Done })
}

fn of_settings(path: &Path, error: SettingsError) -> Finding {
    let file = path.display().to_string();
    let (line, reason) = match error {
        SettingsError::Parse { line, reason, .. } => (Some(line), reason),
        other => (None, other.to_string()),
    };
    let (_, (what, help)) = explain(&reason);
    Finding { file, line, severity: Severity::Error, what, help }
}
