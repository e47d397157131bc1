//! `chartlift show ARCHIVE DOCUMENT`: one document, or one value of it, in words, or one page with what was read drawn over it. What it gives is a
//! patient's, to standard output or to a file of its owner alone, because it was asked for by name.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Complaint, keep, settings};
use crate::look::{drawing, explain, explain_json, html, png, table, table_json};
use crate::model::{DecidedValue, DocumentId, Field, PageNumber};
use crate::pipeline::{Looked, RunError, look};
use crate::report::{Exit, to_stdout};
use crate::settings::Settings;

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
    /// Draw words, boxes, labels, values and sections over a page: FILE.png, or FILE.html with layers to switch
    #[arg(long, value_name = "FILE", conflicts_with_all = ["field", "json"])]
    overlay: Option<PathBuf>,
    /// The page to draw, as numbered in the file [default: the document's first]
    #[arg(long, value_name = "N", requires = "overlay", value_parser = clap::value_parser!(u32).range(1..))]
    page: Option<u32>,
    /// Let the drawing take the place of a file
    #[arg(long, requires = "overlay")]
    force: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

fn field(text: &str) -> Result<Field, String> {
    Field::parse(text).ok_or_else(|| "no field has this name; `chartlift show` without --field lists a document's fields".to_owned())
}

pub(super) fn show(arguments: &ShowArguments) -> Result<Exit, Complaint> {
    let settings = settings(arguments.config.as_deref())?;
    let document = DocumentId::from_stored(arguments.document.clone());
    let looked = look(&arguments.archive, &document, &settings)?;
    if let Some(file) = &arguments.overlay {
        return overlay(&looked, &settings, arguments, file);
    }
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
        let all: Vec<_> =
            chosen.iter().map(|(value, layout, account)| explain_json(value, *layout, account, &looked.limit(&value.extracted))).collect();
        format!("{:#}\n", serde_json::Value::Array(all))
    } else {
        chosen
            .iter()
            .map(|(value, layout, account)| explain(value, *layout, account, &looked.limit(&value.extracted)))
            .collect::<Vec<_>>()
            .join("\n")
    };
    to_stdout(&text)?;
    Ok(Exit::Done)
}

/// Width of a drawn page in pixels: letters of nine points can be read.
const WIDTH: u32 = 1300;

fn overlay(looked: &Looked, settings: &Settings, arguments: &ShowArguments, file: &Path) -> Result<Exit, Complaint> {
    let wrong = |what: String, hint: &str| Complaint::new(Exit::Usage, anyhow::anyhow!(what), Some(hint.to_owned()));
    let as_html = match file.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("png") => false,
        Some("html" | "htm") => true,
        _ => return Err(wrong(format!("{}: the drawing is a .png or a .html", file.display()), "give the file such a name")),
    };
    let record = &looked.stored.record;
    let layouts = looked.understood.as_ref().map_or(&[][..], |now| &now.layouts);
    let wanted = arguments.page.map(PageNumber::new).or_else(|| layouts.first().map(|layout| layout.reading.number));
    let Some(layout) = layouts.iter().find(|layout| Some(layout.reading.number) == wanted) else {
        let pages: Vec<String> = layouts.iter().map(|layout| layout.reading.number.to_string()).collect();
        return Err(wrong("the document has no such page with text".to_owned(), &format!("its pages are {}", pages.join(", "))));
    };
    let number = layout.reading.number;
    let picture = looked.picture(&layout.reading, &settings.decode, WIDTH)?;
    // What has a place comes first, so that the numbers run without gaps.
    let mut values: Vec<&DecidedValue> = record.values.iter().filter(|v| v.extracted.page == number).collect();
    values.sort_by_key(|v| v.extracted.place.is_none());
    let drawn = drawing(layout, &values, WIDTH as f32 / layout.reading.width.max(1) as f32);
    let title = format!("{}, page {number}", record.id);
    let encoded = |error: image::ImageError| Complaint::new(Exit::Fatal, error, None);
    let bytes = if as_html {
        let mut jpeg = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 75)
            .encode(&picture.pixels, picture.width, picture.height, image::ExtendedColorType::L8)
            .map_err(encoded)?;
        html(&title, &drawn, &jpeg).into_bytes()
    } else {
        png(&title, &drawn, &picture).map_err(encoded)?
    };
    keep(file, &bytes, arguments.force)?;
    Ok(Exit::Done)
}
