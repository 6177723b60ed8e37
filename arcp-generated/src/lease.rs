// @generated from schema/ by codegen; do not edit
//! What a job may do: capabilities, amounts and constraints.
/// What an authority is about. Beside the seven that are reserved there are those of vendors; any other name is refused.
///
/// §9.2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapabilityName {
    /// Reading files; patterns are path globs.
    ///
    /// `fs.read` (§9.2).
    FsRead,
    /// Writing files; patterns are path globs.
    ///
    /// `fs.write` (§9.2).
    FsWrite,
    /// HTTP requests; patterns are URL globs without query and fragment.
    ///
    /// `net.fetch` (§9.2).
    NetFetch,
    /// Calling tools; patterns are globs of tool names.
    ///
    /// `tool.call` (§9.2).
    ToolCall,
    /// Handing work to other agents; patterns are globs of agent names, or of `name@version` where the pattern has an `@`.
    ///
    /// `agent.delegate` (§10).
    AgentDelegate,
    /// Spending; each pattern is an amount, and amounts of one currency add up.
    ///
    /// `cost.budget` (§9.6). Needs the feature `cost.budget`.
    CostBudget,
    /// Invoking models; patterns are globs of model names.
    ///
    /// `model.use` (§9.7). Needs the feature `model.use`.
    ModelUse,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl CapabilityName {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::FsRead,
        Self::FsWrite,
        Self::NetFetch,
        Self::ToolCall,
        Self::AgentDelegate,
        Self::CostBudget,
        Self::ModelUse,
    ];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::FsRead => "fs.read",
            Self::FsWrite => "fs.write",
            Self::NetFetch => "net.fetch",
            Self::ToolCall => "tool.call",
            Self::AgentDelegate => "agent.delegate",
            Self::CostBudget => "cost.budget",
            Self::ModelUse => "model.use",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "fs.read" => Self::FsRead,
                "fs.write" => Self::FsWrite,
                "net.fetch" => Self::NetFetch,
                "tool.call" => Self::ToolCall,
                "agent.delegate" => Self::AgentDelegate,
                "cost.budget" => Self::CostBudget,
                "model.use" => Self::ModelUse,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    CapabilityName, "a capability name", checked, crate ::grammar::lease_capability_name,
    "must have at most 128 characters and match ^(fs\\.read|fs\\.write|net\\.fetch|tool\\.call|agent\\.delegate|cost\\.budget|model\\.use|x-vendor(\\.[a-z0-9_-]+)+)$"
);
impl CapabilityName {
    /// The feature that both sides must have listed before the value is sent.
    pub fn feature(&self) -> Option<crate::session::Feature> {
        match self {
            Self::CostBudget => Some(crate::session::Feature::CostBudget),
            Self::ModelUse => Some(crate::session::Feature::ModelUse),
            _ => None,
        }
    }
}
/// What a grant covers, in the language of its capability. In a glob `*` stands for any run of characters but `/`, and a segment `**` for any number of segments; everything else is literal.
///
/// §9.2. It must have 1 to 4096 characters and match `^[^\x00]+$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(::std::sync::Arc<str>);
crate::macros::text!(
    Pattern, "a pattern", crate ::grammar::lease_pattern,
    "must have 1 to 4096 characters and match ^[^\\x00]+$", plain
);
/// A sum of one currency, such as `USD:5.00`: at most 18 digits before the point and 9 behind it.
///
/// §9.6. It must have 3 to 61 characters and match `^[A-Za-z][A-Za-z0-9_-]{0,31}:[0-9]{1,18}(\.[0-9]{1,9})?$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(::std::sync::Arc<str>);
crate::macros::text!(
    Amount, "an amount", crate ::grammar::lease_amount,
    "must have 3 to 61 characters and match ^[A-Za-z][A-Za-z0-9_-]{0,31}:[0-9]{1,18}(\\.[0-9]{1,9})?$",
    plain
);
/// What a job may do: for each capability the patterns that it covers. A capability that is missing, or has no pattern, grants nothing. The patterns of `cost.budget` are amounts.
///
/// §9.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease(::std::collections::BTreeMap<CapabilityName, Vec<Pattern>>);
crate::macros::map!(
    Lease, CapabilityName, Vec < Pattern >, crate ::read::List < crate ::read::Plain <
    Pattern >, 0u32, 1024u32, false >
);
/// What bounds a lease as a whole.
///
/// §9.5.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct LeaseConstraints {
    /// When the authority ends. It must lie in the future when the job is submitted.
    ///
    /// `expires_at`. Needs the feature `lease_expires_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<crate::common::Expiry>,
}
impl LeaseConstraints {
    /// With nothing set.
    pub fn new() -> Self {
        Self { expires_at: None }
    }
    /// Sets `expires_at`.
    #[must_use]
    pub fn with_expires_at(mut self, expires_at: crate::common::Expiry) -> Self {
        self.expires_at = Some(expires_at);
        self
    }
}
impl Default for LeaseConstraints {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for LeaseConstraints {
    const MEMBERS: &'static [&'static str] = &["expires_at"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut expires_at = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    expires_at
                        .fill::<
                            crate::read::Plain<crate::common::Expiry>,
                            _,
                        >("expires_at", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            expires_at: expires_at.optional(),
        })
    }
}
crate::macros::object!(LeaseConstraints);
/// How much of each currency there is.
///
/// §9.6.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget(
    ::std::collections::BTreeMap<crate::common::Currency, crate::common::Decimal>,
);
crate::macros::map!(
    Budget, crate ::common::Currency, crate ::common::Decimal, crate ::read::Plain <
    crate ::common::Decimal >
);
