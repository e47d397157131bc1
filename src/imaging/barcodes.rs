//! Bar codes of separator sheets: Code 128 and QR. Looked for only where the ink looks like bars or modules, as the search costs more than
//! all other preparation.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::{BarcodeFormat, DecodeHints, helpers::detect_in_luma_with_hints};

use crate::model::GreyPage;

use super::bitmap::{Bitmap, Piece};
use super::blank::Marks;
use super::warp;

/// Kind of a bar code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarcodeKind {
    /// Code 128.
    Code128,
    /// QR code.
    Qr,
}

/// A bar code as read.
#[derive(Clone, PartialEq, Eq)]
pub struct Barcode {
    /// Its text.
    pub text: String,
    /// Its kind.
    pub kind: BarcodeKind,
}

/// Shows the kind alone: the text may name a patient.
impl std::fmt::Debug for Barcode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Barcode({:?})", self.kind)
    }
}

/// The bar codes of a page with little writing and something like bars or modules on it; at most one of each kind.
pub(super) fn find(page: &GreyPage, bitmap: &Bitmap, pieces: &[Piece], marks: &Marks, dpi: f32) -> Vec<Barcode> {
    const MOST_LETTERS: usize = 250;
    if marks.letters.len() > MOST_LETTERS {
        return vec![];
    }
    let inch = |n: usize| n as f32 / dpi;
    let bars = |piece: &&Piece| {
        let (long, thin) = (inch(piece.width().max(piece.height())), inch(piece.width().min(piece.height())));
        long > 0.3 && thin < 0.12 && piece.fill() > 0.7
    };
    // Finder patterns and clumps of modules.
    let modules = |piece: &&Piece| {
        let (w, h) = (inch(piece.width()), inch(piece.height()));
        w > 0.1 && h > 0.1 && w < 3.0 && h < 3.0 && (0.3..0.95).contains(&piece.fill())
    };
    let mut found = Vec::new();
    if pieces.iter().filter(bars).count() >= 12
        && let Some(area) = hull(pieces.iter().filter(bars))
    {
        found.extend(read(page, bitmap.factor, area, dpi, BarcodeFormat::CODE_128, BarcodeKind::Code128));
    }
    if found.is_empty()
        && pieces.iter().filter(modules).count() >= 3
        && let Some(area) = hull(pieces.iter().filter(modules))
    {
        found.extend(read(page, bitmap.factor, area, dpi, BarcodeFormat::QR_CODE, BarcodeKind::Qr));
    }
    found
}

fn hull<'a>(pieces: impl Iterator<Item = &'a Piece>) -> Option<Piece> {
    pieces.copied().reduce(|a, b| Piece {
        x0: a.x0.min(b.x0),
        y0: a.y0.min(b.y0),
        x1: a.x1.max(b.x1),
        y1: a.y1.max(b.y1),
        area: a.area + b.area,
    })
}

fn read(page: &GreyPage, factor: usize, area: Piece, dpi: f32, format: BarcodeFormat, kind: BarcodeKind) -> Option<Barcode> {
    // Half an inch of quiet zone each way.
    let margin = (dpi / 2.0) as usize;
    let (x0, y0) = (area.x0.saturating_sub(margin), area.y0.saturating_sub(margin));
    let scaled = |cells: usize| (cells * factor) as u32;
    let cut = warp::crop(page, scaled(x0), scaled(y0), scaled(area.x1 + margin - x0), scaled(area.y1 + margin - y0));
    let (width, height) = (cut.width / 2, cut.height / 2);
    // Half size takes the noise out of modules and is quick; full size keeps thin bars. rxing is foreign: what it panics on is no code.
    let attempts = [warp::resize(cut.clone(), width, height).0, cut];
    attempts.into_iter().find_map(|picture| {
        let mut hints = DecodeHints { PossibleFormats: Some(HashSet::from([format])), TryHarder: Some(true), ..DecodeHints::default() };
        let (w, h) = (picture.width, picture.height);
        let result = catch_unwind(AssertUnwindSafe(|| detect_in_luma_with_hints(picture.pixels, w, h, Some(format), &mut hints)));
        result.ok()?.ok().map(|code| Barcode { text: code.getText().to_owned(), kind })
    })
}
