//! Feature sets and their intersection (§6.2).

use arcp_generated::session::Feature;

/// A set of known features, as bits in the order of [`Feature::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features(u32);

impl Features {
    /// The known features of a list; unknown names and repeats have no meaning.
    pub fn of<'a>(features: impl IntoIterator<Item = &'a Feature>) -> Self {
        Self(
            features
                .into_iter()
                .filter_map(bit)
                .fold(0, |set, bit| set | bit),
        )
    }

    /// Reads wire names, as a store keeps them.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of(
            &names
                .into_iter()
                .filter_map(|name| Feature::try_from(name).ok())
                .collect::<Vec<_>>(),
        )
    }

    /// The set and one more.
    #[must_use]
    pub fn with(self, feature: &Feature) -> Self {
        Self(self.0 | bit(feature).unwrap_or(0))
    }

    /// What both sides listed.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether `feature` is in the set.
    pub fn has(self, feature: &Feature) -> bool {
        bit(feature).is_some_and(|bit| self.0 & bit != 0)
    }

    /// The features, in schema order.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL
            .iter()
            .filter(move |feature| self.has(feature))
            .cloned()
    }
}

fn bit(feature: &Feature) -> Option<u32> {
    Feature::ALL
        .iter()
        .position(|known| known == feature)
        .map(|place| 1 << place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_and_repeats_do_not_count() {
        let asked = Features::parse(["ack", "ack", "nope", "progress"]);
        let offered = Features::of(&[Feature::Ack, Feature::Heartbeat]);
        assert_eq!(
            asked.and(offered).iter().collect::<Vec<_>>(),
            [Feature::Ack]
        );
        assert!(!asked.has(&Feature::Heartbeat));
    }
}
