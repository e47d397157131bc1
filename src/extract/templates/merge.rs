//! What a form's zones say against what the ordinary rules have found on the same pages.
//!
//! The zones take precedence: the site has said what stands there. An ordinary value of the same field counts as another reading of the
//! fact, agreeing or not. One that was read from a zone of another field, or from a zone that is no field's, is struck, and asked for if
//! nothing takes its place; one for which the form has a zone that was left empty counts as contradicted.

use std::collections::{BTreeMap, BTreeSet};

use super::zones::{Area, ZonesRead};
use crate::extract::demographics::text::fold;
use crate::model::{ExtractedValue, Field, Group, PageNumber, PercentBox};

fn holds(area: &PercentBox, place: &PercentBox) -> bool {
    let (x, y) = (place.x + place.width / 2.0, place.y + place.height / 2.0);
    x >= area.x && x <= area.x + area.width && y >= area.y && y <= area.y + area.height
}

/// Lays the zones of one page over the values.
pub(crate) fn merge(read: ZonesRead, values: &mut Vec<ExtractedValue>, missing: &mut Vec<(Field, PageNumber)>) {
    let ZonesRead { values: own, missing: lost, areas } = read;
    strike(&areas, values, missing);
    let (items, single): (Vec<ExtractedValue>, Vec<ExtractedValue>) = own.into_iter().partition(|v| v.field.group().is_some());
    for value in single {
        merge_single(value, values);
    }
    merge_items(items, &areas, values);
    // A zone that was left empty contradicts a value of its field from elsewhere on the page.
    let answered: BTreeSet<Field> = areas.iter().filter(|a| !a.empty).flat_map(|a| a.fields.iter().copied()).collect();
    for area in areas.iter().filter(|a| a.empty) {
        for field in area.fields.iter().filter(|f| f.group().is_none() && !answered.contains(f)) {
            for value in values.iter_mut().filter(|v| v.field == *field && v.page == area.page && !is_templates(v)) {
                value.signals.differ = value.signals.differ.saturating_add(1);
            }
        }
    }
    for (field, page) in lost {
        // What the zone holds was not read: a value from elsewhere may or may not be what it says.
        for value in values.iter_mut().filter(|v| v.field == field && field.group().is_none() && !is_templates(v)) {
            value.signals.differ = value.signals.differ.saturating_add(1);
        }
        missing.push((field, page));
    }
}

fn is_templates(value: &ExtractedValue) -> bool {
    value.rule.starts_with("template.")
}

/// Takes away what was read from a zone that says that it is something else.
fn strike(areas: &[Area], values: &mut Vec<ExtractedValue>, missing: &mut Vec<(Field, PageNumber)>) {
    values.retain(|value| {
        // Sections and the kind of document span zones by their nature.
        if is_templates(value) || value.field.section().is_some() || value.field == Field::DocumentType {
            return true;
        }
        let Some(place) = value.place else { return true };
        let mut over = areas.iter().filter(|a| a.page == value.page && holds(&a.place, &place)).peekable();
        let struck = over.peek().is_some() && over.all(|a| !a.fields.contains(&value.field) && !same_group(a, value.field));
        if struck && value.field.group().is_none() {
            missing.push((value.field, value.page));
        }
        !struck
    });
}

fn same_group(area: &Area, field: Field) -> bool {
    field.group().is_some() && area.fields.iter().any(|f| f.group() == field.group())
}

fn merge_single(mut value: ExtractedValue, values: &mut Vec<ExtractedValue>) {
    let same = |other: &ExtractedValue| fold(&other.value) == fold(&value.value);
    match values.iter().position(|v| v.field == value.field && v.item.is_none()) {
        // Of two zones the first one gives the value.
        Some(at) if is_templates(&values[at]) => {
            let agrees = same(&values[at]);
            count(&mut values[at], agrees);
        }
        Some(at) => {
            let other = &values[at];
            // One that was read from the zone itself is no witness: it is the same words.
            let own_words =
                other.page == value.page && matches!((&other.place, &value.place), (Some(a), Some(b)) if holds(a, b) || holds(b, a));
            let agrees = same(other);
            if !own_words || !agrees {
                count(&mut value, agrees);
            }
            value.signals.agree = value.signals.agree.saturating_add(other.signals.agree);
            value.signals.differ = value.signals.differ.saturating_add(if agrees { other.signals.differ } else { 0 });
            values[at] = value;
        }
        None => values.push(value),
    }
}

fn count(value: &mut ExtractedValue, agrees: bool) {
    let counted = if agrees { &mut value.signals.agree } else { &mut value.signals.differ };
    *counted = counted.saturating_add(1);
}

/// Items of the form take the place of those that were read from its rows.
fn merge_items(mut items: Vec<ExtractedValue>, areas: &[Area], values: &mut Vec<ExtractedValue>) {
    let groups: BTreeSet<Group> = areas.iter().flat_map(|a| &a.fields).filter_map(|f| f.group()).collect();
    for group in groups {
        let rows: Vec<&Area> = areas.iter().filter(|a| a.fields.iter().any(|f| f.group() == Some(group))).collect();
        let in_rows = |v: &ExtractedValue| {
            v.field.group() == Some(group)
                && !is_templates(v)
                && v.place.is_some_and(|p| rows.iter().any(|a| a.page == v.page && holds(&a.place, &p)))
        };
        let gone: BTreeSet<Option<u32>> = values.iter().filter(|v| in_rows(v)).map(|v| v.item).collect();
        let (old, rest): (Vec<ExtractedValue>, Vec<ExtractedValue>) =
            std::mem::take(values).into_iter().partition(|v| v.field.group() == Some(group) && gone.contains(&v.item));
        *values = rest;
        for value in items.iter_mut().filter(|v| v.field.group() == Some(group)) {
            let place = value.place;
            let there = old
                .iter()
                .find(|o| o.field == value.field && matches!((&o.place, &place), (Some(a), Some(b)) if holds(a, b) || holds(b, a)));
            // The same words read in another way: agreement proves nothing, difference does.
            if there.is_some_and(|o| fold(&o.value) != fold(&value.value)) {
                count(value, false);
            }
        }
        let last = values.iter().filter(|v| v.field.group() == Some(group)).filter_map(|v| v.item).max().unwrap_or(0);
        for value in items.iter_mut().filter(|v| v.field.group() == Some(group)) {
            value.item = value.item.map(|item| item.saturating_add(last));
        }
    }
    values.extend(items);
}

/// Numbers the items of each group without gaps, in their order, and leaves nothing missing that is there.
pub(crate) fn tidy(values: &mut [ExtractedValue], missing: &mut Vec<(Field, PageNumber)>) {
    for group in Group::ALL {
        let numbers: BTreeSet<u32> = values.iter().filter(|v| v.field.group() == Some(group)).filter_map(|v| v.item).collect();
        let new: BTreeMap<u32, u32> = numbers.into_iter().zip(1..).collect();
        for value in values.iter_mut().filter(|v| v.field.group() == Some(group)) {
            value.item = value.item.and_then(|item| new.get(&item).copied());
        }
    }
    let have: BTreeSet<Field> = values.iter().filter(|v| v.field.group().is_none()).map(|v| v.field).collect();
    missing.retain(|(field, _)| !have.contains(field));
    missing.sort();
    missing.dedup_by_key(|(field, _)| *field);
}
