//! Tables for people, on standard output: aligned columns, and nothing that could steer the terminal.

use std::io::Write as _;

use serde::Serialize;

use crate::fault::Fault;
use crate::paint::{Ink, Paint, line};

/// The longest cell.
const MOST: usize = 60;

/// Prints rows under a head; the columns are as wide as what is in them.
pub(crate) fn print<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> Result<(), Fault> {
    let rows: Vec<[String; N]> = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| line(cell, MOST)))
        .collect();
    let mut widths = head.map(|cell| cell.chars().count());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let aligned = |cells: [&str; N]| {
        let mut text = String::new();
        for (cell, width) in cells.into_iter().zip(widths) {
            text.push_str(cell);
            let gap = width + 2 - cell.chars().count();
            text.extend(std::iter::repeat_n(' ', gap));
        }
        text.trim_end().to_owned()
    };
    let mut text = Paint::stdout().ink(Ink::Bold, &aligned(head));
    for row in &rows {
        text.push('\n');
        text.push_str(&aligned(row.each_ref().map(String::as_str)));
    }
    put(&text)
}

/// Prints one JSON line.
pub(crate) fn json(row: &impl Serialize) -> Result<(), Fault> {
    let text = serde_json::to_string(row).map_err(|error| Fault::output(&error.into()))?;
    put(&text)
}

/// Prints one line.
pub(crate) fn put(text: &str) -> Result<(), Fault> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Fault::output(&error))
}
