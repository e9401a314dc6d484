//! What the demonstration's turns took and cost, as a table.
//!
//! Separate from the turns: sums of tokens and money are the same wherever they come from.

use clawdia::Usage;

/// The usage of each turn.
#[derive(Debug, Default)]
pub(crate) struct Bill {
    turns: Vec<Usage>,
}

impl Bill {
    pub(crate) fn add(&mut self, usage: Usage) {
        self.turns.push(usage);
    }

    /// One row per turn, and their sum.
    pub(crate) fn table(&self) -> String {
        let mut total = Usage::default();
        let mut rows =
            vec![["Tokens", "input", "output", "cache read", "cache write", "cost"].map(str::to_owned)];
        for (index, usage) in self.turns.iter().enumerate() {
            total += *usage;
            rows.push(row(format!("turn {}", index + 1), usage));
        }
        rows.push(row("total".to_owned(), &total));
        let widths: [usize; 6] = std::array::from_fn(|column| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        });
        let lines = rows.iter().map(|row| {
            let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            cells.collect::<Vec<_>>().join("   ")
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn row(name: String, usage: &Usage) -> [String; 6] {
    [
        name,
        usage.input.to_string(),
        usage.output.to_string(),
        usage.cache_read.to_string(),
        usage.cache_write.to_string(),
        usage.cost.total.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use clawdia::core::{Amount, Charge};

    use super::*;

    #[test]
    fn rows_are_aligned_and_added_up() {
        let usage = |input, dollars| Usage {
            input,
            output: 5,
            cost: Charge { total: Amount::from_dollars(dollars), ..Charge::default() },
            ..Usage::default()
        };
        let mut bill = Bill::default();
        bill.add(usage(10, 0.0123));
        bill.add(usage(1_000, 0.01));
        assert_eq!(
            bill.table(),
            "Tokens   input   output   cache read   cache write      cost\n\
             turn 1      10        5            0             0   $0.0123\n\
             turn 2    1000        5            0             0   $0.0100\n\
             total     1010       10            0             0   $0.0223"
        );
    }
}
