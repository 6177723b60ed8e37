//! Finds definitions of the model by reference, for the emitters that need more than a name.
//!
//! It knows no language.

use crate::model::{
    Enum, Member, MemberArm, Message, Model, Presence, Ref, Shape, Struct, TagUnion, Text, Type,
};
use crate::problem::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// The room of what every frame carries.
pub const ENVELOPE: &str = "envelope";

/// The model's definitions by room and name.
#[derive(Debug)]
pub struct Lookup<'m> {
    /// What was looked through.
    pub model: &'m Model,
    types: BTreeMap<(&'m str, &'m str), &'m Type>,
}

/// The definitions that every binding is built around.
#[derive(Clone, Copy, Debug)]
pub struct Pillars<'m> {
    /// `envelope.schema.json#/$defs/Envelope`.
    pub envelope: &'m Struct,
    /// Its member `type`.
    pub tag: &'m Member,
    /// Its member `payload`.
    pub payload: &'m Member,
    /// `error.schema.json#/$defs/Error`.
    pub error: &'m Struct,
    /// The enum of error codes, and its name.
    pub codes: (&'m str, &'m Enum),
}

impl<'m> Lookup<'m> {
    /// Indexes a model.
    pub fn new(model: &'m Model) -> Self {
        let mut types = BTreeMap::new();
        for room in &model.rooms {
            for ty in &room.types {
                types.insert((room.name.as_str(), ty.name.as_str()), ty);
            }
        }
        Self { model, types }
    }

    /// A definition by room and name.
    pub fn find(&self, room: &str, name: &str) -> Option<&'m Type> {
        self.types.get(&(room, name)).copied()
    }

    /// The shape that a reference names; none for strings, lists and other uses without a name.
    pub fn shape(&self, ty: &Ref) -> Option<&'m Shape> {
        match ty {
            Ref::Named { room, name } => self.find(room, name).map(|ty| &ty.shape),
            _ => None,
        }
    }

    /// The named definition behind a reference, if it is a struct.
    pub fn record(&self, ty: &Ref) -> Option<&'m Struct> {
        match self.shape(ty) {
            Some(Shape::Struct(record)) => Some(record),
            _ => None,
        }
    }

    /// Whether a value of this type is a secret by its type.
    pub fn is_secret(&self, ty: &Ref) -> bool {
        matches!(self.shape(ty), Some(Shape::Text(Text { secret: true, .. })))
    }

    /// Whether this is any JSON value, `null` among them.
    pub fn is_json(&self, ty: &Ref) -> bool {
        matches!(self.shape(ty), Some(Shape::Json))
    }

    /// Whether a member is a secret although its type is none.
    pub fn wraps_secret(&self, member: &Member) -> bool {
        member.secret && !self.is_secret(&member.ty)
    }

    /// Whether `null` is a value of a member beside those of its type.
    pub fn is_nullable(&self, member: &Member) -> bool {
        member.null_is_value && !self.is_json(&member.ty)
    }

    /// Whether a member is the version on the envelope, whose grammar is [`Model::version_pattern`].
    pub fn is_version(&self, room: &str, member: &Member) -> bool {
        room == ENVELOPE && member.wire == "arcp"
    }

    /// The member that an arm of a member union is chosen by.
    pub fn arm_member(&self, arm: &MemberArm) -> Option<&'m Member> {
        let record = self.record(&arm.ty)?;
        record
            .members
            .iter()
            .find(|member| member.wire == arm.member)
    }

    /// The arm that an object without any of the distinguishing members stands for: the one whose member has a default.
    pub fn standard_arm<'a>(&self, arms: &'a [MemberArm]) -> Option<&'a MemberArm> {
        arms.iter().find(|arm| {
            self.arm_member(arm)
                .is_some_and(|member| matches!(member.presence, Presence::Default(_)))
        })
    }

    /// The definitions that every binding is built around.
    ///
    /// # Errors
    /// The ones that the schema does not have.
    pub fn pillars(&self) -> Result<Pillars<'m>, Vec<Problem>> {
        let record = |room: &str, name: &str| match self.find(room, name).map(|ty| &ty.shape) {
            Some(Shape::Struct(record)) => Ok(record),
            _ => Err(vec![Problem::new(
                format!("{room}.schema.json"),
                format!("/$defs/{name}"),
                format!("the object `{name}` is missing, and every binding is built around it"),
                format!("define `{name}` as an object"),
            )]),
        };
        let codes = self
            .types
            .iter()
            .find_map(|((_, name), ty)| match &ty.shape {
                Shape::Enum(codes) if codes.values.iter().any(|value| value.error.is_some()) => {
                    Some((*name, codes))
                }
                _ => None,
            });
        let envelope = record(ENVELOPE, "Envelope")?;
        let of_envelope = |wire: &str| {
            member(envelope, wire).ok_or_else(|| {
                vec![Problem::new(
                    "envelope.schema.json",
                    "/$defs/Envelope/properties",
                    format!("the member `{wire}` is missing, and every binding is built around it"),
                    format!("define `{wire}`"),
                )]
            })
        };
        Ok(Pillars {
            envelope,
            tag: of_envelope("type")?,
            payload: of_envelope("payload")?,
            error: record("error", "Error")?,
            codes: codes.ok_or_else(|| {
                vec![Problem::new(
                    "error.schema.json",
                    "/$defs",
                    "no enum has values with `retryable`, `cause` and `cure`",
                    "define the error codes as a string with x-arcp-values",
                )]
            })?,
        })
    }

    /// The enums whose values gate something: the features.
    pub fn features(&self) -> Vec<(&'m Type, &'m Enum)> {
        let all = self.types.values();
        all.filter_map(|ty| match &ty.shape {
            Shape::Enum(words) if words.values.iter().any(|value| !value.gates.is_empty()) => {
                Some((*ty, words))
            }
            _ => None,
        })
        .collect()
    }

    /// What the envelope's room says of itself.
    pub fn envelope_text(&self) -> &'m str {
        let mut rooms = self.model.rooms.iter();
        let room = rooms.find(|room| room.name == ENVELOPE);
        room.map_or("", |room| &room.description)
    }

    /// The definitions of the envelope's room beside the envelope itself.
    pub fn envelope_types(&self) -> Vec<&'m Type> {
        let rooms = self.model.rooms.iter();
        rooms
            .filter(|room| room.name == ENVELOPE)
            .flat_map(|room| &room.types)
            .filter(|ty| ty.name != "Envelope")
            .collect()
    }

    /// Rooms that frames refer to: the head, the payloads, and the definitions beside them.
    pub fn envelope_rooms(&self, pillars: &Pillars<'_>) -> BTreeSet<String> {
        let mut rooms = self.rooms_used(ENVELOPE, self.envelope_types());
        for member in pillars.envelope.members.iter().filter(|it| is_head(it)) {
            room_of(&member.ty, &mut rooms);
        }
        for message in &self.model.messages {
            room_of(&message.payload, &mut rooms);
        }
        rooms.remove(ENVELOPE);
        rooms
    }

    /// Rooms that the types of a room refer to, without the room itself, sorted.
    pub fn rooms_used<'a>(
        &'a self,
        room: &'a str,
        types: impl IntoIterator<Item = &'a Type>,
    ) -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        for ty in types {
            each_ref(&ty.shape, &mut |reference| {
                room_of(reference, &mut used);
            });
            if let Shape::Struct(Struct { union: Some(_), .. }) = &ty.shape {
                for kind in &self.model.kinds {
                    room_of(&kind.body, &mut used);
                }
            }
        }
        used.remove(room);
        used
    }

    /// The members of the head that a message cannot do without although the envelope can.
    pub fn needs<'a>(&self, message: &'a Message, envelope: &'m Struct) -> Vec<&'m Member> {
        let required = |member: &&Member| {
            member.presence == Presence::Optional && message.requires.contains(&member.wire)
        };
        envelope.members.iter().filter(required).collect()
    }
}

/// Whether a member of the envelope is neither the tag nor the payload.
pub fn is_head(member: &Member) -> bool {
    member.wire != "type" && member.wire != "payload"
}

/// The name of the words that a version knows of an enum. An open one has others as well.
pub fn known(name: &str, words: &Enum) -> String {
    if words.open {
        format!("Known{name}")
    } else {
        name.to_owned()
    }
}

/// The room of a reference, with lists looked through.
fn room_of(reference: &Ref, rooms: &mut BTreeSet<String>) {
    match reference {
        Ref::Named { room, .. } => {
            rooms.insert(room.clone());
        }
        Ref::List { item, .. } => room_of(item, rooms),
        _ => {}
    }
}

/// The members of a struct without the tag and the content of its union.
pub fn shared<'a>(record: &'a Struct, union: &'a TagUnion) -> impl Iterator<Item = &'a Member> {
    record
        .members
        .iter()
        .filter(|member| member.wire != union.tag && member.wire != union.content)
}

/// The member of that name.
pub fn member<'a>(record: &'a Struct, wire: &str) -> Option<&'a Member> {
    record.members.iter().find(|member| member.wire == wire)
}

fn each_ref(shape: &Shape, visit: &mut impl FnMut(&Ref)) {
    match shape {
        Shape::Struct(record) => record.members.iter().for_each(|member| visit(&member.ty)),
        Shape::MemberUnion(arms) => arms.iter().for_each(|arm| visit(&arm.ty)),
        Shape::Map { key, value } => {
            visit(key);
            visit(value);
        }
        Shape::Text(_)
        | Shape::Enum(_)
        | Shape::Integer(_)
        | Shape::Decimal
        | Shape::Json
        | Shape::JsonObject => {}
    }
}
