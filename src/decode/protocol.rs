//! The messages between child and parent: a tag, a length, a body. The parent takes nothing of them on trust: a child that a
//! hostile file has turned may write what it likes, and the reader answers with an error, never with a panic or a huge allocation.

use std::io::{self, Read, Write};

use super::DecodeSettings;
use crate::model::{
    CarriedPage, Coding, Colour, Confinement, FailureKind, GreyPage, PageNumber, Picture, RawPage, Rect, Share, SourceFailure, TextLayer,
    Word,
};

const START: u8 = 1;
const PAGE: u8 = 2;
const PAGE_FAILED: u8 = 3;
const FAILED: u8 = 4;
const END: u8 = 5;
const SEALED: u8 = 6;
const CARRIED: u8 = 7;

/// Bytes that the body of a message may have, pixels excepted. A page of text has a few hundred kilobytes at most.
const MAX_BODY: u32 = 16 * 1024 * 1024;
/// Words that a page may have. The formats refuse pages with more, so that none is lost here.
pub(super) const MAX_WORDS: u32 = 100_000;
const MAX_WORD_BYTES: usize = 1000;
const MAX_DETAIL_CHARS: usize = 300;
/// Pictures that a carried page may consist of.
pub(super) const MAX_PICTURES: usize = 512;

/// One message of the child.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Message {
    /// Comes first: what the child has given up before it reads the file.
    Sealed(Confinement),
    /// Pages that the file has.
    Start { page_count: u32 },
    /// A page.
    Page(RawPage),
    /// A page as a PDF file can hold it.
    Carried(CarriedPage),
    /// A page that cannot be read.
    PageFailed { number: PageNumber, failure: SourceFailure },
    /// The whole file, or the rest of it, cannot be read.
    Failed(SourceFailure),
    /// All has been said.
    End,
}

impl From<RawPage> for Message {
    fn from(page: RawPage) -> Self {
        Self::Page(page)
    }
}

impl From<CarriedPage> for Message {
    fn from(page: CarriedPage) -> Self {
        Self::Carried(page)
    }
}

/// What can be wrong with a message.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProtocolError {
    /// The pipe broke, ended or ran out of time.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The bytes are no message.
    #[error("the decoding process sent something that is no message")]
    Nonsense,
    /// The page is larger than the budget.
    #[error("the decoding process sent a page larger than the budget")]
    TooLarge,
}

/// Writes a message.
pub(super) fn write(out: &mut impl Write, message: &Message) -> io::Result<()> {
    let mut body = Vec::new();
    let mut pictures: &[Picture] = &[];
    let (tag, pixels): (u8, &[u8]) = match message {
        Message::Sealed(Confinement { wanted, landlock, filter }) => {
            body.extend([u8::from(*wanted), *landlock, u8::from(*filter)]);
            (SEALED, &[])
        }
        Message::Start { page_count } => {
            body.extend(page_count.to_le_bytes());
            (START, &[])
        }
        Message::Page(page) => {
            put_page(&mut body, page);
            (PAGE, &page.grey.pixels)
        }
        Message::Carried(page) => {
            let lengths: Vec<u64> = page.pictures.iter().map(|picture| picture.data.len() as u64).collect();
            body = serde_json::to_vec(&(page, lengths))?;
            pictures = &page.pictures;
            (CARRIED, &[])
        }
        Message::PageFailed { number, failure } => {
            body.extend(number.get().to_le_bytes());
            put_failure(&mut body, failure);
            (PAGE_FAILED, &[])
        }
        Message::Failed(failure) => {
            put_failure(&mut body, failure);
            (FAILED, &[])
        }
        Message::End => (END, &[]),
    };
    out.write_all(&[tag])?;
    out.write_all(&(body.len() as u32).to_le_bytes())?;
    out.write_all(&body)?;
    out.write_all(pixels)?;
    for picture in pictures {
        out.write_all(&picture.data)?;
    }
    out.flush()
}

fn put_failure(body: &mut Vec<u8>, failure: &SourceFailure) {
    body.extend(FailureKind::ALL.iter().position(|k| *k == failure.kind).map(|at| at as u8));
    body.extend(failure.detail.as_bytes());
}

fn put_page(body: &mut Vec<u8>, page: &RawPage) {
    body.extend(page.number.get().to_le_bytes());
    body.extend(page.grey.width.to_le_bytes());
    body.extend(page.grey.height.to_le_bytes());
    let (x, y) = page.dpi.unwrap_or((0.0, 0.0));
    body.extend(x.to_le_bytes());
    body.extend(y.to_le_bytes());
    body.push(page.tagged_turn);
    let Some(text) = &page.text else {
        body.push(0);
        return;
    };
    body.push(if text.visible { 2 } else { 1 });
    let words = || text.words.iter().filter(|word| word.text.len() <= MAX_WORD_BYTES).take(MAX_WORDS as usize);
    body.extend((words().count() as u32).to_le_bytes());
    for word in words() {
        body.extend((word.text.len() as u16).to_le_bytes());
        body.extend(word.text.as_bytes());
        for value in [word.rect.x, word.rect.y, word.rect.w, word.rect.h, word.confidence] {
            body.extend(value.to_le_bytes());
        }
        body.extend(word.line.to_le_bytes());
        body.extend(word.block.to_le_bytes());
    }
}

/// Reads a message. Pages must lie within the settings' budget.
pub(super) fn read(input: &mut impl Read, settings: &DecodeSettings) -> Result<Message, ProtocolError> {
    let mut head = [0; 5];
    input.read_exact(&mut head)?;
    let [tag, length @ ..] = head;
    let length = u32::from_le_bytes(length);
    if length > MAX_BODY {
        return Err(ProtocolError::Nonsense);
    }
    let mut bytes = Vec::new();
    input.by_ref().take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() != length as usize {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    let mut body = Body(&bytes);
    let message = match tag {
        SEALED => Message::Sealed(Confinement { wanted: body.u8()? != 0, landlock: body.u8()?, filter: body.u8()? != 0 }),
        START => Message::Start { page_count: body.u32()? },
        PAGE => {
            let page = take_page(&mut body, settings)?;
            body.end()?;
            return Ok(Message::Page(with_pixels(page, input)?));
        }
        CARRIED => return Ok(Message::Carried(take_carried(&bytes, input, settings)?)),
        PAGE_FAILED => Message::PageFailed { number: body.page_number()?, failure: body.failure()? },
        FAILED => Message::Failed(body.failure()?),
        END => Message::End,
        _ => return Err(ProtocolError::Nonsense),
    };
    body.end()?;
    Ok(message)
}

fn take_page(body: &mut Body<'_>, settings: &DecodeSettings) -> Result<RawPage, ProtocolError> {
    let number = body.page_number()?;
    let (width, height) = (body.u32()?, body.u32()?);
    if width == 0 || height == 0 {
        return Err(ProtocolError::Nonsense);
    }
    if !settings.size_fits(u64::from(width), u64::from(height)) {
        return Err(ProtocolError::TooLarge);
    }
    let dpi = (body.f32()?, body.f32()?);
    let dpi = (dpi.0 > 0.0 && dpi.1 > 0.0).then_some(dpi);
    let tagged_turn = body.u8()?;
    if tagged_turn > 3 {
        return Err(ProtocolError::Nonsense);
    }
    let text = match body.u8()? {
        0 => None,
        kind @ (1 | 2) => Some(TextLayer { visible: kind == 2, words: take_words(body)? }),
        _ => return Err(ProtocolError::Nonsense),
    };
    Ok(RawPage { number, grey: GreyPage { width, height, pixels: Vec::new() }, dpi, tagged_turn, text })
}

fn take_words(body: &mut Body<'_>) -> Result<Vec<Word>, ProtocolError> {
    let count = body.u32()?;
    if count > MAX_WORDS {
        return Err(ProtocolError::Nonsense);
    }
    let mut words = Vec::new();
    for _ in 0..count {
        let length = usize::from(body.u16()?);
        let text = std::str::from_utf8(body.bytes(length)?).map_err(|_| ProtocolError::Nonsense)?;
        if length > MAX_WORD_BYTES || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(ProtocolError::Nonsense);
        }
        let rect = Rect::new(body.f32()?, body.f32()?, body.f32()?, body.f32()?);
        let confidence = body.f32()?.clamp(0.0, 1.0);
        words.push(Word { text: text.to_owned(), rect, confidence, line: body.u32()?, block: body.u32()?, ..Word::default() });
    }
    Ok(words)
}

fn with_pixels(mut page: RawPage, input: &mut impl Read) -> Result<RawPage, ProtocolError> {
    let size = page.grey.width as usize * page.grey.height as usize;
    // One exact allocation: growing by doubling would cost up to twice the page.
    page.grey.pixels = vec![0; size];
    input.read_exact(&mut page.grey.pixels)?;
    Ok(page)
}

/// A carried page: its description as JSON, then the pictures' data.
fn take_carried(body: &[u8], input: &mut impl Read, settings: &DecodeSettings) -> Result<CarriedPage, ProtocolError> {
    let (mut page, lengths): (CarriedPage, Vec<u64>) = serde_json::from_slice(body).map_err(|_| ProtocolError::Nonsense)?;
    if page.number.get() == 0 || page.tagged_turn > 3 || page.pictures.len() > MAX_PICTURES || lengths.len() != page.pictures.len() {
        return Err(ProtocolError::Nonsense);
    }
    let fits = |width: u32, height: u32| width > 0 && height > 0 && settings.size_fits(width.into(), height.into());
    let sizes = page.pictures.iter().map(|picture| (picture.width, picture.height));
    if !sizes.chain([(page.width, page.height)]).all(|(width, height)| fits(width, height)) {
        return Err(ProtocolError::TooLarge);
    }
    if !page.pictures.iter().all(is_sensible) {
        return Err(ProtocolError::Nonsense);
    }
    page.dpi = page.dpi.filter(|(x, y)| x.is_finite() && y.is_finite() && *x > 0.0 && *y > 0.0);
    // The source's own data are no longer than the source; what is packed anew is hardly longer than its pixels.
    let pixels = page.pictures.iter().map(|picture| u64::from(picture.width) * u64::from(picture.height));
    let packed = pixels.fold(1024 * 1024, |sum: u64, pixels| sum.saturating_add(pixels.saturating_mul(4)));
    let most = settings.max_file_mib.saturating_mul(1024 * 1024).saturating_add(packed);
    if lengths.iter().try_fold(0u64, |sum, length| sum.checked_add(*length)).is_none_or(|sum| sum > most) {
        return Err(ProtocolError::TooLarge);
    }
    for (picture, length) in page.pictures.iter_mut().zip(lengths) {
        input.by_ref().take(length).read_to_end(&mut picture.data)?;
        if picture.data.len() as u64 != length {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
    Ok(page)
}

/// Whether a picture's description can be true.
fn is_sensible(picture: &Picture) -> bool {
    let palette_fits = match &picture.colour {
        Colour::Palette(colours) => !colours.is_empty() && colours.len() % 3 == 0 && colours.len() <= 3 << picture.bits.min(8),
        _ => true,
    };
    let coding_fits = match &picture.coding {
        Coding::Deflate { predictor } => matches!(predictor, 1 | 2 | 10..=15),
        Coding::Fax(_) | Coding::Jbig2 { .. } => picture.bits == 1 && picture.colour == Colour::Grey,
        Coding::Jpeg { .. } => picture.bits == 8,
        Coding::RunLength => true,
    };
    let Share { x, y, width, height } = picture.place;
    let place_fits = [x, y, width, height].iter().all(|v| (-4.0..=4.0).contains(v)) && width > 0.0 && height > 0.0;
    matches!(picture.bits, 1 | 2 | 4 | 8) && palette_fits && coding_fits && place_fits && picture.lay.is_sensible()
}

/// What is left of a message's body.
struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], ProtocolError> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(ProtocolError::Nonsense)?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ProtocolError> {
        self.bytes(N)?.try_into().map_err(|_| ProtocolError::Nonsense)
    }

    fn u8(&mut self) -> Result<u8, ProtocolError> {
        Ok(self.array::<1>()?[0])
    }

    fn u16(&mut self) -> Result<u16, ProtocolError> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, ProtocolError> {
        self.array().map(u32::from_le_bytes)
    }

    fn f32(&mut self) -> Result<f32, ProtocolError> {
        let value = f32::from_le_bytes(self.array()?);
        if value.is_finite() { Ok(value) } else { Err(ProtocolError::Nonsense) }
    }

    fn page_number(&mut self) -> Result<PageNumber, ProtocolError> {
        match self.u32()? {
            0 => Err(ProtocolError::Nonsense),
            number => Ok(PageNumber::new(number)),
        }
    }

    /// A kind and the rest as text, cut to a sentence's length and freed of control characters.
    fn failure(&mut self) -> Result<SourceFailure, ProtocolError> {
        let kind = FailureKind::ALL.get(usize::from(self.u8()?)).copied().ok_or(ProtocolError::Nonsense)?;
        let detail = String::from_utf8_lossy(std::mem::take(&mut self.0));
        Ok(SourceFailure::new(kind, detail.chars().filter(|c| !c.is_control()).take(MAX_DETAIL_CHARS).collect::<String>()))
    }

    fn end(&self) -> Result<(), ProtocolError> {
        if self.0.is_empty() { Ok(()) } else { Err(ProtocolError::Nonsense) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Carriage, Lay};

    fn page() -> RawPage {
        RawPage {
            number: PageNumber::new(3),
            grey: GreyPage { width: 2, height: 3, pixels: vec![0, 1, 2, 3, 4, 255] },
            dpi: Some((204.0, 98.0)),
            tagged_turn: 3,
            text: Some(TextLayer {
                visible: true,
                words: vec![Word {
                    text: "Größe".to_owned(),
                    rect: Rect::new(1.0, 2.0, 3.0, 4.5),
                    confidence: 0.9,
                    line: 1,
                    block: 7,
                    ..Word::default()
                }],
            }),
        }
    }

    fn carried() -> CarriedPage {
        let picture = |data: &[u8], coding, colour| Picture {
            data: data.to_vec(),
            coding,
            width: 2,
            height: 3,
            bits: 8,
            colour,
            inverted: false,
            place: Share { x: 0.0, y: 0.5, width: 1.0, height: 0.5 },
            lay: Lay::MIRRORED,
        };
        CarriedPage {
            number: PageNumber::new(3),
            width: 2,
            height: 6,
            dpi: Some((204.0, 98.0)),
            tagged_turn: 2,
            carriage: Carriage::Unchanged,
            pictures: vec![
                picture(b"one", Coding::Jpeg { transform: Some(false) }, Colour::Rgb),
                picture(b"another", Coding::Deflate { predictor: 15 }, Colour::Palette(vec![1, 2, 3])),
            ],
        }
    }

    fn messages() -> Vec<Message> {
        let failure = SourceFailure::new(FailureKind::Broken, "the page is cut off");
        vec![
            Message::Sealed(Confinement { wanted: true, landlock: 7, filter: true }),
            Message::Start { page_count: 17 },
            Message::Page(page()),
            Message::Page(RawPage { dpi: None, text: None, tagged_turn: 0, ..page() }),
            Message::Carried(carried()),
            Message::PageFailed { number: PageNumber::new(4), failure: failure.clone() },
            Message::Failed(failure),
            Message::End,
        ]
    }

    #[test]
    fn messages_survive_the_pipe() {
        let mut pipe = Vec::new();
        for message in messages() {
            write(&mut pipe, &message).unwrap();
        }
        let mut pipe = pipe.as_slice();
        for message in messages() {
            assert_eq!(read(&mut pipe, &DecodeSettings::default()).unwrap(), message);
        }
        assert!(pipe.is_empty());
    }

    #[test]
    fn oversize_is_refused_before_it_is_allocated() {
        let settings = DecodeSettings::default();
        let mut huge = vec![START];
        huge.extend(u32::MAX.to_le_bytes());
        assert!(matches!(read(&mut huge.as_slice(), &settings), Err(ProtocolError::Nonsense)));

        for (width, height) in [(20_001, 1), (1, 20_001), (20_000, 20_000)] {
            let mut wide = page();
            (wide.grey.width, wide.grey.height) = (width, height);
            let mut pipe = Vec::new();
            write(&mut pipe, &Message::Page(wide)).unwrap();
            assert!(matches!(read(&mut pipe.as_slice(), &settings), Err(ProtocolError::TooLarge)), "{width} x {height}");
        }
    }

    #[test]
    fn carried_pages_that_cannot_be_are_refused() {
        let refused = |change: fn(&mut CarriedPage)| {
            let mut page = carried();
            change(&mut page);
            let mut pipe = Vec::new();
            write(&mut pipe, &Message::Carried(page)).unwrap();
            read(&mut pipe.as_slice(), &DecodeSettings { max_file_mib: 1, ..DecodeSettings::default() }).is_err()
        };
        assert!(!refused(|_| {}));
        let table: [fn(&mut CarriedPage); 10] = [
            |page| page.width = 0,
            |page| page.pictures[0].height = 20_001,
            |page| page.pictures[0].bits = 16,
            |page| page.pictures[1].colour = Colour::Palette(vec![1, 2]),
            |page| page.pictures[1].coding = Coding::Deflate { predictor: 3 },
            |page| page.pictures[0].lay = Lay { a: 1, b: 1, c: 0, d: 1 },
            |page| page.pictures[0].place.width = 0.0,
            |page| page.tagged_turn = 4,
            |page| page.pictures = vec![page.pictures[0].clone(); MAX_PICTURES + 1],
            |page| page.pictures[0].data = vec![0; 2 * 1024 * 1024 + 100],
        ];
        for (index, change) in table.into_iter().enumerate() {
            assert!(refused(change), "{index}");
        }
    }

    #[test]
    fn a_cut_message_is_an_error() {
        for message in messages() {
            let mut pipe = Vec::new();
            write(&mut pipe, &message).unwrap();
            for cut in 0..pipe.len() {
                assert!(read(&mut &pipe[..cut], &DecodeSettings::default()).is_err());
            }
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&mut bytes.as_slice(), &DecodeSettings::default());
        }

        #[test]
        fn damaged_messages_never_panic(which in 0..8usize, at in 0..800usize, value: u8) {
            let settings = DecodeSettings { max_megapixels: 1, ..DecodeSettings::default() };
            let mut pipe = Vec::new();
            write(&mut pipe, &messages()[which]).unwrap();
            let at = at % pipe.len();
            pipe[at] = value;
            let _ = read(&mut pipe.as_slice(), &settings);
        }
    }
}
