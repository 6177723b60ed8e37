//! Counts what one read returns against its [`PageLimit`]. Reads nothing itself.

use super::PageLimit;

/// A page that is being filled.
#[derive(Debug)]
pub(super) struct Page {
    limit: PageLimit,
    entries: usize,
    bytes: usize,
}

impl Page {
    /// An empty page.
    pub(super) fn new(limit: PageLimit) -> Self {
        Self {
            limit,
            entries: 0,
            bytes: 0,
        }
    }

    /// Whether an entry of `bytes` still fits; counts it if so. The first one always does, so that a reader gets on.
    pub(super) fn takes(&mut self, bytes: usize) -> bool {
        let total = self.bytes.saturating_add(bytes);
        let fits = self.entries < self.limit.entries && total <= self.limit.bytes;
        if self.entries > 0 && !fits {
            return false;
        }
        self.entries += 1;
        self.bytes = total;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_entry_always_fits() {
        for (entries, bytes) in [(0, 0), (1, 0), (0, 100)] {
            let mut page = Page::new(PageLimit { entries, bytes });
            assert!(page.takes(50));
            assert!(!page.takes(1), "{entries} entries, {bytes} bytes");
        }
    }

    #[test]
    fn both_limits_are_inclusive() {
        let mut page = Page::new(PageLimit {
            entries: 3,
            bytes: 10,
        });
        assert!(page.takes(4));
        assert!(page.takes(6));
        assert!(!page.takes(1), "eleven bytes");
        assert!(page.takes(0));
        assert!(!page.takes(0), "four entries");
    }
}
