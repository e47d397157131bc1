//! What a page would cost, found out before anything of it is unpacked in earnest or drawn: a few kilobytes can ask for gigabytes of
//! data, for a thousand million calls, or for a picture larger than any paper.
//!
//! The guard follows what the content calls for (forms, patterns, masks, fonts, pictures), as the interpreter would, and counts. Streams are
//! unpacked into nothing. Everything is looked at once a file, however many pages share it.

use std::collections::HashMap;
use std::io::{self, Write};

use hayro_interpret::hayro_syntax::content::UntypedIter;
use hayro_interpret::hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, Stream};
use hayro_interpret::hayro_syntax::page::{Page, Resources};

use super::super::DecodeSettings;
use super::super::grey::check_size;
use super::super::tags::{jpeg_size, scan_jpeg};
use super::broken;
use crate::model::{FailureKind, SourceFailure};

/// Streams smaller than this unpack to less than the ratio looks at, whatever is in them: Deflate makes at most 1,032 bytes of one.
const SMALL: usize = 15 * 1024;
/// Unpacked bytes up to which the ratio is not looked at: blank paper packs well.
const RATIO_FROM: u64 = 16 * 1024 * 1024;
/// Forms within forms that the interpreter follows; deeper ones are not drawn.
const DEEPEST_FORM: usize = 50;

/// The guard of one file.
#[derive(Default)]
pub(super) struct Guard {
    /// Streams that have been looked at: how many operators running them takes, forms included; `None` while one is being looked at.
    costs: HashMap<ObjectIdentifier, Option<u64>>,
    /// Deflated streams that have been followed to where they end: whether that is their end.
    followed: HashMap<ObjectIdentifier, bool>,
}

/// How a stream is packed (ISO 32000-1, table 6, with the short names of table 94).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    Hex,
    Base85,
    Lzw,
    Flate,
    RunLength,
    Fax,
    Jbig2,
    Jpeg,
    Jpeg2000,
    Crypt,
    Unknown,
}

impl Filter {
    fn named(name: &[u8]) -> Self {
        match name {
            b"ASCIIHexDecode" | b"AHx" => Self::Hex,
            b"ASCII85Decode" | b"A85" => Self::Base85,
            b"LZWDecode" | b"LZW" => Self::Lzw,
            b"FlateDecode" | b"Fl" => Self::Flate,
            b"RunLengthDecode" | b"RL" => Self::RunLength,
            b"CCITTFaxDecode" | b"CCF" => Self::Fax,
            b"JBIG2Decode" => Self::Jbig2,
            b"DCTDecode" | b"DCT" => Self::Jpeg,
            b"JPXDecode" => Self::Jpeg2000,
            b"Crypt" => Self::Crypt,
            _ => Self::Unknown,
        }
    }

    pub(super) fn of(dictionary: &Dict<'_>) -> Vec<Self> {
        let Some(filters) = dictionary
            .get::<Object<'_>>(b"F")
            .filter(|f| !matches!(f, Object::String(_) | Object::Dict(_)))
            .or_else(|| dictionary.get::<Object<'_>>(b"Filter"))
        else {
            return Vec::new();
        };
        match filters {
            Object::Name(name) => vec![Self::named(&name)],
            Object::Array(names) => names.iter::<Name<'_>>().map(|name| Self::named(&name)).collect(),
            _ => Vec::new(),
        }
    }
}

/// Names of what a content stream calls for, with how often.
#[derive(Default)]
struct Calls<'a> {
    operators: u64,
    objects: HashMap<Name<'a>, u64>,
    states: Vec<Name<'a>>,
    patterns: Vec<Name<'a>>,
    fonts: Vec<Name<'a>>,
    writes: bool,
}

impl Guard {
    /// Refuses a page that would cost more than the settings allow, or whose content cannot be unpacked. Says whether it writes anything.
    pub(super) fn check(&mut self, page: &Page<'_>, settings: &DecodeSettings) -> Result<bool, SourceFailure> {
        let mut inside = Look { guard: self, settings, writes: false };
        inside.contents(page)?;
        let Some(content) = page.page_stream() else { return Ok(false) };
        let operators = inside.content(content, page.resources(), 0)?;
        inside.affordable(operators)?;
        Ok(inside.writes)
    }

    /// Whether a picture's data are whole, as far as its coding can tell: decoders fill up what is missing and say nothing. Only codings
    /// that stand alone are looked at.
    pub(super) fn is_whole(&self, stream: &Stream<'_>) -> bool {
        let filters = Filter::of(stream.dict());
        let [filter] = filters.as_slice() else { return !filters.contains(&Filter::Unknown) };
        let data = stream.raw_data();
        match filter {
            Filter::Jpeg => scan_jpeg(&data).complete,
            Filter::Jpeg2000 => jpx_is_whole(&data).unwrap_or(false),
            Filter::Jbig2 => jbig2_is_whole(&data),
            Filter::Flate => {
                let followed = stream.dict().obj_id().and_then(|id| self.followed.get(&id)).copied();
                followed.unwrap_or_else(|| flate_is_whole(&data))
            }
            Filter::Unknown => false,
            _ => true,
        }
    }
}

/// One page under the guard's eyes.
struct Look<'g, 's> {
    guard: &'g mut Guard,
    settings: &'s DecodeSettings,
    /// The page shows text, be it only blanks.
    writes: bool,
}

impl Look<'_, '_> {
    /// The streams of the page's content: each must unpack. (The interpreter leaves out those that do not, without a word.)
    fn contents(&mut self, page: &Page<'_>) -> Result<(), SourceFailure> {
        let dictionary = page.raw();
        let damaged = || broken("a part of the page's content cannot be unpacked");
        let readable = |stream: &Stream<'_>| {
            let filters = Filter::of(stream.dict());
            if filters.contains(&Filter::Unknown) { Err(damaged()) } else { Ok(()) }
        };
        if let Some(stream) = dictionary.get::<Stream<'_>>(b"Contents") {
            readable(&stream)?;
            return self.stream(&stream);
        }
        let Some(parts) = dictionary.get::<Array<'_>>(b"Contents") else { return Ok(()) };
        let streams: Vec<_> = parts.iter::<Object<'_>>().filter_map(Object::into_stream).collect();
        if streams.len() < parts.raw_iter().count() {
            return Err(broken("a part of the page's content is missing"));
        }
        for stream in streams {
            readable(&stream)?;
            self.stream(&stream)?;
            if stream.decoded_data().is_err() {
                return Err(damaged());
            }
        }
        Ok(())
    }

    /// Operators that running this content takes.
    fn content(&mut self, content: &[u8], resources: &Resources<'_>, depth: usize) -> Result<u64, SourceFailure> {
        if nesting(content) > self.settings.max_nesting {
            let detail =
                format!("the page nests lists more than {} deep; look at it, or raise decode.max_nesting", self.settings.max_nesting);
            return Err(SourceFailure::new(FailureKind::TooLarge, detail));
        }
        let calls = self.calls(content)?;
        self.writes |= calls.writes;
        // The interpreter leaves out what is written in a font that is not there.
        if calls.writes && calls.fonts.iter().any(|name| resources.get_font(name).is_none()) {
            return Err(broken("the page writes in a font that the PDF does not hold"));
        }
        let mut sum = calls.operators;
        for (name, times) in &calls.objects {
            let Some(object) = resources.get_x_object(name) else { continue };
            sum = sum.saturating_add(self.object(&object, resources, depth)?.saturating_mul(*times));
            self.affordable(sum)?;
        }
        for name in &calls.states {
            let mask = resources.get_ext_g_state(name).and_then(|state| state.get::<Dict<'_>>(b"SMask"));
            if let Some(form) = mask.and_then(|mask| mask.get::<Stream<'_>>(b"G")) {
                sum = sum.saturating_add(self.object(&form, resources, depth)?);
            }
        }
        for name in &calls.patterns {
            if let Some(stream) = resources.get_pattern(name).and_then(Object::into_stream) {
                sum = sum.saturating_add(self.form(&stream, resources, depth)?);
            }
        }
        for name in &calls.fonts {
            if let Some(font) = resources.get_font(name) {
                self.font(&font, resources, depth)?;
            }
        }
        Ok(sum)
    }

    fn calls<'a>(&mut self, content: &'a [u8]) -> Result<Calls<'a>, SourceFailure> {
        let mut calls = Calls::default();
        let mut operations = UntypedIter::new(content);
        while let Some(operation) = operations.next() {
            calls.operators += 1;
            if calls.operators > self.settings.max_operators {
                break;
            }
            let name = || operation.operands().last().and_then(|operand| operand.clone().into_name());
            let first_name = || operation.operands().next().and_then(|operand| operand.clone().into_name());
            let list = match &**operation.operator {
                b"Do" => {
                    if let Some(name) = name() {
                        *calls.objects.entry(name).or_default() += 1;
                    }
                    continue;
                }
                b"BI" => {
                    if let Some(stream) = operation.operands().last().and_then(|operand| operand.clone().into_stream()) {
                        self.picture(&stream)?;
                        self.unpacks(&stream, None)?;
                    }
                    continue;
                }
                b"Tj" | b"TJ" | b"'" | b"\"" => {
                    calls.writes = true;
                    continue;
                }
                b"gs" => (&mut calls.states, name()),
                b"scn" | b"SCN" => (&mut calls.patterns, name()),
                b"Tf" => (&mut calls.fonts, first_name()),
                _ => continue,
            };
            if let (list, Some(name)) = list
                && !list.contains(&name)
            {
                list.push(name);
            }
        }
        self.affordable(calls.operators)?;
        Ok(calls)
    }

    fn affordable(&self, operators: u64) -> Result<(), SourceFailure> {
        if operators <= self.settings.max_operators {
            return Ok(());
        }
        let detail = format!(
            "drawing the page takes more than {} steps; print it to an image, or raise decode.max_operators",
            self.settings.max_operators
        );
        Err(SourceFailure::new(FailureKind::TooLarge, detail))
    }

    /// A form or a picture.
    fn object(&mut self, stream: &Stream<'_>, resources: &Resources<'_>, depth: usize) -> Result<u64, SourceFailure> {
        let is_form =
            stream.dict().get::<Name<'_>>(b"Subtype").is_some_and(|name| *name == *b"Form") || stream.dict().contains_key(b"BBox");
        if is_form {
            return self.form(stream, resources, depth);
        }
        self.picture(stream)?;
        self.stream(stream)?;
        for key in [&b"SMask"[..], b"Mask"] {
            if let Some(mask) = stream.dict().get::<Stream<'_>>(key) {
                self.picture(&mask)?;
                self.stream(&mask)?;
            }
        }
        Ok(1)
    }

    /// Content with resources of its own: forms, patterns, glyphs of Type 3 fonts.
    fn form(&mut self, stream: &Stream<'_>, outer: &Resources<'_>, depth: usize) -> Result<u64, SourceFailure> {
        let id = stream.obj_id();
        match self.guard.costs.get(&id) {
            Some(Some(cost)) => return Ok(*cost),
            // It is being looked at further up: it calls itself, and is not drawn again and again.
            Some(None) => return Ok(0),
            None => {}
        }
        if depth >= DEEPEST_FORM {
            return Ok(0);
        }
        self.unpacks(stream, None)?;
        self.guard.costs.insert(id, None);
        let cost = match stream.decoded_data() {
            Ok(content) => {
                let own = stream.dict().get::<Dict<'_>>(b"Resources").map(Resources::new);
                self.content(&content, own.as_ref().unwrap_or(outer), depth + 1)
            }
            Err(_) => Err(broken("a part of the page's content cannot be unpacked")),
        };
        // A failure is not kept as a cost: each page that calls for it fails for itself.
        match &cost {
            Ok(cost) => self.guard.costs.insert(id, Some(*cost)),
            Err(_) => self.guard.costs.remove(&id),
        };
        cost
    }

    fn font(&mut self, font: &Dict<'_>, resources: &Resources<'_>, depth: usize) -> Result<(), SourceFailure> {
        let own = font.get::<Dict<'_>>(b"Resources").map(Resources::new);
        for (_, glyph) in font.get::<Dict<'_>>(b"CharProcs").iter().flat_map(Dict::entries) {
            if let Some(stream) = resolved(font, glyph) {
                self.form(&stream, own.as_ref().unwrap_or(resources), depth)?;
            }
        }
        for key in [&b"ToUnicode"[..], b"Encoding"] {
            if let Some(stream) = font.get::<Stream<'_>>(key) {
                self.stream(&stream)?;
            }
        }
        let descendant = font.get::<Array<'_>>(b"DescendantFonts").and_then(|fonts| fonts.iter::<Dict<'_>>().next());
        for font in [Some(font), descendant.as_ref()].into_iter().flatten() {
            let Some(descriptor) = font.get::<Dict<'_>>(b"FontDescriptor") else { continue };
            for key in [&b"FontFile"[..], b"FontFile2", b"FontFile3"] {
                if let Some(stream) = descriptor.get::<Stream<'_>>(key) {
                    self.stream(&stream)?;
                }
            }
        }
        Ok(())
    }

    /// Pixels that a picture says it has, in its dictionary and in its data.
    fn picture(&self, stream: &Stream<'_>) -> Result<(), SourceFailure> {
        let dictionary = stream.dict();
        let stated = stated_size(dictionary);
        if let Some((width, height)) = stated
            && width > 0
            && height > 0
        {
            check_size(width.into(), height.into(), self.settings)?;
        }
        let filters = Filter::of(stream.dict());
        // What lies under another packing is bounded by the limits of the process alone.
        let [filter] = filters.as_slice() else { return Ok(()) };
        let data = stream.raw_data();
        let sizes: Vec<(u32, u32)> = match filter {
            Filter::Jpeg => jpeg_size(&data).into_iter().collect(),
            Filter::Jpeg2000 => jpx_size(&data).into_iter().collect(),
            Filter::Jbig2 => jbig2_sizes(&data),
            Filter::Fax => {
                let parameters =
                    dictionary.get::<Dict<'_>>(b"DecodeParms").or_else(|| dictionary.get::<Dict<'_>>(b"DP")).unwrap_or_default();
                let columns = parameters.get::<u32>(b"Columns").unwrap_or(1728);
                let rows = parameters.get::<u32>(b"Rows").unwrap_or(0).max(stated.map_or(1, |s| s.1));
                vec![(columns, rows)]
            }
            _ => Vec::new(),
        };
        sizes.into_iter().filter(|(w, h)| *w > 0 && *h > 0).try_for_each(|(w, h)| check_size(w.into(), h.into(), self.settings))
    }

    /// Looks at a stream that is data, once.
    fn stream(&mut self, stream: &Stream<'_>) -> Result<(), SourceFailure> {
        if self.guard.costs.contains_key(&stream.obj_id()) {
            return Ok(());
        }
        // Four components of 16 bits are the most that a pixel may have.
        let expected = stated_size(stream.dict()).map(|(width, height)| u64::from(width) * u64::from(height) * 8);
        self.unpacks(stream, expected)?;
        self.guard.costs.insert(stream.obj_id(), Some(1));
        Ok(())
    }

    /// Refuses a stream that unpacks to more than is allowed. `expected` bytes are not held against it: a picture says how large it is.
    fn unpacks(&mut self, stream: &Stream<'_>, expected: Option<u64>) -> Result<(), SourceFailure> {
        let filters = Filter::of(stream.dict());
        if filters.len() > self.settings.max_filters {
            let detail = format!(
                "a part of the page is packed more than {} times over; look at it, or raise decode.max_filters",
                self.settings.max_filters
            );
            return Err(SourceFailure::new(FailureKind::TooLarge, detail));
        }
        let packed = stream.raw_data();
        if filters.len() <= 1 && packed.len() <= SMALL && !filters.contains(&Filter::Lzw) {
            return Ok(());
        }
        let by_ratio = (packed.len() as u64).saturating_mul(self.settings.max_stream_ratio).max(RATIO_FROM).max(expected.unwrap_or(0));
        let most = by_ratio.min(self.settings.max_stream_mib.saturating_mul(1024 * 1024));
        if let Some(whole) = fits(&packed, &filters, most) {
            // Inline pictures have no number to be known by.
            if let (Some(id), [Filter::Flate]) = (stream.dict().obj_id(), filters.as_slice()) {
                self.guard.followed.insert(id, whole);
            }
            return Ok(());
        }
        let detail = format!(
            "a part of the page unpacks to more than {} MiB or {} times its size; look at it, or raise decode.max_stream_mib and decode.max_stream_ratio",
            self.settings.max_stream_mib, self.settings.max_stream_ratio
        );
        Err(SourceFailure::new(FailureKind::TooLarge, detail))
    }
}

/// A value of a dictionary as a stream. (Values that are references cannot be followed by themselves.)
fn resolved<'a>(font: &Dict<'a>, value: MaybeRef<Object<'a>>) -> Option<Stream<'a>> {
    match value {
        MaybeRef::NotRef(object) => object.into_stream(),
        MaybeRef::Ref(reference) => {
            let glyphs = font.get::<Dict<'a>>(b"CharProcs")?;
            let name = glyphs.keys().find(|name| glyphs.get_ref(&**name).is_some_and(|other| other == reference))?;
            glyphs.get::<Stream<'a>>(&*name)
        }
    }
}

fn stated_size(dictionary: &Dict<'_>) -> Option<(u32, u32)> {
    let number = |long: &[u8], short: &[u8]| dictionary.get::<u32>(long).or_else(|| dictionary.get::<u32>(short));
    Some((number(b"Width", b"W")?, number(b"Height", b"H")?))
}

/// Deepest nesting of lists and dictionaries in a content stream. The parser stops at a depth of its own, and the rest of the page
/// would be missing without a word.
fn nesting(content: &[u8]) -> usize {
    let (mut depth, mut deepest, mut at) = (0usize, 0, 0);
    while let Some(byte) = content.get(at) {
        at += 1;
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b'<' if content.get(at) == Some(&b'<') => (depth, at) = (depth + 1, at + 1),
            b'>' if content.get(at) == Some(&b'>') => (depth, at) = (depth.saturating_sub(1), at + 1),
            b'(' => at = after_string(content, at),
            b'%' => at = content[at..].iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(content.len(), |end| at + end),
            // The data of an inline picture are anything.
            b'I' if content[at..].starts_with(b"D ") && at >= 2 && content[at - 2].is_ascii_whitespace() => {
                let end =
                    content[at..].windows(4).position(|w| w[0].is_ascii_whitespace() && &w[1..3] == b"EI" && w[3].is_ascii_whitespace());
                at = end.map_or(content.len(), |end| at + end + 3);
            }
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The place behind a string that begins before `at`; brackets nest, a backslash takes the meaning from what follows.
fn after_string(content: &[u8], mut at: usize) -> usize {
    let mut open = 1;
    while let Some(byte) = content.get(at) {
        at += 1;
        match byte {
            b'\\' => at += 1,
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    at
}

/// Takes bytes up to a number, and fails with the first beyond it.
struct Bucket {
    left: u64,
    /// What has come, if somebody wants it.
    kept: Option<Vec<u8>>,
}

impl Write for Bucket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or(io::ErrorKind::FileTooLarge)?;
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether data unpack to at most so many bytes (`None` if not), and whether the last deflate stream among them comes to its end. Pictures'
/// own codings are left to their sizes; what is damaged ends there.
fn fits(packed: &[u8], filters: &[Filter], most: u64) -> Option<bool> {
    let mut whole = true;
    let mut data = std::borrow::Cow::Borrowed(packed);
    for (index, filter) in filters.iter().enumerate() {
        let is_last = index + 1 == filters.len();
        let mut bucket = Bucket { left: most, kept: (!is_last).then(Vec::new) };
        let unpacked = match filter {
            Filter::Flate => inflate(&data, &mut bucket).map(|to_the_end| whole = to_the_end),
            Filter::Lzw => lzw(&data, &mut bucket),
            Filter::RunLength => run_lengths(&data, &mut bucket),
            Filter::Hex => bucket.write_all(&hex(&data)),
            Filter::Base85 => base85(&data, &mut bucket),
            Filter::Crypt | Filter::Unknown => continue,
            Filter::Jpeg | Filter::Jpeg2000 | Filter::Jbig2 | Filter::Fax => return Some(whole),
        };
        if unpacked.is_err_and(|error| error.kind() == io::ErrorKind::FileTooLarge) {
            return None;
        }
        match bucket.kept {
            Some(kept) => data = kept.into(),
            None => return Some(whole),
        }
    }
    Some(whole)
}

/// What lies under these packings, none of which changes rows beforehand; `None` if it is longer than `most`, damaged, or packed otherwise.
pub(super) fn unwrapped(packed: &[u8], outer: &[Filter], most: u64) -> Option<Vec<u8>> {
    let mut data = packed.to_vec();
    for filter in outer {
        let mut bucket = Bucket { left: most, kept: Some(Vec::new()) };
        match filter {
            Filter::Flate => inflate(&data, &mut bucket).ok().filter(|to_the_end| *to_the_end).map(drop)?,
            Filter::RunLength => run_lengths(&data, &mut bucket).ok()?,
            Filter::Hex => bucket.write_all(&hex(&data)).ok()?,
            Filter::Base85 => base85(&data, &mut bucket).ok()?,
            _ => return None,
        }
        data = bucket.kept?;
    }
    Some(data)
}

/// Whether a deflate stream comes to its end.
fn flate_is_whole(data: &[u8]) -> bool {
    inflate(data, &mut Bucket { left: u64::MAX, kept: None }).unwrap_or(false)
}

/// Unpacks up to the end of the stream (true) or of what can be read of it. The checksum behind the end is not looked at: some writers get it
/// wrong.
fn inflate(data: &[u8], bucket: &mut Bucket) -> io::Result<bool> {
    let rest = match data {
        [first, second, rest @ ..] if first & 15 == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0 => rest,
        _ => data,
    };
    let mut inflater = flate2::Decompress::new(false);
    let mut piece = vec![0; 64 * 1024];
    loop {
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let Some(input) = usize::try_from(read).ok().and_then(|read| rest.get(read..)) else { return Ok(false) };
        let Ok(status) = inflater.decompress(input, &mut piece, flate2::FlushDecompress::None) else { return Ok(false) };
        bucket.write_all(&piece[..(inflater.total_out() - written) as usize])?;
        if status == flate2::Status::StreamEnd {
            return Ok(true);
        }
        if (inflater.total_in(), inflater.total_out()) == (read, written) {
            return Ok(false);
        }
    }
}

fn lzw(data: &[u8], bucket: &mut Bucket) -> io::Result<()> {
    // Whether codes grow early changes a few bytes and not the size.
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    decoder.into_stream(bucket).decode_all(data).status
}

fn run_lengths(data: &[u8], bucket: &mut Bucket) -> io::Result<()> {
    let mut rest = data;
    while let [length, tail @ ..] = rest {
        match *length {
            128 => break,
            copied @ 0..=127 => {
                let count = (usize::from(copied) + 1).min(tail.len());
                bucket.write_all(&tail[..count])?;
                rest = &tail[count..];
            }
            repeated => {
                let Some(byte) = tail.first() else { break };
                bucket.write_all(&vec![*byte; 257 - usize::from(repeated)])?;
                rest = &tail[1..];
            }
        }
    }
    Ok(())
}

fn hex(data: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> =
        data.iter().take_while(|b| **b != b'>').filter_map(|b| char::from(*b).to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

fn base85(data: &[u8], bucket: &mut Bucket) -> io::Result<()> {
    let (mut group, mut count) = (0u32, 0usize);
    for byte in data.iter().take_while(|b| **b != b'~') {
        match byte {
            b'z' if count == 0 => bucket.write_all(&[0; 4])?,
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    bucket.write_all(&group.to_be_bytes())?;
                    (group, count) = (0, 0);
                }
            }
            _ => {}
        }
    }
    (count..5).for_each(|_| group = group.wrapping_mul(85).wrapping_add(84));
    if count > 1 { bucket.write_all(&group.to_be_bytes()[..count - 1]) } else { Ok(()) }
}

/// Whether the tile parts of a JPEG 2000 codestream follow each other to the end-of-codestream marker (ITU-T T.800, A.4).
fn jpx_is_whole(data: &[u8]) -> Option<bool> {
    let start = data.windows(4).position(|w| w == [0xff, 0x4f, 0xff, 0x51])?;
    let number = |at: usize, count: usize| Some(data.get(at..at + count)?.iter().fold(0usize, |sum, b| sum << 8 | usize::from(*b)));
    let mut at = start + 2;
    loop {
        match number(at, 2)? {
            0xffd9 => return Some(true),
            0xff90 => match number(at + 6, 4)? {
                // The last part may leave its length out: it then reaches up to the end.
                0 => return Some(data.windows(2).rposition(|w| w == [0xff, 0xd9]).is_some_and(|end| end > at)),
                length => at = at.checked_add(length.max(12))?,
            },
            0xff01..=0xffff => at = at.checked_add(2 + number(at + 2, 2)?)?,
            _ => return Some(false),
        }
    }
}

/// Whether all segments that a JBIG2 stream begins are there to their last byte.
fn jbig2_is_whole(data: &[u8]) -> bool {
    let mut regions = false;
    for segment in jbig2_segments(data) {
        if segment.body.checked_add(segment.length.unwrap_or(0)).is_none_or(|end| end > data.len()) {
            return false;
        }
        regions |= matches!(segment.kind, 4 | 6 | 7 | 20 | 22 | 23 | 36 | 38 | 39 | 40 | 42 | 43);
    }
    regions
}

/// Size of a JPEG 2000 picture from its SIZ marker (ITU-T T.800, A.5.1).
fn jpx_size(data: &[u8]) -> Option<(u32, u32)> {
    let at = data.windows(4).position(|w| w == [0xff, 0x4f, 0xff, 0x51])? + 8;
    let number = |index: usize| Some(u32::from_be_bytes(data.get(at + 4 * index..at + 4 * index + 4)?.try_into().ok()?));
    Some((number(0)?.checked_sub(number(2)?)?, number(1)?.checked_sub(number(3)?)?))
}

/// A segment of a JBIG2 stream: what it is, where its data begin, how long they are if that is known.
struct Segment {
    kind: u8,
    body: usize,
    length: Option<usize>,
}

/// The segments that a JBIG2 stream announces (ITU-T T.88, 7.2). The last may reach beyond the data.
fn jbig2_segments(data: &[u8]) -> Vec<Segment> {
    let (mut segments, mut at) = (Vec::new(), 0usize);
    let number = |at: usize| Some(u32::from_be_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?));
    while let (Some(segment), Some(flags), Some(count)) = (number(at), data.get(at + 4), data.get(at + 5)) {
        let (referred, count_bytes) = match count >> 5 {
            7 => {
                let Some(long) = number(at + 5) else { break };
                let referred = (long & 0x1fff_ffff) as usize;
                (referred, 4 + referred / 8 + 1)
            }
            few => (usize::from(few), 1),
        };
        let reference = match segment {
            0..=256 => 1,
            257..=65_536 => 2,
            _ => 4,
        };
        let page = if flags & 0x40 == 0 { 1 } else { 4 };
        let Some(head) = referred.checked_mul(reference).map(|references| at + 5 + count_bytes + references + page) else { break };
        let Some(length) = number(head) else { break };
        let length = (length != u32::MAX).then_some(length as usize);
        segments.push(Segment { kind: flags & 63, body: head + 4, length });
        match length.and_then(|length| length.checked_add(head + 4)) {
            Some(next) => at = next,
            None => break,
        }
    }
    segments
}

/// Sizes of the page and of the regions that a JBIG2 stream announces (ITU-T T.88, 7.4.1).
fn jbig2_sizes(data: &[u8]) -> Vec<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let has_size = |segment: &Segment| matches!(segment.kind, 4 | 6 | 7 | 20 | 22 | 23 | 36 | 38 | 39 | 40 | 42 | 43 | 48);
    let segments = jbig2_segments(data).into_iter().filter(has_size);
    let sizes = segments.filter_map(|segment| Some((number(segment.body)?, number(segment.body + 4)?)));
    // A page of unknown height is as high as its stripes.
    sizes.map(|(width, height)| (width, if height == u32::MAX { 1 } else { height })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_in_strings_comments_and_pictures_do_not_nest() {
        let table: [(&[u8], usize); 7] = [
            (b"[1 [2 [3]]] TJ", 3),
            (b"[(a [[[ \\) b [) 2] TJ", 1),
            (b"(( [[ ) [) Tj [ ] TJ", 1),
            (b"% [[[[\n[ ] TJ", 1),
            (b"/A << /B << /C [ ] >> >> BDC", 3),
            (b"BI /W 1 ID [[[[<<<< ( \nEI Q [ [ ] ] TJ", 2),
            (b"]]]]] [ ]", 1),
        ];
        for (content, depth) in table {
            assert_eq!(nesting(content), depth, "{}", String::from_utf8_lossy(content));
        }
    }

    fn deflated(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn unpacked_sizes_are_found_without_unpacking() {
        let zeros = vec![0u8; 1_000_000];
        let mut lzw = Vec::new();
        weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).into_stream(&mut lzw).encode_all(&zeros[..]).status.unwrap();
        let runs: Vec<u8> = [129, 0].repeat(7813);
        let in_hex: Vec<u8> = deflated(&zeros).iter().flat_map(|b| format!("{b:02x}").into_bytes()).collect();
        let table: [(&str, Vec<u8>, &[Filter]); 6] = [
            ("deflate", deflated(&zeros), &[Filter::Flate]),
            ("twice", deflated(&deflated(&zeros)), &[Filter::Flate, Filter::Flate]),
            ("lzw", lzw, &[Filter::Lzw]),
            ("runs", runs, &[Filter::RunLength]),
            ("hex and deflate", in_hex, &[Filter::Hex, Filter::Flate]),
            ("base 85", b"z".repeat(250_001), &[Filter::Base85]),
        ];
        for (name, packed, filters) in table {
            assert_eq!(fits(&packed, filters, 1_001_000), Some(true), "{name}");
            assert_eq!(fits(&packed, filters, 999_999), None, "{name}");
        }
        assert_eq!(hex(b"4 1 4>zz"), [0x41, 0x40]);
        let mut bucket = Bucket { left: 100, kept: Some(Vec::new()) };
        base85(b"9jqo^BlbD-BleB1DJ+*+F(f,q~>", &mut bucket).unwrap();
        assert_eq!(bucket.kept.unwrap(), b"Man is distinguished");
    }

    #[test]
    fn pictures_are_asked_for_their_own_sizes() {
        let mut jpx = vec![0, 0, 0, 12, 0xff, 0x4f, 0xff, 0x51, 0, 41, 0, 0];
        for value in [60_010u32, 60_020, 10, 20] {
            jpx.extend(value.to_be_bytes());
        }
        assert_eq!(jpx_size(&jpx), Some((60_000, 60_000)));
        assert_eq!(jpx_size(&jpx[..20]), None);
        let segment = |number: u32, kind: u8, body: &[u8]| {
            [&number.to_be_bytes()[..], &[kind, 0, 1], &(body.len() as u32).to_be_bytes(), body].concat()
        };
        let size = |w: u32, h: u32| [&w.to_be_bytes()[..], &h.to_be_bytes(), &[0; 11]].concat();
        let stream = [segment(0, 48, &size(100, u32::MAX)), segment(1, 38, &size(7, 9)), segment(2, 49, &[])].concat();
        assert_eq!(jbig2_sizes(&stream), [(100, 1), (7, 9)]);
        assert!(jbig2_is_whole(&stream) && !jbig2_is_whole(&stream[..45]) && !jbig2_is_whole(&stream[..30]));
    }

    #[test]
    fn data_that_end_early_are_found_out() {
        let noise: Vec<u8> = (0..200_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut data = deflated(&noise);
        assert!(flate_is_whole(&data) && flate_is_whole(&data[..data.len() - 4]), "the checksum is not asked for");
        for share in [0, 1, 50, 90] {
            assert!(!flate_is_whole(&data[..data.len() * share / 100]), "{share} %");
        }
        let from = data.len() / 5;
        data[from..].fill(0);
        assert!(!flate_is_whole(&data));
        // Main header, a tile part of 14 bytes, end of codestream.
        let mut jpx = vec![0xff, 0x4f, 0xff, 0x51, 0, 4, 1, 2, 0xff, 0x90, 0, 10, 0, 0, 0, 0, 0, 14, 0, 1, 0xff, 0x93, 0xff, 0xd9];
        assert_eq!(jpx_is_whole(&jpx), Some(true));
        assert_eq!(jpx_is_whole(&jpx[..jpx.len() - 2]), None);
        jpx[22..].fill(0);
        assert_eq!(jpx_is_whole(&jpx), Some(false));
    }

    proptest::proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            nesting(&bytes);
            jpx_size(&bytes);
            jbig2_sizes(&bytes);
            jbig2_is_whole(&bytes);
            jpx_is_whole(&bytes);
            flate_is_whole(&bytes);
            for filter in [Filter::Flate, Filter::Lzw, Filter::RunLength, Filter::Hex, Filter::Base85] {
                fits(&bytes, &[filter], 1000);
            }
        }
    }
}
