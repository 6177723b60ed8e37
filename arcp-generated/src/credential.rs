// @generated from schema/ by codegen; do not edit
//! Credentials that the runtime provisions for one job.
/// How a credential is used. A client skips a credential whose scheme it does not know.
///
/// §9.8.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialScheme {
    /// As a bearer token in the `Authorization` header.
    ///
    /// `bearer` (§15).
    Bearer,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl CredentialScheme {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Bearer];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Bearer => "bearer",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "bearer" => Self::Bearer,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    CredentialScheme, "a credential scheme", checked, crate
    ::grammar::credential_credential_scheme, "must have at most 128 characters"
);
/// The secret of a credential. It is shown to the principal that submitted the job, and to nobody else.
///
/// §9.8. It must have 1 to 65536 characters. Prints as `***`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialValue(::std::sync::Arc<str>);
crate::macros::text!(
    CredentialValue, "a credential value", crate ::grammar::credential_credential_value,
    "must have 1 to 65536 characters", secret
);
/// The base URL at which a credential is good.
///
/// §9.8. It must have 8 to 2048 characters and match `^https?://\S+$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint(::std::sync::Arc<str>);
crate::macros::text!(
    Endpoint, "an endpoint", crate ::grammar::credential_endpoint,
    "must have 8 to 2048 characters and match ^https?://\\S+$", plain
);
/// Access to one upstream service, bounded by the lease and revoked when the job ends.
///
/// §9.8.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Credential {
    /// Names it within the job.
    ///
    /// `id`.
    pub id: crate::common::CredentialId,
    /// How to use it.
    ///
    /// `scheme`.
    pub scheme: CredentialScheme,
    /// The secret.
    ///
    /// `value`.
    pub value: CredentialValue,
    /// Where to use it, and nowhere else.
    ///
    /// `endpoint`.
    pub endpoint: Endpoint,
    /// Which API is spoken there, such as `openai`, `anthropic` or `generic`. A hint.
    ///
    /// `profile`. Has 1 to 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// What the upstream enforces. What is missing here may still be bounded by the lease.
    ///
    /// `constraints`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraints: Option<CredentialConstraints>,
}
impl Credential {
    /// With the members that a receiver requires.
    pub fn new(
        id: crate::common::CredentialId,
        scheme: CredentialScheme,
        value: CredentialValue,
        endpoint: Endpoint,
    ) -> Self {
        Self {
            id,
            scheme,
            value,
            endpoint,
            profile: None,
            constraints: None,
        }
    }
    /// Sets `profile`.
    #[must_use]
    pub fn with_profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }
    /// Sets `constraints`.
    #[must_use]
    pub fn with_constraints(mut self, constraints: CredentialConstraints) -> Self {
        self.constraints = Some(constraints);
        self
    }
}
impl<'de> crate::read::Object<'de> for Credential {
    const MEMBERS: &'static [&'static str] = &[
        "id",
        "scheme",
        "value",
        "endpoint",
        "profile",
        "constraints",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut id = crate::read::Slot::Missing;
        let mut scheme = crate::read::Slot::Missing;
        let mut value = crate::read::Slot::Missing;
        let mut endpoint = crate::read::Slot::Missing;
        let mut profile = crate::read::Slot::Missing;
        let mut constraints = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    id.fill_strictly::<
                            crate::read::Plain<crate::common::CredentialId>,
                            _,
                        >("id", &mut map)?;
                }
                1 => {
                    scheme
                        .fill_strictly::<
                            crate::read::Plain<CredentialScheme>,
                            _,
                        >("scheme", &mut map)?;
                }
                2 => {
                    value
                        .fill_strictly::<
                            crate::read::Plain<CredentialValue>,
                            _,
                        >("value", &mut map)?;
                }
                3 => {
                    endpoint
                        .fill_strictly::<
                            crate::read::Plain<Endpoint>,
                            _,
                        >("endpoint", &mut map)?;
                }
                4 => {
                    profile
                        .fill::<
                            crate::read::Text<1u32, 128u32>,
                            _,
                        >("profile", &mut map)?;
                }
                5 => {
                    constraints
                        .fill::<
                            crate::read::Plain<CredentialConstraints>,
                            _,
                        >("constraints", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            id: id.required("id")?,
            scheme: scheme.required("scheme")?,
            value: value.required("value")?,
            endpoint: endpoint.required("endpoint")?,
            profile: profile.optional(),
            constraints: constraints.optional(),
        })
    }
}
crate::macros::object!(Credential);
/// The part of the lease that the upstream enforces, for information.
///
/// §9.8.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct CredentialConstraints {
    /// What may be spent with it.
    ///
    /// `cost.budget` (§9.6). At most 64 items.
    #[serde(rename = "cost.budget")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_budget: Option<Vec<crate::lease::Amount>>,
    /// The models that it reaches.
    ///
    /// `model.use` (§9.7). At most 1024 items.
    #[serde(rename = "model.use")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_use: Option<Vec<crate::lease::Pattern>>,
    /// When it ends.
    ///
    /// `expires_at` (§9.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<crate::common::Expiry>,
}
impl CredentialConstraints {
    /// With nothing set.
    pub fn new() -> Self {
        Self {
            cost_budget: None,
            model_use: None,
            expires_at: None,
        }
    }
    /// Sets `cost.budget`.
    #[must_use]
    pub fn with_cost_budget(mut self, cost_budget: Vec<crate::lease::Amount>) -> Self {
        self.cost_budget = Some(cost_budget);
        self
    }
    /// Sets `model.use`.
    #[must_use]
    pub fn with_model_use(mut self, model_use: Vec<crate::lease::Pattern>) -> Self {
        self.model_use = Some(model_use);
        self
    }
    /// Sets `expires_at`.
    #[must_use]
    pub fn with_expires_at(mut self, expires_at: crate::common::Expiry) -> Self {
        self.expires_at = Some(expires_at);
        self
    }
}
impl Default for CredentialConstraints {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for CredentialConstraints {
    const MEMBERS: &'static [&'static str] = &["cost.budget", "model.use", "expires_at"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut cost_budget = crate::read::Slot::Missing;
        let mut model_use = crate::read::Slot::Missing;
        let mut expires_at = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    cost_budget
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<crate::lease::Amount>,
                                0u32,
                                64u32,
                                false,
                            >,
                            _,
                        >("cost.budget", &mut map)?;
                }
                1 => {
                    model_use
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<crate::lease::Pattern>,
                                0u32,
                                1024u32,
                                false,
                            >,
                            _,
                        >("model.use", &mut map)?;
                }
                2 => {
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
            cost_budget: cost_budget.optional(),
            model_use: model_use.optional(),
            expires_at: expires_at.optional(),
        })
    }
}
crate::macros::object!(CredentialConstraints);
