//! `chartlift review`: the reviewers' station, its sheets, its accounts.

use clap::Subcommand;

use super::Complaint;
use super::review_prepare::{PrepareArguments, prepare};
use super::review_serve::{ServeArguments, serve};
use super::review_sheet::{ExportArguments, ImportArguments, export, import};
use super::review_user::{UserCommand, user};
use crate::report::Exit;

#[derive(Debug, Subcommand)]
pub(super) enum ReviewCommand {
    /// Serve the page at which people answer what waits: on this machine, or by TLS
    Serve(ServeArguments),
    /// Write what waits for people as a table, for review in a spreadsheet
    Export(ExportArguments),
    /// Take in such a table with its answers: all of them or none; a dry run without --apply
    Import(ImportArguments),
    /// Say who may sign in at the station
    #[command(subcommand)]
    User(UserCommand),
    /// Make the pictures of all pages on which something waits now, so that the inbox may be emptied
    Prepare(PrepareArguments),
}

pub(super) fn review(command: &ReviewCommand) -> Result<Exit, Complaint> {
    match command {
        ReviewCommand::Serve(arguments) => serve(arguments),
        ReviewCommand::Export(arguments) => export(arguments),
        ReviewCommand::Import(arguments) => import(arguments),
        ReviewCommand::User(command) => user(command),
        ReviewCommand::Prepare(arguments) => prepare(arguments),
    }
}
