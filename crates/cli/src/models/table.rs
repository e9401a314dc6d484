//! The list of models as a table that fits where it is shown.
//!
//! Separate from what stands in it. A ref is there to be copied, so names give way to it first; where even then there is
//! no room, each model has lines of its own.

use anstyle::Style;
use clawdia::ListedModel;

use super::cells;
use crate::output::printable;
use crate::width::{cut_end, cut_middle};

const HEADING: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const TITLES: [&str; 9] =
    ["MODEL", "NAME", "INPUT", "CONTEXT", "OUTPUT", "IN $/M", "OUT $/M", "SOURCE", "TAGS"];
const NAME: usize = 1;
/// The columns of numbers.
const NUMBERS: std::ops::Range<usize> = 3..7;
const GAP: usize = 2;
/// A shorter name says nothing.
const SHORTEST_NAME: usize = 10;
/// ARNs are longer, and would leave no room for anything else.
const LONGEST_REF: usize = 76;

type Row = [String; TITLES.len()];

/// The table, at most `width` characters wide if that is given.
pub(super) fn of(models: &[ListedModel], width: Option<usize>) -> String {
    let mut rows = models.iter().map(row).collect::<Vec<_>>();
    let Some(width) = width else { return text(&rows, None) };
    for row in &mut rows {
        row[0] = cut_middle(&row[0], LONGEST_REF);
    }
    let widths = widths(&rows);
    let all = widths.iter().sum::<usize>() + GAP * (TITLES.len() - 1);
    let excess = all.saturating_sub(width);
    if excess == 0 {
        return text(&rows, None);
    }
    if widths[NAME] >= SHORTEST_NAME + excess {
        for row in &mut rows {
            row[NAME] = cut_end(&row[NAME], widths[NAME] - excess);
        }
        return text(&rows, None);
    }
    if widths[NAME] + GAP >= excess {
        return text(&rows, Some(NAME));
    }
    models.iter().map(|listed| lines(listed, width)).collect()
}

fn row(listed: &ListedModel) -> Row {
    let model = &listed.model;
    [
        cells::key(model),
        printable(&model.name),
        cells::input(model),
        cells::tokens(model.context_window),
        cells::tokens(model.max_tokens),
        cells::price(listed, model.cost.input).trim_start_matches('$').to_owned(),
        cells::price(listed, model.cost.output).trim_start_matches('$').to_owned(),
        listed.origin.as_str().to_owned(),
        cells::tags(listed),
    ]
}

fn widths(rows: &[Row]) -> [usize; TITLES.len()] {
    let mut widths = TITLES.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

fn text(rows: &[Row], left_out: Option<usize>) -> String {
    let widths = widths(rows);
    let line = |cells: &[&str]| {
        let padded =
            cells.iter().enumerate().filter(|(column, _)| Some(*column) != left_out).map(|(column, cell)| {
                let space = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
                if NUMBERS.contains(&column) { format!("{space}{cell}") } else { format!("{cell}{space}") }
            });
        padded.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    let heading = format!("{HEADING}{}{HEADING:#}\n", line(&TITLES));
    let body = rows.iter().map(|row| line(&row.each_ref().map(String::as_str)) + "\n");
    std::iter::once(heading).chain(body).collect()
}

/// A model on lines of its own.
fn lines(listed: &ListedModel, width: usize) -> String {
    const INDENT: &str = "  ";
    let model = &listed.model;
    let key = cells::key(model);
    let mut words = vec![cells::input(model)];
    if model.name != model.id.as_str() {
        words.insert(0, printable(&model.name));
    }
    if model.context_window > 0 {
        words.push(format!("{} context", cells::tokens(model.context_window)));
    }
    if model.max_tokens > 0 {
        words.push(format!("{} output", cells::tokens(model.max_tokens)));
    }
    if listed.has_prices {
        let rates = [model.cost.input, model.cost.output].map(|rate| cells::price(listed, rate));
        words.push(rates.join("/"));
    }
    words.push(listed.origin.as_str().to_owned());
    words.extend(Some(cells::tags(listed)).filter(|tags| !tags.is_empty()));
    let room = width.saturating_sub(INDENT.len()).max(1);
    let mut wrapped = vec![String::new()];
    for word in words {
        let word = cut_end(&word, room);
        let last = wrapped.last_mut().map_or(0, |line| line.chars().count());
        if last == 0 {
            wrapped.pop();
            wrapped.push(word);
        } else if last + 3 + word.chars().count() > room {
            wrapped.push(word);
        } else if let Some(line) = wrapped.last_mut() {
            line.push_str(" · ");
            line.push_str(&word);
        }
    }
    let below = wrapped.iter().map(|line| format!("{INDENT}{DIM}{line}{DIM:#}"));
    std::iter::once(cut_middle(&key, width)).chain(below).flat_map(|line| [line, "\n".to_owned()]).collect()
}
