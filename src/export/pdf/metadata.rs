//! What the file says of itself: XMP (ISO 16684-1), which has to agree with the old information dictionary word for word.

/// Who made it. Without a version: a newer chartlift that makes the same of a page makes the same bytes.
pub(super) const PRODUCER: &str = "chartlift";

/// A title that both forms can hold: characters that XML 1.0 forbids are left out.
pub(super) fn printable(title: &str) -> String {
    title.chars().filter(|c| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}')).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The packet.
pub(super) fn xmp(title: &str, source: &str) -> String {
    format!(
        r#"<?xpacket begin="{bom}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
   <pdfaid:part>1</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:source>{source}</dc:source>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
   <pdf:Producer>{PRODUCER}</pdf:Producer>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"#,
        bom = '\u{FEFF}',
        title = escaped(title),
        source = escaped(source),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_escaped_and_printable() {
        assert_eq!(printable("a\u{0}b\nc\u{FFFF}ö"), "abcö");
        assert!(xmp("A & B <c>.pdf", "sha256:00").contains("A &amp; B &lt;c&gt;.pdf"));
    }
}
