//! A template to begin with, drawn from a page that was read: the wordings of the lists that stand on it as fixed text, and for each label
//! the place beside it as a zone, commented out. Nothing is written that the lists do not hold, so that no patient's text gets out.

use std::fmt::Write;

use crate::extract::demographics::fixed::FixedText;
use crate::extract::demographics::zone::Target;
use crate::extract::demographics::{Lists, What};
use crate::model::{DocumentKind, Field, PageLayout, Rect};

/// More pieces of fixed text than this are not proposed.
const ANCHORS: usize = 24;

/// Labels by what they announce, with the field of a zone beside them.
fn target(what: What) -> Option<Target> {
    Some(Target::Field(match what {
        What::Name => return Some(Target::Name),
        What::Address => return Some(Target::Address),
        What::Family => Field::Family,
        What::Given => Field::Given,
        What::Birth => Field::BirthDate,
        What::Gender => Field::Gender,
        What::Mrn => Field::Mrn,
        What::Ssn => Field::Ssn,
        What::Phone | What::HomePhone | What::CellPhone => Field::Phone,
        What::Email => Field::Email,
        What::Street => Field::AddressLine,
        What::City => Field::City,
        What::State => Field::State,
        What::Zip => Field::PostalCode,
        What::Marital => Field::MaritalStatus,
        What::Language => Field::Language,
        What::Relationship => Field::ContactRelationship,
        What::Payor => Field::Payor,
        What::MemberId => Field::SubscriberId,
        What::Group => Field::GroupNumber,
        What::Provider | What::Signature => Field::Practitioner,
        What::Npi => Field::Npi,
        What::VisitDate | What::AdmitDate => Field::EncounterStart,
        What::DischargeDate => Field::EncounterEnd,
        What::Date | What::SignedDate | What::ReportedDate => Field::DocumentDate,
        _ => return None,
    }))
}

fn name_of(target: Target) -> &'static str {
    match target {
        Target::Field(field) => field.as_str(),
        other => Target::NAMES.iter().find(|(_, t)| *t == other).map_or("none", |(name, _)| name),
    }
}

/// Draws the template.
pub(crate) fn draw(page: &PageLayout, kind: DocumentKind, name: &str, lists: &Lists) -> String {
    let (width, height) = (page.reading.width.max(1) as f32, page.reading.height.max(1) as f32);
    let dpi = if page.reading.quality.dpi > 1.0 { page.reading.quality.dpi } else { width / 8.5 };
    let percent = |rect: &Rect| {
        let cut = |v: f32| (v.clamp(0.0, 100.0) * 100.0).round() / 100.0;
        let (x, y) = (cut(100.0 * rect.x / width), cut(100.0 * rect.y / height));
        let (right, bottom) = (cut(100.0 * rect.right() / width), cut(100.0 * rect.bottom() / height));
        format!("[{x:.2}, {y:.2}, {:.2}, {:.2}]", right - x, bottom - y)
    };
    let mut text = format!(
        "# A form, drawn from a page that was read. Check the fixed text, take the `#` from the zones that you want, set their boxes, and put\n\
         # the file into the folder templates below rules.folder; then run `chartlift config check`.\n\
         name = \"{name}\"\nversion = 1\nkind = \"{}\"  # {}\npaper = [{:.2}, {:.2}]  # inches\n",
        kind.as_str(),
        kind.display(),
        (width / dpi).clamp(1.0, 50.0),
        (height / dpi).clamp(1.0, 50.0),
    );
    let mut found = lists.fixed_text(page);
    found.sort_by(|a, b| a.rect.y.total_cmp(&b.rect.y).then(a.rect.x.total_cmp(&b.rect.x)));
    text.push_str("\n# Fixed text that is printed on every copy. Boxes are [left, top, width, height] in percent of the page.\n");
    // Long wordings are found most surely.
    let mut longest: Vec<usize> =
        (0..found.len()).filter(|&k| found[k].text.chars().filter(|c| c.is_alphanumeric()).count() >= 3).collect();
    longest.sort_by_key(|&k| usize::MAX - found[k].text.len());
    longest.truncate(ANCHORS);
    longest.sort_unstable();
    for k in longest {
        let _ = write!(text, "\n[[anchor]]\ntext = {}\nat = {}\n", toml::Value::from(found[k].text.clone()), percent(&found[k].rect));
    }
    text.push_str("\n# Places beside the labels, up to the next one: proposals.\n");
    for (k, piece) in found.iter().enumerate() {
        let Some(target) = piece.what.and_then(target) else { continue };
        let Some(zone) = beside(page, &found, k, width) else { continue };
        let _ = write!(
            text,
            "\n# beside {}\n# [[zone]]\n# field = \"{}\"\n# box = {}\n",
            toml::Value::from(piece.text.clone()),
            name_of(target),
            percent(&zone)
        );
    }
    text
}

/// Where the value of a label may stand: under it in its box of rules, else behind it up to the next label.
fn beside(page: &PageLayout, found: &[FixedText], k: usize, width: f32) -> Option<Rect> {
    let (piece, unit) = (&found[k], page.unit);
    if let Some(cell) = piece.cell.filter(|cell| cell.bottom() - piece.rect.bottom() > 0.8 * unit) {
        return Some(Rect::from_corners(cell.x, piece.rect.bottom() + 0.1 * unit, cell.right(), cell.bottom()));
    }
    let next = found[k + 1..]
        .iter()
        .filter(|other| (other.rect.center_y() - piece.rect.center_y()).abs() < 0.7 * unit && other.rect.x > piece.rect.right())
        .map(|other| other.rect.x)
        .fold(piece.cell.map_or(width - 0.5 * unit, |cell| cell.right()), f32::min);
    let (left, right) = (piece.rect.right() + 0.3 * unit, next - 0.3 * unit);
    let wide = right - left >= 2.0 * unit;
    wide.then(|| Rect::from_corners(left, piece.rect.y - 0.3 * unit, right, piece.rect.bottom() + 0.3 * unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::templates::Template;
    use crate::extract::testing::typed;

    #[test]
    fn a_skeleton_holds_labels_and_no_values() {
        let page = typed(
            "PATIENT INFORMATION\n\nPatient name: Quarry, Ruth          Date of birth: 07/28/1978\n\nHome phone: 406-555-0147   E-mail:\n\nMedical record number: 00-12-34-56\n\nNote: she calls herself Patience\n\n\n\n\nFAMILY HISTORY\n\nINSURANCE\n",
        );
        let lists = crate::extract::demographics::tests::lists();
        let text = draw(&page, DocumentKind::AdministrativeNote, "intake", &lists);
        for secret in ["Quarry", "Ruth", "1978", "0147", "34-56", "Patience", "calls"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        for wanted in
            ["text = \"Patient name:\"", "# field = \"Patient.name\"", "# field = \"Patient.birthDate\"", "text = \"PATIENT INFORMATION\""]
        {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
        let uncommented: String = text
            .lines()
            .map(|l| l.strip_prefix("# ").filter(|l| ["[[zone]]", "field = ", "box = "].iter().any(|s| l.starts_with(s))).unwrap_or(l))
            .flat_map(|l| [l, "\n"])
            .collect();
        let (template, findings) = Template::read("intake.toml", &uncommented, 4, &lists);
        assert!(findings.is_empty(), "{findings:?}\n{uncommented}");
        assert!(template.is_some_and(|t| t.zones.len() >= 4 && t.anchors.len() >= 4));
    }
}
