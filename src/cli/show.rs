//! `chartlift show ARCHIVE DOCUMENT`: one document, or one value of it, in words. What it prints is a patient's, to standard output alone,
//! because it was asked for by name.

use std::path::PathBuf;

use clap::Args;

use super::{Complaint, environment};
use crate::look::{explain, explain_json, table, table_json};
use crate::model::{DocumentId, Field};
use crate::pipeline::{RunError, look};
use crate::report::{Exit, to_stdout};
use crate::settings::{Settings, Typed};

#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// The document's name, as in the first column of fields.csv
    document: String,
    /// Explain the values of this field, such as `Patient.birthDate`
    #[arg(long, value_name = "FIELD", value_parser = field)]
    field: Option<Field>,
    /// Of these, the one of item N
    #[arg(long, value_name = "N", requires = "field")]
    item: Option<u32>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

fn field(text: &str) -> Result<Field, String> {
    Field::parse(text).ok_or_else(|| "no field has this name; `chartlift show` without --field lists a document's fields".to_owned())
}

pub(super) fn show(arguments: &ShowArguments) -> Result<Exit, Complaint> {
    let typed = Typed { config: arguments.config.clone(), flags: Vec::new() };
    let loaded = Settings::load(&typed, environment)?;
    let document = DocumentId::from_stored(arguments.document.clone());
    let looked = look(&arguments.archive, &document, loaded.settings.rules.folder.as_deref())?;
    let Some(field) = arguments.field else {
        let now = looked.understood.as_ref().map(|now| (now.kind, now.kind_confidence));
        to_stdout(&if arguments.json { format!("{:#}\n", table_json(&looked.stored)) } else { table(&looked.stored, now) })?;
        return Ok(Exit::Done);
    };
    let chosen: Vec<_> = looked
        .stored
        .record
        .values
        .iter()
        .filter(|value| value.extracted.field == field && arguments.item.is_none_or(|item| value.extracted.item == Some(item)))
        .map(|value| {
            let layouts = looked.understood.as_ref().map_or(&[][..], |now| &now.layouts);
            let layout = layouts.iter().find(|layout| layout.reading.number == value.extracted.page);
            (value, layout, looked.rules.confidence().account(&value.extracted))
        })
        .collect();
    if chosen.is_empty() {
        return Err(RunError::NoValue { document, field }.into());
    }
    let text = if arguments.json {
        let all: Vec<_> = chosen.iter().map(|(value, layout, account)| explain_json(value, *layout, account)).collect();
        format!("{:#}\n", serde_json::Value::Array(all))
    } else {
        chosen.iter().map(|(value, layout, account)| explain(value, *layout, account)).collect::<Vec<_>>().join("\n")
    };
    to_stdout(&text)?;
    Ok(Exit::Done)
}
