//! Medians, ratios, and the table.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::rows::{Goal, Line};

/// One measurement of a line: each with what it is held against, taken right before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) reference: Option<f64>,
    pub(crate) here: Option<f64>,
    pub(crate) peer: Option<f64>,
}

/// A line with all its measurements.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) line: Line,
    pub(crate) samples: Vec<Sample>,
}

impl Measured {
    fn median(&self, figure: impl Fn(&Sample) -> Option<f64>) -> Option<f64> {
        let mut figures: Vec<f64> = self.samples.iter().filter_map(figure).collect();
        figures.sort_by(f64::total_cmp);
        let middle = figures.len() / 2;
        match figures.len() {
            0 => None,
            odd if odd % 2 == 1 => Some(figures[middle]),
            _ => Some(f64::midpoint(figures[middle - 1], figures[middle])),
        }
    }

    /// The median of the ratios, not the ratio of the medians: what was measured together is compared.
    fn ratio(&self) -> Option<f64> {
        self.median(|sample| Some(sample.here? / sample.reference?))
    }

    fn to_peer(&self) -> Option<f64> {
        self.median(|sample| Some(sample.here? / sample.peer?))
    }

    /// Whether the goal is reached; `None` where there is none or nothing was measured.
    fn reached(&self) -> Option<bool> {
        match self.line.goal {
            Goal::AtLeast(goal) => Some(self.ratio()? >= goal),
            Goal::AtMost(goal) => Some(self.ratio()? <= goal),
            Goal::Within(most) => Some(self.median(|sample| sample.here)? <= most),
            Goal::Told => None,
        }
    }

    fn json(&self) -> Value {
        let all = |figure: fn(&Sample) -> Option<f64>| {
            self.samples.iter().map(figure).collect::<Vec<_>>()
        };
        json!({
            "row": format!("{:?}", self.line.row),
            "what": self.line.what,
            "unit": self.line.unit,
            "against": self.line.against,
            "reference": self.median(|sample| sample.reference),
            "here": self.median(|sample| sample.here),
            "peer": self.median(|sample| sample.peer),
            "ratio": self.ratio(),
            "here_to_peer": self.to_peer(),
            "goal": goal(self.line.goal),
            "reached": self.reached(),
            "samples": {
                "reference": all(|sample| sample.reference),
                "here": all(|sample| sample.here),
                "peer": all(|sample| sample.peer),
            },
        })
    }
}

/// The lines as one JSON value.
pub(crate) fn json(lines: &[Measured], runs: usize, load: Option<&str>) -> Value {
    json!({
        "runs": runs,
        "load": load,
        "lines": lines.iter().map(Measured::json).collect::<Vec<_>>(),
    })
}

/// The lines for people.
pub(crate) fn text(lines: &[Measured], has_peer: bool) -> String {
    let mut head = vec![
        "row", "what", "unit", "limit", "here", "ratio", "goal", "reached",
    ];
    if has_peer {
        head.extend(["peer", "here/peer"]);
    }
    let mut cells = vec![head.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    cells.extend(lines.iter().map(|measured| row(measured, has_peer)));
    let widths: Vec<usize> = (0..cells[0].len())
        .map(|column| {
            cells
                .iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in &cells {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - cell.chars().count());
            // Words to the left, numbers to the right.
            let _ = match column {
                0..=2 => write!(line, "{cell}{pad}  "),
                _ => write!(line, "{pad}{cell}  "),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn row(measured: &Measured, has_peer: bool) -> Vec<String> {
    let line = &measured.line;
    let what = if line.against.is_empty() {
        line.what.to_owned()
    } else {
        format!("{}, against {}", line.what, line.against)
    };
    let mut cells = vec![
        format!("{:?}", line.row),
        what,
        line.unit.to_owned(),
        figure(measured.median(|sample| sample.reference)),
        figure(measured.median(|sample| sample.here)),
        times(measured.ratio()),
        goal(line.goal),
        match measured.reached() {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => "-".to_owned(),
        },
    ];
    if has_peer {
        cells.push(figure(measured.median(|sample| sample.peer)));
        cells.push(times(measured.to_peer()));
    }
    cells
}

fn goal(goal: Goal) -> String {
    match goal {
        Goal::AtLeast(share) => format!(">= {share}"),
        Goal::AtMost(times) => format!("<= {times}"),
        Goal::Within(most) => format!("<= {most}"),
        Goal::Told => "-".to_owned(),
    }
}

fn times(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"))
}

fn figure(figure: Option<f64>) -> String {
    match figure {
        None => "-".to_owned(),
        Some(figure) if figure < 100.0 => format!("{figure:.1}"),
        Some(figure) => {
            let digits = format!("{figure:.0}");
            let mut text = String::new();
            for (place, digit) in digits.chars().enumerate() {
                if place > 0 && (digits.len() - place).is_multiple_of(3) {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::LINES;
    use super::*;

    fn measured(samples: &[(f64, f64)]) -> Measured {
        Measured {
            line: LINES[0],
            samples: samples
                .iter()
                .map(|&(reference, here)| Sample {
                    reference: Some(reference),
                    here: Some(here),
                    peer: None,
                })
                .collect(),
        }
    }

    #[test]
    fn ratios_are_of_what_was_measured_together() {
        // The machine became three times slower in the middle: the ratio did not.
        let lines = measured(&[(300.0, 270.0), (100.0, 90.0), (102.0, 91.8)]);
        assert!((lines.ratio().unwrap() - 0.9).abs() < 1e-9);
        assert_eq!(lines.reached(), Some(true));
        assert_eq!(measured(&[(100.0, 79.0)]).reached(), Some(false));
        assert_eq!(measured(&[]).reached(), None);
    }

    #[test]
    fn the_table_has_thousands_and_a_column_for_a_peer_only_if_there_is_one() {
        let lines = [measured(&[(1_234_567.0, 1_000_000.0)])];
        let table = text(&lines, false);
        assert!(
            table.contains("1,234,567") && table.contains("1,000,000"),
            "{table}"
        );
        assert!(table.contains("0.81") && table.contains("yes"), "{table}");
        assert!(!table.contains("peer"));
        assert!(text(&lines, true).contains("here/peer"));
    }
}
