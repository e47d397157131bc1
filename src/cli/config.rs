//! `chartlift config show`: the settings that hold, and who set each.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Complaint, environment};
use crate::report::{Exit, to_stdout};
use crate::settings::{Settings, Typed};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the settings that hold, with their origins, as a file for --config
    Show(ShowArguments),
}

#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn config(command: &ConfigCommand) -> Result<Exit, Complaint> {
    let ConfigCommand::Show(arguments) = command;
    let loaded = Settings::load(&Typed { config: arguments.config.clone(), flags: Vec::new() }, environment)?;
    to_stdout(&loaded.origins.render(&loaded.settings)?)?;
    Ok(Exit::Done)
}
