//! What the table says and how it is found, through the public API.

mod behaviour;
mod capabilities;
mod given_names;
mod lifecycle;
mod lookup;
mod profiles;
mod table;
mod vocabulary;
