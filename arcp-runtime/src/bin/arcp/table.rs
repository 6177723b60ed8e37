//! Tables for people, on standard output: aligned columns, and nothing that could steer the terminal.

use std::io::Write as _;

use serde::Serialize;

use crate::fault::Fault;
use crate::paint::{Ink, Paint, line};

/// The longest cell.
const MOST: usize = 60;

/// Rows that are held to align their columns: a list of thousands is shown while it is still coming, and costs no memory that grows with it.
const HELD: usize = 1000;

/// Rows under a head. The columns are as wide as what is in them, and widen where a later row needs it.
pub(crate) struct Table<const N: usize> {
    head: Option<[&'static str; N]>,
    widths: [usize; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(head: [&'static str; N]) -> Self {
        Self {
            head: Some(head),
            widths: head.map(|cell| cell.chars().count()),
            rows: Vec::new(),
        }
    }

    /// Adds a row, and prints those that are held when they are many.
    pub(crate) fn add(&mut self, row: &[String; N]) -> Result<(), Fault> {
        self.rows.push(row.each_ref().map(|cell| line(cell, MOST)));
        if self.rows.len() >= HELD {
            self.show()?;
        }
        Ok(())
    }

    /// Prints what is held still; the head alone when there was no row.
    pub(crate) fn end(mut self) -> Result<(), Fault> {
        if self.rows.is_empty() && self.head.is_none() {
            return Ok(());
        }
        self.show()
    }

    /// Prints what is held still of a table that did not come whole; nothing when there was no row.
    pub(crate) fn break_off(mut self) -> Result<(), Fault> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.show()
    }

    fn show(&mut self) -> Result<(), Fault> {
        for row in &self.rows {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let widths = self.widths;
        let aligned = |cells: [&str; N]| {
            let mut text = String::new();
            for (cell, width) in cells.into_iter().zip(widths) {
                text.push_str(cell);
                let gap = width + 2 - cell.chars().count();
                text.extend(std::iter::repeat_n(' ', gap));
            }
            text.trim_end().to_owned()
        };
        let head = self.head.take();
        let head = head.map(|head| Paint::stdout().ink(Ink::Bold, &aligned(head)));
        let rows = self.rows.drain(..);
        let rows = rows.map(|row| aligned(row.each_ref().map(String::as_str)));
        put(&head.into_iter().chain(rows).collect::<Vec<_>>().join("\n"))
    }
}

/// Prints rows under a head.
pub(crate) fn print<const N: usize>(
    head: [&'static str; N],
    rows: &[[String; N]],
) -> Result<(), Fault> {
    let mut table = Table::new(head);
    for row in rows {
        table.add(row)?;
    }
    table.end()
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
