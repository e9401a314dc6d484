//! Making a text say another value with as few changes as that takes.
//!
//! Separate from the changes themselves: every edit, whether of one setting or a whole patch, ends here, so that an equal
//! value is never written again and comments inside a changed object stay.

use serde_json::{Map, Value};

use super::splice::{self, Added, RemovedComments};
use crate::path::{Path, Step};

/// Lists whose lengths multiply to more than this are compared element by element.
const COMPARABLE: usize = 1_000_000;

/// Changes the text at `path`, which says `old`, so that it says `new`. `None` when the text does not have that place.
pub(super) fn reconcile(text: String, path: &Path, old: &Value, new: &Value) -> Option<String> {
    match (old, new) {
        _ if old == new => Some(text),
        (Value::Object(old), Value::Object(new)) => members(text, path, old, new),
        (Value::Array(old), Value::Array(new)) => elements(text, path, old, new),
        _ => splice::replace(&text, path, new),
    }
}

fn members(
    mut text: String,
    path: &Path,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
) -> Option<String> {
    for (key, old) in old {
        if let Some(new) = new.get(key) {
            text = reconcile(text, &path.key(key), old, new)?;
        }
    }
    let added = new.iter().filter(|(key, _)| !old.contains_key(*key));
    let added = added.map(|(key, value)| (key.as_str(), value)).collect::<Vec<_>>();
    if !added.is_empty() {
        text = splice::insert(&text, path, old.len(), &Added::Members(&added))?;
    }
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        text = splice::remove(&text, &path.key(key), RemovedComments::SameLine)?;
    }
    Some(text)
}

/// Elements that stay the same, or have the same `id`, keep their place; between those, elements are changed one for one
/// and the rest is added or removed.
fn elements(mut text: String, path: &Path, old: &[Value], new: &[Value]) -> Option<String> {
    let mut anchors = anchors(old, new);
    anchors.push((old.len(), new.len()));
    // How far the text has become the new list, and which elements of both that takes in.
    let (mut from_old, mut from_new) = (0, 0);
    for (anchor_old, anchor_new) in anchors {
        let replaced = (anchor_old - from_old).min(anchor_new - from_new);
        for offset in 0..replaced {
            let place = path.then(Step::Index(from_new + offset));
            text = reconcile(text, &place, &old[from_old + offset], &new[from_new + offset])?;
        }
        let added = new[from_new + replaced..anchor_new].iter().collect::<Vec<_>>();
        if !added.is_empty() {
            text = splice::insert(&text, path, from_new + replaced, &Added::Elements(&added))?;
        }
        for _ in from_old + replaced..anchor_old {
            let place = path.then(Step::Index(from_new + replaced));
            text = splice::remove(&text, &place, RemovedComments::SameLine)?;
        }
        if let (Some(old), Some(new)) = (old.get(anchor_old), new.get(anchor_new)) {
            text = reconcile(text, &path.then(Step::Index(anchor_new)), old, new)?;
        }
        (from_old, from_new) = (anchor_old + 1, anchor_new + 1);
    }
    Some(text)
}

/// Elements that both lists have in the same order, as indices in both. Where the lists begin or end alike, these are the
/// ones that stand there, so that one changed element is never taken for another.
fn anchors(old: &[Value], new: &[Value]) -> Vec<(usize, usize)> {
    let alike = |(old, new): &(&Value, &Value)| is_same(old, new);
    let before = old.iter().zip(new).take_while(alike).count();
    let most = old.len().min(new.len()) - before;
    let behind = old.iter().rev().zip(new.iter().rev()).take(most).take_while(alike).count();
    let (old_end, new_end) = (old.len() - behind, new.len() - behind);
    let between = longest_common(&old[before..old_end], &new[before..new_end]);
    let mut anchors = (0..before).map(|index| (index, index)).collect::<Vec<_>>();
    anchors.extend(between.into_iter().map(|(old, new)| (before + old, before + new)));
    anchors.extend((0..behind).map(|index| (old_end + index, new_end + index)));
    anchors
}

/// The longest run of elements that both lists have in the same order, as indices in both.
fn longest_common(old: &[Value], new: &[Value]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > COMPARABLE {
        return (0..old.len().min(new.len())).map(|index| (index, index)).collect();
    }
    let width = new.len() + 1;
    let mut longest = vec![0_usize; (old.len() + 1) * width];
    for (row, old) in old.iter().enumerate().rev() {
        for (column, new) in new.iter().enumerate().rev() {
            let below = longest[(row + 1) * width + column];
            let beside = longest[row * width + column + 1];
            let both = longest[(row + 1) * width + column + 1] + 1;
            longest[row * width + column] = if is_same(old, new) { both } else { below.max(beside) };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut anchors = Vec::new();
    while row < old.len() && column < new.len() {
        if is_same(&old[row], &new[column]) {
            anchors.push((row, column));
            (row, column) = (row + 1, column + 1);
        } else if longest[(row + 1) * width + column] >= longest[row * width + column + 1] {
            row += 1;
        } else {
            column += 1;
        }
    }
    anchors
}

fn is_same(old: &Value, new: &Value) -> bool {
    match (id_of(old), id_of(new)) {
        (Some(old), Some(new)) => old == new,
        (Some(_), None) | (None, Some(_)) => false,
        (None, None) => old == new,
    }
}

/// What tells the elements of a list of objects apart.
pub(super) fn id_of(element: &Value) -> Option<&str> {
    element.get("id")?.as_str()
}
