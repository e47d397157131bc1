//! `chartlift lexicon list|check|import`: which dictionaries hold, whether a site's own are in order, and how one is put in place.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Complaint, environment};
use crate::lexicon::{LexiconError, LexiconName, Lexicons, Rows, place_file};
use crate::report::{Exit, to_stdout};
use crate::settings::{Settings, Typed};

#[derive(Debug, Subcommand)]
pub(super) enum LexiconCommand {
    /// Print each dictionary with its rows, source and licence
    List(WhichArguments),
    /// Look through the site's own dictionaries
    Check(WhichArguments),
    /// Check a CSV or TSV file and put it in place of a built-in dictionary
    Import(ImportArguments),
}

#[derive(Debug, Args)]
pub(super) struct WhichArguments {
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the site's rules, in place of the settings' rules.folder
    #[arg(long, value_name = "FOLDER")]
    rules: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// Dictionary: drugs, family, given, icd10cm, places, substances or vaccines
    #[arg(value_parser = name_of)]
    name: LexiconName,
    /// Table with a first row that names the columns; UTF-8, commas or tabs
    file: PathBuf,
    /// Folder of the site's rules (settings: rules.folder); the dictionary goes to FOLDER/lexicons/NAME.tsv
    #[arg(long = "to", value_name = "FOLDER")]
    folder: PathBuf,
    /// Who made the list, for `lexicon list`
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
    /// Under which terms it may be used
    #[arg(long, value_name = "TEXT")]
    licence: Option<String>,
    /// Of when it is
    #[arg(long, value_name = "TEXT")]
    version: Option<String>,
    /// Which column of FILE is which of the dictionary, by name or number (repeatable)
    #[arg(long = "column", value_name = "OURS=THEIRS", value_parser = pair)]
    columns: Vec<(String, String)>,
}

fn name_of(text: &str) -> Result<LexiconName, String> {
    LexiconName::parse(text)
        .ok_or_else(|| format!("there is none of that name; there are {}", LexiconName::ALL.map(LexiconName::as_str).join(", ")))
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((ours, theirs)) if !ours.trim().is_empty() && !theirs.trim().is_empty() => Ok((ours.trim().into(), theirs.trim().into())),
        _ => Err("OURS=THEIRS is wanted, as in name=\"Brand name\"".into()),
    }
}

pub(super) fn lexicon(command: &LexiconCommand) -> Result<Exit, Complaint> {
    match command {
        LexiconCommand::List(arguments) => list(arguments),
        LexiconCommand::Check(arguments) => check(arguments),
        LexiconCommand::Import(arguments) => import(arguments),
    }
}

fn rules_folder(arguments: &WhichArguments) -> Result<Option<PathBuf>, Complaint> {
    let mut flags = Vec::new();
    if let Some(folder) = &arguments.rules {
        flags.push(("rules.folder", toml::Value::String(folder.to_string_lossy().into_owned())));
    }
    Ok(Settings::load(&Typed { config: arguments.config.clone(), flags }, environment)?.settings.rules.folder)
}

fn list(arguments: &WhichArguments) -> Result<Exit, Complaint> {
    let lexicons = Lexicons::load(rules_folder(arguments)?.as_deref())?;
    let mut entries = Vec::new();
    let mut text = String::new();
    for name in LexiconName::ALL {
        let (about, site) = (lexicons.about(name), lexicons.replaced_by(name));
        let said = |text: &str| if text.is_empty() { "not said".to_owned() } else { text.to_owned() };
        let from = site.as_ref().map_or_else(|| "built in".to_owned(), |path| path.display().to_string());
        let _ = writeln!(text, "{}: {} rows, {from}", name.as_str(), about.entries);
        let _ =
            writeln!(text, "  source:  {}\n  licence: {}\n  version: {}", said(&about.source), said(&about.licence), said(&about.version));
        entries.push(serde_json::json!({ "name": name.as_str(), "file": site, "about": about }));
    }
    if arguments.json {
        text = format!("{:#}\n", serde_json::Value::Array(entries));
    }
    to_stdout(&text)?;
    Ok(Exit::Done)
}

fn check(arguments: &WhichArguments) -> Result<Exit, Complaint> {
    let folder = rules_folder(arguments)?;
    let (mut entries, mut text, mut faulty) = (Vec::new(), String::new(), false);
    for (name, outcome) in crate::lexicon::check(folder.as_deref()) {
        let faults = match outcome {
            Ok(rows) => {
                let _ = writeln!(text, "{}: {rows} rows, in order", name.as_str());
                Vec::new()
            }
            Err(LexiconError::Faults { path, faults, .. }) => {
                faults.iter().for_each(|fault| {
                    let _ = writeln!(text, "{}: {}, {fault}", name.as_str(), path.display());
                });
                faults.iter().map(|fault| serde_json::json!({ "line": fault.line, "reason": fault.reason })).collect()
            }
            Err(error) => return Err(error.into()),
        };
        faulty |= !faults.is_empty();
        entries.push(serde_json::json!({ "name": name.as_str(), "faults": faults }));
    }
    if text.is_empty() {
        text = "the site has no dictionaries of its own\n".into();
    }
    if arguments.json {
        text = format!("{:#}\n", serde_json::Value::Array(entries));
    }
    to_stdout(&text)?;
    Ok(if faulty { Exit::Usage } else { Exit::Done })
}

fn import(arguments: &ImportArguments) -> Result<Exit, Complaint> {
    let bytes = std::fs::read(&arguments.file).map_err(|source| LexiconError::Read { path: arguments.file.clone(), source })?;
    let mut rows =
        Rows::read(arguments.name, &bytes, &arguments.columns).map_err(|faults| LexiconError::faults(&arguments.file, faults))?;
    for (key, said) in [("source", &arguments.source), ("licence", &arguments.licence), ("version", &arguments.version)] {
        if let Some(said) = said {
            rows.about.insert(key.to_owned(), said.clone());
        }
    }
    let path = place_file(&arguments.folder, arguments.name, &rows)?;
    let repeated = if rows.repeated > 0 { format!(", {} said twice and kept once", rows.repeated) } else { String::new() };
    to_stdout(&format!("{}: {} rows{repeated}, in {}\n", arguments.name.as_str(), rows.rows.len(), path.display()))?;
    Ok(Exit::Done)
}
