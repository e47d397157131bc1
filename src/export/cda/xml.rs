//! XML elements over quick-xml's writer, which knows what has to be escaped.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// A document under construction.
pub(super) type Xml = Writer<Vec<u8>>;

/// Attributes of an element; those without a value are left out.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

/// Starts a document.
pub(super) fn start() -> io::Result<Xml> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Ok(xml)
}

fn said<'a>(attributes: Attributes<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    attributes.iter().copied().filter(|(_, value)| !value.is_empty())
}

/// An element without content.
pub(super) fn leaf(xml: &mut Xml, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
    xml.create_element(name).with_attributes(said(attributes)).write_empty().map(drop)
}

/// An element of text.
pub(super) fn text(xml: &mut Xml, name: &str, attributes: Attributes<'_>, content: &str) -> io::Result<()> {
    xml.create_element(name).with_attributes(said(attributes)).write_text_content(BytesText::new(content)).map(drop)
}

/// An element of text, or `nullFlavor="UNK"` where nothing is known.
pub(super) fn text_or_unknown(xml: &mut Xml, name: &str, content: Option<&str>) -> io::Result<()> {
    match content.filter(|content| !content.is_empty()) {
        Some(content) => text(xml, name, &[], content),
        None => unknown(xml, name),
    }
}

/// An element with a value, or `nullFlavor="UNK"` where nothing is known.
pub(super) fn value_or_unknown(xml: &mut Xml, name: &str, value: Option<&str>) -> io::Result<()> {
    match value {
        Some(value) => leaf(xml, name, &[("value", value)]),
        None => unknown(xml, name),
    }
}

/// An element that says that nothing is known.
pub(super) fn unknown(xml: &mut Xml, name: &str) -> io::Result<()> {
    leaf(xml, name, &[("nullFlavor", "UNK")])
}

/// An element with others within.
pub(super) fn within(
    xml: &mut Xml,
    name: &str,
    attributes: Attributes<'_>,
    inner: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    xml.create_element(name).with_attributes(said(attributes)).write_inner_content(inner).map(drop)
}
