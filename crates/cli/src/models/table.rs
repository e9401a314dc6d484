//! The list of models as a table that fits where it is shown.
//!
//! Separate from what stands in it. A ref is there to be copied, so it is never cut, and names give way to it first; where
//! even then there is no room, each model has lines of its own.

use std::ops::Range;

use anstyle::Style;
use clawdia::ListedModel;

use super::cells;
use crate::output::printable;
use crate::width::{self, cut_end};

const HEADING: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const TITLES: [&str; 9] =
    ["MODEL", "NAME", "INPUT", "CONTEXT", "OUTPUT", "IN $/M", "OUT $/M", "SOURCE", "TAGS"];
const MODEL: usize = 0;
const NAME: usize = 1;
const INPUT: usize = 2;
/// The columns of numbers.
const NUMBERS: Range<usize> = 3..7;
const SOURCE: usize = 7;
/// Stands behind all others, or beneath where it has no room.
const TAGS: usize = 8;
const GAP: usize = 2;
const INDENT: usize = 2;
/// A shorter name says nothing.
const SHORTEST_NAME: usize = 10;
/// How many refs of a hundred stand in their column at least; ARNs are longer than all others, and have lines of their own.
const IN_COLUMN: usize = 90;

type Row = [String; TITLES.len()];

/// The table, at most `width` columns wide if that is given.
pub(super) fn of(models: &[ListedModel], width: Option<usize>) -> String {
    let rows = models.iter().map(row).collect::<Vec<_>>();
    let Some(width) = width else { return Grid::whole(&rows).text(&rows) };
    match Grid::within(models, &rows, width) {
        Some((grid, rows)) => grid.text(&rows),
        None => models.iter().map(|listed| lines(listed, width)).collect(),
    }
}

/// Which columns there are, and how wide each is.
struct Grid {
    columns: Vec<usize>,
    widths: [usize; TITLES.len()],
    /// How wide a line may be.
    limit: usize,
    /// What is true of all rows and stands above them.
    above: Option<String>,
}

impl Grid {
    fn whole(rows: &[Row]) -> Self {
        Self { columns: (0..TITLES.len()).collect(), widths: widths(rows), limit: usize::MAX, above: None }
    }

    /// The grid that leaves out least of what fits into `width` columns, and its rows. A source that is the same of all goes
    /// first, and stands above; then names are cut, and left out; then a provider that is the same of all stands above, so
    /// that refs are no longer whole; and last the kinds of input and the source go.
    fn within(models: &[ListedModel], rows: &[Row], width: usize) -> Option<(Self, Vec<Row>)> {
        let has_tags = rows.iter().any(|row| !row[TAGS].is_empty());
        let mut grid = Self { limit: width, ..Self::whole(rows) };
        grid.columns.retain(|column| *column != TAGS || has_tags);
        if grid.fit(rows) {
            return Some((grid, rows.to_vec()));
        }
        let source = rows.iter().all(|row| row[SOURCE] == rows[0][SOURCE]).then(|| rows[0][SOURCE].clone());
        if source.is_some() {
            grid.columns.retain(|column| *column != SOURCE);
            grid.above.clone_from(&source);
            if grid.fit(rows) {
                return Some((grid, rows.to_vec()));
            }
        }
        let mut rows = rows.to_vec();
        let names = grid.room_for(NAME, &rows);
        if names >= SHORTEST_NAME {
            for row in &mut rows {
                row[NAME] = cut_end(&row[NAME], names);
            }
            grid.widths[NAME] = grid.widths[NAME].min(names);
        } else {
            grid.columns.retain(|column| *column != NAME);
        }
        if grid.fit(&rows) {
            return Some((grid, rows));
        }
        let provider = &models.first()?.model.provider;
        if models.iter().all(|listed| listed.model.provider == *provider) {
            let prefix = printable(&format!("{provider}/"));
            for row in &mut rows {
                if let Some(id) = row[MODEL].strip_prefix(&prefix) {
                    row[MODEL] = id.into();
                }
            }
            grid.above = Some(
                [Some(format!("{prefix}…")), source].into_iter().flatten().collect::<Vec<_>>().join(", "),
            );
            if grid.fit(&rows) {
                return Some((grid, rows));
            }
        }
        for left_out in [INPUT, SOURCE] {
            grid.columns.retain(|column| *column != left_out);
            if grid.fit(&rows) {
                return Some((grid, rows));
            }
        }
        None
    }

    /// Whether enough refs stand in their column. Gives them what room there is.
    fn fit(&mut self, rows: &[Row]) -> bool {
        let room = self.limit.saturating_sub(self.taken_beside(MODEL));
        let fits = room >= usual_ref(rows);
        if fits {
            let refs = rows.iter().map(|row| width::of(&row[MODEL])).filter(|width| *width <= room);
            self.widths[MODEL] = refs.max().unwrap_or(0).max(width::of(TITLES[MODEL]));
        }
        fits
    }

    /// How wide a column may be beside refs of the usual width.
    fn room_for(&self, column: usize, rows: &[Row]) -> usize {
        let others = self.taken_beside(column).saturating_sub(self.widths[MODEL]);
        self.limit.saturating_sub(others + usual_ref(rows))
    }

    /// How wide all columns but this one are, with the gaps. Tags take what is left.
    fn taken_beside(&self, column: usize) -> usize {
        let others = self.columns.iter().filter(|other| **other != column && **other != TAGS);
        others.map(|other| self.widths[*other] + GAP).sum()
    }

    fn text(&self, rows: &[Row]) -> String {
        let above = self.above.iter().map(|above| format!("{DIM}{}{DIM:#}", cut_end(above, self.limit)));
        let titles = TITLES.map(str::to_owned);
        let mut heading = self.cells(&titles, &titles[MODEL]);
        if self.columns.contains(&TAGS) && width::of(&heading) + GAP + width::of(TITLES[TAGS]) <= self.limit {
            heading = [heading.as_str(), TITLES[TAGS]].join(&" ".repeat(GAP));
        }
        let heading = std::iter::once(format!("{HEADING}{}{HEADING:#}", heading.trim_end()));
        let body = rows.iter().flat_map(|row| self.lines_of(row));
        above.chain(heading).chain(body).flat_map(|line| [line, "\n".to_owned()]).collect()
    }

    fn lines_of(&self, row: &Row) -> Vec<String> {
        let is_outlier = width::of(&row[MODEL]) > self.widths[MODEL];
        let mut lines = Vec::new();
        if is_outlier {
            lines.extend(width::pieces(&row[MODEL], self.limit).into_iter().map(str::to_owned));
        }
        let line = self.cells(row, if is_outlier { "" } else { &row[MODEL] });
        let tags = &row[TAGS];
        if width::of(&line) + GAP + width::of(tags) <= self.limit {
            lines.push([&line, tags.as_str()].join(&" ".repeat(GAP)).trim_end().to_owned());
        } else {
            lines.push(line.trim_end().to_owned());
            let beneath = width::wrapped(tags, self.limit.saturating_sub(INDENT));
            let beneath = beneath.iter().filter(|line| !line.is_empty());
            lines.extend(
                beneath.map(|line| format!("{}{}", " ".repeat(INDENT), cut_end(line, self.limit - INDENT))),
            );
        }
        lines
    }

    /// The cells of a row up to the tags.
    fn cells(&self, row: &Row, first: &str) -> String {
        let cells = self.columns.iter().filter(|column| **column != TAGS).map(|&column| {
            let cell = if column == MODEL { first } else { &row[column] };
            let space = " ".repeat(self.widths[column].saturating_sub(width::of(cell)));
            if NUMBERS.contains(&column) { format!("{space}{cell}") } else { format!("{cell}{space}") }
        });
        cells.collect::<Vec<_>>().join(&" ".repeat(GAP))
    }
}

/// The width that most refs do not exceed.
fn usual_ref(rows: &[Row]) -> usize {
    let mut refs = rows.iter().map(|row| width::of(&row[MODEL])).collect::<Vec<_>>();
    refs.sort_unstable();
    let index = (refs.len() * IN_COLUMN).div_ceil(100).saturating_sub(1);
    refs.get(index).copied().unwrap_or(0)
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
    let mut widths = TITLES.map(width::of);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(width::of(cell));
        }
    }
    widths
}

/// A model on lines of its own.
fn lines(listed: &ListedModel, width: usize) -> String {
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
    let room = width.saturating_sub(INDENT).max(1);
    let mut wrapped = vec![String::new()];
    for word in words {
        let word = cut_end(&word, room);
        let last = wrapped.last().map_or(0, |line| width::of(line));
        if last == 0 {
            wrapped.pop();
            wrapped.push(word);
        } else if last + 3 + width::of(&word) > room {
            wrapped.push(word);
        } else if let Some(line) = wrapped.last_mut() {
            line.push_str(" · ");
            line.push_str(&word);
        }
    }
    let indent = " ".repeat(INDENT);
    let below = wrapped.iter().map(|line| format!("{indent}{DIM}{line}{DIM:#}\n"));
    let pieces = width::pieces(&key, width.max(1)).into_iter().map(|piece| format!("{piece}\n"));
    pieces.chain(below).collect()
}
