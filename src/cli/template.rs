//! `chartlift template new ARCHIVE DOCUMENT`: a form template to begin with, drawn from a page that was read.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Complaint, settings};
use crate::extract;
use crate::layout;
use crate::model::{DocumentId, PageNumber};
use crate::pipeline::{Archive, Rules, RunError};
use crate::report::{Exit, to_stdout};

#[derive(Debug, Subcommand)]
pub(super) enum TemplateCommand {
    /// Print a template drawn from a page that was read: labels and places, no patient's text
    New(NewArguments),
}

#[derive(Debug, Args)]
pub(super) struct NewArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// The document, as fields.csv names it
    document: String,
    /// The page of its source file [default: the document's first]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    page: Option<u32>,
    /// Name of the template: letters, digits, `-` and `_`
    #[arg(long, value_name = "NAME", default_value = "form")]
    name: String,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn template(command: &TemplateCommand) -> Result<Exit, Complaint> {
    let TemplateCommand::New(arguments) = command;
    if !arguments.name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(Complaint::usage("this is no name for a template".to_owned(), "--name takes letters, digits, `-` and `_`"));
    }
    let settings = settings(arguments.config.as_deref())?;
    let (ledger, _) = Archive::look(&arguments.archive)?;
    let fault = |error| Complaint::from(RunError::Ledger(error));
    let id = DocumentId::from_stored(arguments.document.clone());
    let Some(document) = ledger.document(&id).map_err(fault)? else {
        return Err(Complaint::usage(
            "the archive holds no document of that name".to_owned(),
            "names stand in the first column of fields.csv",
        ));
    };
    let number = arguments.page.map_or(document.record.pages.first().copied(), |page| Some(PageNumber::new(page)));
    let pages = ledger.pages_at(&document.record.source).map_err(fault)?;
    let page = pages.iter().find(|p| Some(p.number) == number && document.record.pages.contains(&p.number));
    let Some(reading) = page.and_then(|page| page.unpack()) else {
        let hint = "pages are counted within the source file, as in fields.csv";
        return Err(Complaint::usage("the document has no page of that number that was read".to_owned(), hint));
    };
    let rules = Rules::load(settings.rules.folder.as_deref())?;
    to_stdout(&extract::skeleton(&layout::analyse(reading), document.record.kind, &arguments.name, rules.vocabulary()))?;
    Ok(Exit::Done)
}
